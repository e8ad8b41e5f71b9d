#!/bin/sh
# Set up canmcast beside the checkout and start it with the demonstration; further arguments go to the program.
#   sh installer/run.sh [OPTION ...]
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
extras=""
. "$project/installer/setup.sh"

has_display() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ -n "${QT_QPA_PLATFORM:-}" ] || [ "$(uname)" = Darwin ]
}

if has_display; then
    packages=$qt_packages
    set_up
    exec "$venv/bin/canmcast-gui" --demo "$@"
fi
packages=""
set_up
say "there is no display here, so this is the monitor for the terminal (Ctrl+C ends it)"
exec "$venv/bin/canmcast" monitor --demo "$@"
