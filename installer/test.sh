#!/bin/sh
# Set up canmcast with its test tools beside its sources and run every check; arguments go to pytest.
#   sh installer/test.sh [PYTHON=PROGRAM ...] [PYTEST ARGUMENT ...]
# With PYTHON, repeatable, everything runs with each of these Pythons and the newest libraries that it takes,
# in an environment of its own beside .venv:
#   sh installer/test.sh PYTHON=python3.11 PYTHON=python3.12 PYTHON=/opt/python/bin/python3.13
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
. "$project/installer/setup.sh"

pythons=
while [ $# -gt 0 ]; do
    case $1 in
        PYTHON=*) pythons="$pythons${1#PYTHON=}
" ;;
        *) break ;;
    esac
    shift
done

# Run this script once with each Python that was named, and say how each run ended.
test_each_python() {
    status=0
    summary=
    while IFS= read -r named; do
        [ -n "$named" ] || continue
        ended=passed
        PYTHON=$named sh "$project/installer/test.sh" "$@" </dev/null || { status=$?; ended="failed ($status)"; }
        summary="$summary
canmcast: $named: $ended"
    done <<LIST
$pythons
LIST
    printf '%s\n' "$summary" >&2
    return "$status"
}

if [ -n "$pythons" ]; then
    test_each_python "$@"
    exit
fi
if [ -n "${PYTHON:-}" ]; then
    if ! is_new_enough "$PYTHON"; then
        say "$PYTHON is not a Python 3.11 or newer"
        exit 1
    fi
    venv=$project/.venv-$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
fi

# python-can's own tests come with its source only; where that cannot be had, the test that runs them says so.
fetch_stock_tests() {
    [ -d "$venv/python-can-source" ] && return 0
    version=$("$venv/bin/python" -c 'import can; print(can.__version__)')
    say "fetching the source of python-can $version, whose tests our bus has to pass"
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
        --dest "$venv/python-can-source" "python-can==$version" || say "it could not be fetched"
}

set_up test
if [ "$(uname)" = Linux ]; then
    # A screen for the window's tests, and a private network for the bus's.
    command -v xvfb-run >/dev/null && command -v xauth >/dev/null || install_packages xvfb xauth
    command -v ip >/dev/null || install_packages iproute2
    # A kernel with SocketCAN, and its usual programs, where Debian has them.
    command -v linux.uml >/dev/null && command -v insmod >/dev/null && command -v cangen >/dev/null ||
        install_packages user-mode-linux kmod can-utils
fi

cd "$project"
PATH=$venv/bin:$PATH
ruff check .
ruff format --check .
mypy
lint-imports
fetch_stock_tests

# Run pytest on a screen of its own, or on none.
run_tests() {
    if command -v xvfb-run >/dev/null && command -v xauth >/dev/null; then
        xvfb-run -a -s "-screen 0 1600x1000x24" python -m pytest "$@"
    else
        QT_QPA_PLATFORM=offscreen python -m pytest "$@"
    fi
}

if [ $# -gt 0 ]; then
    run_tests "$@"
    exit
fi
# Long tests beside all others: both wait much of their time.
status=0
report=$(mktemp)
run_tests -m long >"$report" 2>&1 &
long=$!
run_tests -m "not long" || status=$?
wait "$long" || status=$?
cat "$report"
rm -f "$report"
exit "$status"
