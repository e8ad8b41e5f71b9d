#!/bin/sh
# Set up canmcast beside its sources and start it with the demonstration; further arguments go to the program.
#   sh installer/run.sh [OPTION ...]
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
. "$project/installer/setup.sh"

has_display() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ] || [ "$(uname)" = Darwin ]
}

# A display may be named and not be there, or a library be missing: Qt ends the process then.
window_opens() {
    ("$venv/bin/python" -c 'import sys; from PySide6.QtGui import QGuiApplication; QGuiApplication(sys.argv)' ||
        exit 1) >/dev/null 2>&1
}

set_up run

for argument in "$@"; do
    case $argument in
        -h | --help | --version) exec "$venv/bin/canmcast-gui" "$argument" ;;
    esac
done

if ! has_display; then
    say "there is no display here, so this is the monitor for the terminal"
elif window_opens; then
    exec "$venv/bin/canmcast-gui" --demo "$@"
else
    say "no window can be opened on this display, so this is the monitor for the terminal"
    provide_qt
fi
exec "$venv/bin/canmcast" monitor --demo "$@"
