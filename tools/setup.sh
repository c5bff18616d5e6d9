#!/bin/sh
# Make the virtual environment in folder $1 with the locked packages and the project itself, editable.
# Needs Python alone; uv does the installing when pip can get it, because it is several times faster.
set -eu
venv=$1

fail() {
    echo "make setup: $1" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null 2>&1 || fail "no $PYTHON here; install Python 3.11 or newer, or run make with PYTHON=/path/to/python"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed and $PYTHON is older; run make with PYTHON=/path/to/python"

# One that was interrupted while it was made has a Python, and nothing to install with.
is_whole() {
    "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' &&
        { "$venv/bin/python" -m pip --version || "$venv/bin/python" -m uv --version; }
}

if ! is_whole >/dev/null 2>&1; then
    echo "Making $venv"
    "$PYTHON" -m venv --clear "$venv" ||
        fail "Python could not make a virtual environment (on Debian and Ubuntu: apt install python3-venv)"
fi

python="$venv/bin/python"
if "$python" -m uv --version >/dev/null 2>&1 || "$python" -m pip install --quiet --disable-pip-version-check uv 2>/dev/null; then
    sync() { "$python" -m uv pip install --quiet --compile-bytecode --python "$python" "$@"; }
else
    sync() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }
fi
echo "Installing packages"
sync --require-hashes --requirement requirements.lock
echo "Installing Pelatis and its browser assets"
sync --no-deps --editable .
