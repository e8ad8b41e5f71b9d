# Shared by run.sh and test.sh: a virtual environment with the package, and the system libraries of Qt.
# Sourced, not run. Expects $project, the checkout.

venv=$project/.venv

say() { printf '%s\n' "canmcast: $*" >&2; }

# Is it a Python that is new enough?
is_new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Set $python to the first Python that is new enough, or end with what to do.
find_python() {
    for python in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if is_new_enough "$python"; then
            return 0
        fi
    done
    say "Python 3.11 or newer is needed and was not found. On Debian or Ubuntu:"
    say "    sudo apt-get install python3 python3-venv"
    say "Where that one is too old, install a newer one and name it: PYTHON=/path/to/python3.12 sh $0"
    exit 1
}

# Run a command as root: directly, or by sudo where it asks for no password. False where neither works.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Of the Debian packages named as arguments, print those that are not installed.
missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            printf ' %s' "$package"
    done
}

# Install the Debian packages named as arguments, or say how to. Never fails: most works without them.
install_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "some system libraries are missing; Debian calls them: $*"
        return 0
    fi
    missing=$(missing_packages "$@")
    if [ -z "$missing" ]; then
        return 0
    fi
    # shellcheck disable=SC2086  # a list of words
    if can_be_root && say "installing system packages:$missing" && apt_install $missing; then
        return 0
    fi
    say "system packages are missing and could not be installed from here. Please run:"
    say "    sudo apt-get install$missing"
}

can_be_root() { as_root true; }

# Install packages; the lists of available packages are fetched only where they are needed.
apt_install() {
    apt_quietly "$@" 2>/dev/null || { as_root apt-get update -qq >/dev/null && apt_quietly "$@"; }
}

apt_quietly() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# Does the system lack something that Qt's window needs? Asks the libraries themselves, not the packages.
qt_lacks_something() {
    command -v ldd >/dev/null 2>&1 || return 1
    qt=$("$venv/bin/python" -c 'import os, PySide6; print(os.path.dirname(PySide6.__file__))')/Qt
    ldd "$qt/plugins/platforms/libqxcb.so" "$qt/lib/libQt6Widgets.so.6" "$qt/lib/libQt6DBus.so.6" 2>/dev/null |
        grep -q 'not found' || ! find /usr/share/fonts -name '*.[to]tf' 2>/dev/null | grep -q .
}

qt_packages="libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4
    libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core"

provide_qt() {
    if qt_lacks_something; then
        # shellcheck disable=SC2086  # a list of words
        install_packages $qt_packages
    fi
}

# What a finished set-up is stamped with: it changes with the project file, the Python and the place.
fingerprint() {
    { cat "$project/pyproject.toml"; printf '%s\n' "$project"; "$venv/bin/python" -V; } 2>&1 | cksum
}

is_stamped() { [ -f "$venv/$1.stamp" ] && [ "$(cat "$venv/$1.stamp")" = "$(fingerprint)" ]; }

# Is there an environment for "run"? One for "test" holds all of that too.
is_set_up() {
    [ -x "$venv/bin/python" ] && { is_stamped test || { [ "$1" = run ] && is_stamped run; }; }
}

# Make .venv with the package in it, for "run" or for "test"; nothing happens where that is done already.
set_up() {
    if is_set_up "$1"; then
        return 0
    fi
    find_python
    say "setting up $venv (once, about a minute)"
    if ! is_set_up run; then
        make_venv
    fi
    wanted=$project
    if [ "$1" = test ]; then
        wanted="$project[test]"
    fi
    rm -f "$venv"/*.stamp
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$wanted"; then
        say "the Python packages could not be installed; what pip says about it stands above"
        exit 1
    fi
    compile_modules
    provide_qt
    fingerprint >"$venv/$1.stamp"
}

# Compile the modules, which Python otherwise does at the first start, or at each one where it may not store the
# result: then it takes half a second more.
compile_modules() { "$venv/bin/python" -m compileall -q "$project/canmcast_gui" >/dev/null 2>&1 || true; }

make_venv() {
    if "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
        return 0
    fi
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if command -v apt-get >/dev/null 2>&1 && can_be_root && apt_install "python$version-venv" 2>/dev/null &&
        "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
        return 0
    fi
    say "$python cannot make the virtual environment $venv. Is the folder writable? On Debian or Ubuntu also:"
    say "    sudo apt-get install python$version-venv"
    exit 1
}
