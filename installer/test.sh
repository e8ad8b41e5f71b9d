#!/bin/sh
# Set up canmcast with its test tools beside its sources and run every check; arguments go to pytest.
#   sh installer/test.sh [PYTEST ARGUMENT ...]
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
. "$project/installer/setup.sh"

set_up test
if [ "$(uname)" = Linux ]; then
    # A screen for the window's tests, and a private network for the bus's.
    command -v xvfb-run >/dev/null && command -v xauth >/dev/null || install_packages xvfb xauth
    command -v ip >/dev/null || install_packages iproute2
fi

cd "$project"
PATH=$venv/bin:$PATH
ruff check .
ruff format --check .
mypy

if command -v xvfb-run >/dev/null && command -v xauth >/dev/null; then
    exec xvfb-run -a -s "-screen 0 1600x1000x24" python -m pytest "$@"
fi
QT_QPA_PLATFORM=offscreen exec python -m pytest "$@"
