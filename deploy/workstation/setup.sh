#!/bin/sh
# Everything this checkout needs on a Debian machine: system packages, then .venv with the hashed
# requirements. Run by `make`; says nothing and takes a moment when nothing is missing.
set -eu
cd "$(dirname "$0")/../.."

LOG=build/setup.log

main() {
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "$missing"
    environment_is_ready || make_environment
}

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# The names in packages.txt that dpkg does not have, each after a space.
missing_packages() {
    wanted=$(sed -e 's/#.*//' deploy/workstation/packages.txt)
    # shellcheck disable=SC2086  # a list of package names, split on purpose
    present=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true)
    for package in $wanted; do
        case "
$present
" in *"
$package installed
"*) ;; *) printf ' %s' "$package" ;; esac
    done
}

install_packages() {
    command -v apt-get >/dev/null || fail "this is not Debian; install what corresponds to:$1"
    by_hand="as root run: apt-get install --no-install-recommends$1"
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "not root and no sudo; $by_hand"
        # Asks for the password where there is somebody to type it.
        sudo -v 2>/dev/null || fail "sudo refuses; $by_hand"
        as_root="sudo"
    fi
    say "installing$1"
    hold_services "$1"
    trap release_services EXIT
    trap 'exit 130' INT TERM HUP
    logged apt_get update || say "apt-get update failed; trying with the lists at hand"
    # shellcheck disable=SC2086  # a list of package names, split on purpose
    logged apt_get install -y --no-install-recommends $1 ||
        fail "apt-get could not install$1; $(reason '^E: ') (remedy: check the network and the package sources, then run make again; $LOG has all of it)"
    release_services
    trap - EXIT INT TERM HUP
}

# Two minutes for a machine that has just started and is updating itself.
apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -o DPkg::Lock::Timeout=120 "$@"; }

# Where systemd runs, Debian's packages start their services: postgresql a server on port 5432, pgbouncer, pcscd
# its socket, whose first client, anything on the desktop, then starts pcscd itself, which powers every
# reader it finds and, with vpcd, listens on the network. Nothing here needs them: the virtual readers
# have a pcscd of their own, the tests a PostgreSQL of their own. So the units of what is installed now
# are masked meanwhile: they neither start nor are enabled (tried on Debian 12 under systemd 252).
# What was there before is left alone. The mask lies in /run: a set-up that was cut short leaves none
# after a restart. Without systemd, in a container, Debian starts nothing by itself: invoke-rc.d finds
# no init system.
hold_services() {
    held=""
    [ -d /run/systemd/system ] || return 0
    case "$1 " in *" pcscd "*) held="pcscd.service pcscd.socket" ;; esac
    case "$1 " in *" postgresql "*) held="$held postgresql.service" ;; esac
    case "$1 " in *" pgbouncer "*) held="$held pgbouncer.service" ;; esac
    # shellcheck disable=SC2086  # a list of unit names
    [ -z "$held" ] || logged $as_root systemctl mask --runtime $held ||
        fail "systemctl could not mask $held; $(reason .)"
}

release_services() {
    [ -n "$held" ] || return 0
    # shellcheck disable=SC2086  # a list of unit names
    $as_root systemctl unmask --runtime $held >/dev/null 2>&1 || true
    case "$held" in pcscd*) say "pcscd is installed and not started; for a real reader: systemctl enable --now pcscd.socket" ;; esac
    held=""
}

find_python() {
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 is needed, and python3 is $(python3 --version 2>/dev/null || echo missing); remedy: Debian 12 or 13, or a python3.11 in PATH"
}

# What .venv was made from: its scripts name this folder, so a moved checkout makes a new one.
fingerprint() { printf '%s\n%s\n' "$(sha256sum <requirements/dev.txt)" "$PWD"; }

environment_is_ready() {
    [ -x .venv/bin/python ] && [ "$(fingerprint)" = "$(cat .venv/made-from 2>/dev/null)" ]
}

make_environment() {
    python=$(find_python)
    say "making .venv with $("$python" --version); it takes a minute or two"
    if ! grep -qsxF "$PWD" .venv/made-from || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        rm -rf .venv
        logged "$python" -m venv .venv ||
            fail "$python could not make .venv; $(reason .) (remedy: apt-get install $python-venv, or free some space; $LOG has all of it)"
    fi
    logged .venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r requirements/dev.txt ||
        fail "pip could not install requirements/dev.txt; $(reason ERROR:) (remedy: check the network, then run make again; $LOG has all of it)"
    fingerprint >.venv/made-from
}

# Runs a command in silence; what it says is in the log.
logged() {
    mkdir -p build
    "$@" >"$LOG" 2>&1 </dev/null
}

# The last line of the log that matches.
reason() { grep "$1" "$LOG" | tail -n 1; }

main
