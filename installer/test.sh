#!/bin/sh
# Set up canmcast with its test tools beside the checkout and run every check; arguments go to pytest.
#   sh installer/test.sh [PYTEST ARGUMENT ...]
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
extras="[test]"
. "$project/installer/setup.sh"
packages="$qt_packages xvfb xauth iproute2"
set_up

cd "$project"
. "$venv/bin/activate"
ruff check .
ruff format --check .
mypy

# The window's tests run on a virtual screen where there is one, else on none.
if command -v xvfb-run >/dev/null 2>&1; then
    exec xvfb-run -a -s "-screen 0 1600x1000x24" python -m pytest "$@"
fi
QT_QPA_PLATFORM=offscreen exec python -m pytest "$@"
