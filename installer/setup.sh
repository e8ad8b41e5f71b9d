# Shared by run.sh and test.sh: a virtual environment with the package, and the system libraries of Qt.
# Sourced, not run. Expects $project (the checkout) and $extras ("" or "[test]").

venv="$project/.venv"

say() { printf '%s\n' "canmcast: $*" >&2; }

# Print the first Python that is new enough.
find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# Run a command as root: directly, or by sudo where it needs no password. False where neither works.
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
            printf '%s ' "$package"
    done
}

# Install the Debian packages named as arguments, or say how to. Never fails: the program may run all the same.
install_packages() {
    command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || return 0
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "installing system packages: $missing"
    # shellcheck disable=SC2086  # a list of words
    if ! { as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
        >/dev/null; then
        say "these could not be installed from here. Please run:"
        say "    sudo apt-get install $missing"
    fi
}

# What the stamp of a finished set-up says: it changes with the project file, the interpreter and the place.
fingerprint() {
    { cat "$project/pyproject.toml"; printf '%s %s\n' "$project" "$("$python" -V 2>&1)"; } | cksum
}

# Whether the set-up with the extras named as argument is done and fits; the test tools include the program.
is_set_up() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/canmcast-stamp$1" 2>/dev/null)" = "$(fingerprint)" ]
}

# Make .venv with the package in it, unless that is done already.
set_up() {
    if ! python=$(find_python); then
        say "Python 3.11 or newer is needed and was not found. Install it (Debian, Ubuntu:"
        say "    sudo apt-get install python3 python3-venv"
        say ") or name one: PYTHON=/path/to/python3.12 sh $0"
        exit 1
    fi
    if is_set_up "$extras" || is_set_up "[test]"; then
        return 0
    fi
    # shellcheck disable=SC2086  # a list of words
    install_packages $packages
    say "setting up $venv (once, about a minute)"
    make_venv
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$project$extras" || {
        say "the Python packages could not be installed; pip's own words stand above."
        exit 1
    }
    fingerprint >"$venv/canmcast-stamp$extras"
}

make_venv() {
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 && return 0
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if as_root apt-get install -y -qq "python$version-venv" >/dev/null 2>&1 &&
        "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
        return 0
    fi
    say "$python cannot make virtual environments. Please run:"
    say "    sudo apt-get install python$version-venv"
    exit 1
}

qt_packages="libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4
    libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core"
