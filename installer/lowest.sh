#!/bin/sh
# Install the lowest versions that pyproject.toml allows and run the tests that need no window; arguments go to
# pytest. The environment is made again each time, beside .venv, with the Python that PYTHON names.
#   sh installer/lowest.sh [PYTEST ARGUMENT ...]
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
. "$project/installer/setup.sh"
venv=$project/.venv-lowest

find_python
say "setting up $venv with the lowest versions"
make_venv
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
# Of the libraries that pyproject.toml does not name, the newest are taken. Old releases of asammdf import
# canmatrix by a name that canmatrix 1.3 warns of, and warn of their own source when it is compiled; tests take
# warnings for errors.
printf '%s\n' 'canmatrix<1.3' >"$venv/constraints.txt"
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --resolution lowest-direct \
    --constraint "$venv/constraints.txt" --compile-bytecode --editable "$project[test]"

cd "$project"
# Warnings of libraries that are years apart say nothing about this program.
PATH=$venv/bin:$PATH QT_QPA_PLATFORM=offscreen exec python -m pytest -W default -p no:cacheprovider \
    -m "not window and not long" --ignore=tests/ui --ignore=tests/journeys --ignore=tests/installer "$@"
