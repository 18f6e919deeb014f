#!/bin/sh
# Make .venv, or bring it up to date: sh scripts/setup.sh run|dev|docs|scale
#
# Every package comes from a lock file with its hash, the build tool too: the package itself is installed with
# --no-build-isolation, because build isolation would fetch whatever setuptools is newest that day, unchecked.
set -eu

what=$1
venv=.venv
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Evenhand needs Python 3.11 or later, and '$python' is not that. Try: make setup PYTHON=python3.12" >&2
    exit 1
fi

if ! "$venv/bin/python" -c '' 2>/dev/null; then
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    # Debian leaves ensurepip out of python3: then the environment has no pip of its own, and the machine's pip serves it.
    if ! "$python" -c 'import ensurepip' 2>/dev/null || ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        "$python" -m venv --without-pip "$venv"
    fi
fi

pip() {
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m pip --disable-pip-version-check "$@"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --disable-pip-version-check --python "$venv/bin/python" "$@"
    else
        echo "Evenhand needs pip. On Debian or Ubuntu: apt-get install python3-pip" >&2
        return 1
    fi
}

echo "Installing what $what needs (a minute or two the first time)"
case $what in
    run)
        pip install --quiet --require-hashes -r requirements/build.txt -r requirements/run.txt
        pip install --quiet --no-deps --no-build-isolation --editable .
        ;;
    dev | docs | scale) pip install --quiet --require-hashes -r "requirements/$what.txt" ;;
    *)
        echo "sh scripts/setup.sh run|dev|docs|scale" >&2
        exit 1
        ;;
esac
touch "$venv/.$what"
