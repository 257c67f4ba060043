#!/bin/sh
# Everything this checkout needs on a Debian machine: system packages, then .venv with the hashed
# requirements. Run by `make`; runs again in a second when nothing is missing.
set -eu
cd "$(dirname "$0")/../.."
say() { printf 'setup: %s\n' "$*" >&2; }

wanted=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' deploy/workstation/packages.txt)
missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        say "this is not Debian; install what corresponds to:$missing"
        exit 1
    fi
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "not root and no sudo; as root run: apt-get install -y$missing"
            exit 1
        fi
        as_root="sudo"
    fi
    say "installing$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null ||
        say "apt-get update failed; trying with the lists at hand"
    # The services of these packages are not started: a reader that others use stays theirs.
    # shellcheck disable=SC2086  # a list of package names, split on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -q --no-install-recommends $missing >/dev/null || {
        say "apt-get could not install:$missing"
        say "remedy: check the network and /etc/apt/sources.list, then run make again"
        exit 1
    }
fi

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Python 3.11, 3.12 or 3.13 is needed; remedy: apt-get install python3 (Debian 12 or newer)"
    exit 1
fi

stamp=.venv/requirements.sha256
sum=$(sha256sum requirements/dev.txt | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ]; then
    say "making .venv with $($python --version)"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt || {
        say "pip could not install requirements/dev.txt; remedy: check the network, then run make again"
        exit 1
    }
    printf '%s\n' "$sum" >"$stamp"
fi
