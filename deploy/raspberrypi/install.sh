#!/usr/bin/env bash
# Turns a fresh Raspberry Pi OS Lite 64-bit (Bookworm or Trixie) into a loyalty kiosk, and updates
# one to this version. Run it as often as you like: what is already right is left alone, and
# /etc/loyalty-kiosk/kiosk.toml and the kiosk's data are never touched once they exist.
#
# Every file it places below / stands under rootfs/ beside this script, at the path it will have.
set -euo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_tree=$(cd "$here/../.." && pwd)

# What an appliance carries of the source tree. The device simulators stay behind.
parts=(loyalty wording devices backend_client kiosk assets requirements/kiosk.txt docs/installer.md)
left_behind=(devices/simulate)

root=
dry_run=
first_time=

usage() {
    cat <<'END'
usage: install.sh [--dry-run] [--root DIR]

  --dry-run    say what would be done, and do nothing
  --root DIR   only place the files, below DIR (to build an image); no packages, no services
END
}

main() {
    read_arguments "$@"
    check_system
    [[ -n $root ]] || install_packages
    place_files
    place_configuration
    quieten_boot
    if [[ -n $root ]]; then
        copy_application
        swap_in app
        say "files are placed below $root"
    else
        make_user
        copy_application
        build_python
        change_over
    fi
}

read_arguments() {
    while (($#)); do
        case $1 in
            --dry-run) dry_run=yes ;;
            --root)
                [[ -n ${2-} ]] || die "--root needs a folder"
                root=$(realpath -m "$2")
                shift
                ;;
            -h | --help)
                usage
                exit 0
                ;;
            *)
                usage >&2
                die "unknown argument $1"
                ;;
        esac
        shift
    done
}

# --- what it can be run on -------------------------------------------------------------------

check_system() {
    codename=$(os_release VERSION_CODENAME)
    case $codename in
        bookworm | trixie) ;;
        *)
            # An empty folder has no system to check.
            [[ -n $root && ! -e $root/etc/os-release ]] ||
                die "this is $(os_release PRETTY_NAME); the kiosk needs Raspberry Pi OS Lite 64-bit, Bookworm or Trixie"
            ;;
    esac
    [[ -n $root ]] || check_machine
}

check_machine() {
    local architecture free_mb
    architecture=$(dpkg --print-architecture)
    # Kivy, with the screen driver inside, exists ready-made for 64-bit ARM only.
    [[ $architecture == arm64 ]] ||
        die "this system is $architecture; flash the 64-bit image of Raspberry Pi OS Lite (arm64)"
    free_mb=$(($(df --output=avail -k / | tail -n 1) / 1024))
    ((free_mb >= 1000)) ||
        die "only $free_mb MB are free, 1000 are needed; use a larger card or delete something"
    [[ -n $dry_run || $(id -u) -eq 0 ]] || die "run it as root: sudo $0"
}

os_release() {
    local value
    value=$(sed -n "s/^$1=//p" "$root/etc/os-release" 2>/dev/null | tr -d '"') || true
    echo "${value:-an unknown system}"
}

# --- packages --------------------------------------------------------------------------------

install_packages() {
    local packages=(
        # cards; pyscard is built here, for Linux there is no ready-made one
        pcscd libccid polkitd libpcsclite-dev swig gcc python3-dev python3-venv
        # the screen: SDL inside Kivy loads these, and without them there is no window
        libgl1 libegl1 libgles2 libgbm1 libdrm2 libgl1-mesa-dri libudev1
        # the voice is heard through aplay
        alsa-utils
        ca-certificates
    )
    # Debian 13 renamed the libraries whose time type grew to 64 bits.
    case $codename in
        bookworm) packages+=(libmtdev1 libasound2) ;;
        *) packages+=(libmtdev1t64 libasound2t64) ;;
    esac
    say "packages"
    run env DEBIAN_FRONTEND=noninteractive apt-get update --quiet
    run env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "${packages[@]}"
}

# --- files -----------------------------------------------------------------------------------

place_files() {
    say "files"
    local file mode
    while IFS= read -r file; do
        mode=644
        [[ -x $here/rootfs/$file ]] && mode=755
        run install -D --mode="$mode" "$here/rootfs/$file" "$root/$file"
    done < <(cd "$here/rootfs" && find . -type f -printf '%P\n' | sort)

    # Enabled by hand rather than by systemctl, so that it works below --root too.
    link ../loyalty-kiosk.service etc/systemd/system/multi-user.target.wants/loyalty-kiosk.service
    # No login prompt under the kiosk, and no reboot from a customer's keyboard.
    link /dev/null etc/systemd/system/getty@tty1.service
    link /dev/null etc/systemd/system/ctrl-alt-del.target
}

place_configuration() {
    local file=$root/etc/loyalty-kiosk/kiosk.toml
    if [[ -e $file ]]; then
        say "keeping $file"
    else
        first_time=yes
        run install -D --mode=644 "$here/kiosk.toml" "$file"
    fi
}

# No text, cursor or logo before the first picture, and no screen that goes dark by itself.
quieten_boot() {
    local file=$root/boot/firmware/cmdline.txt words word
    [[ -e $file ]] || return 0
    words=" $(tr -d '\n' <"$file") "
    for word in quiet loglevel=3 logo.nologo vt.global_cursor_default=0 consoleblank=0; do
        [[ $words == *" $word "* ]] || words+="$word "
    done
    read -r words <<<"$words"
    if [[ $words != "$(cat "$file")" ]]; then
        say "quiet boot"
        # Written beside and moved: half a line here would be a kiosk that does not start.
        [[ -n $dry_run ]] || echo "$words" >"$file.new"
        run mv "$file.new" "$file"
    fi
}

link() {
    run mkdir -p "$root/$(dirname "$2")"
    run ln -sfn "$1" "$root/$2"
}

# --- the program -----------------------------------------------------------------------------
# Application and Python are made complete beside the running ones, then exchanged: an update that
# fails half-way (no network, power cut) leaves the kiosk as it was.

copy_application() {
    say "application"
    local new=$root/opt/loyalty-kiosk/app.new part
    for part in "${parts[@]}"; do
        [[ -e $source_tree/$part ]] || die "$source_tree/$part is missing: is this a complete checkout?"
    done
    run rm -rf "$new"
    run mkdir -p "$new"
    run copy_parts "$new"
}

# The modes are set, not kept: a checkout made under a strict umask could not be read by the kiosk.
copy_parts() {
    tar --create --directory="$source_tree" --owner=root --group=root --mode=u=rwX,go=rX \
        --exclude=__pycache__ "${left_behind[@]/#/--exclude=}" "${parts[@]}" |
        tar --extract --directory="$1"
}

build_python() {
    local new=/opt/loyalty-kiosk/venv.new requirements=$source_tree/requirements/kiosk.txt
    if python_fits; then
        return 0
    fi
    say "python and its libraries (a few minutes)"
    run rm -rf "$new"
    run /usr/bin/python3 -m venv "$new"
    run "$new/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    run cp "$requirements" "$new/requirements.txt"
}

# Whether the installed environment has exactly these libraries, for the Python of this system.
python_fits() {
    local venv=/opt/loyalty-kiosk/venv
    cmp --quiet "$source_tree/requirements/kiosk.txt" "$venv/requirements.txt" &&
        [[ $("$venv/bin/python" -V 2>/dev/null) == "$(/usr/bin/python3 -V)" ]]
}

swap_in() {
    local live=$root/opt/loyalty-kiosk/$1
    [[ -n $dry_run || -e $live.new ]] || return 0
    run rm -rf "$live.old"
    [[ ! -e $live ]] || run mv "$live" "$live.old"
    run mv "$live.new" "$live"
    run rm -rf "$live.old"
}

# --- the running system ----------------------------------------------------------------------

make_user() {
    say "user kiosk"
    run systemd-sysusers loyalty-kiosk.conf
    run systemd-tmpfiles --create loyalty-kiosk.conf
}

# Inside an image that is being made nothing runs yet: it all begins when the card is plugged in.
running() { [[ -n $dry_run || -d /run/systemd/system ]]; }

change_over() {
    if ! running; then
        swap_in venv
        swap_in app
        run /opt/loyalty-kiosk/venv/bin/python -m compileall -q /opt/loyalty-kiosk/app
        run systemctl enable pcscd.socket
        say "done: it begins with the next start"
        return 0
    fi
    run systemctl daemon-reload
    run systemctl stop loyalty-kiosk.service
    swap_in venv
    swap_in app
    # The kiosk's user cannot write here, so the byte code is made now: it starts sooner.
    run /opt/loyalty-kiosk/venv/bin/python -m compileall -q /opt/loyalty-kiosk/app
    run udevadm control --reload
    run udevadm trigger --subsystem-match=usbmisc
    run sysctl --quiet --load /etc/sysctl.d/50-loyalty-kiosk.conf
    run systemctl restart systemd-journald.service
    # pcscd found no reader as long as the kernel's own NFC driver held it.
    run modprobe --remove --quiet pn533_usb || true
    run systemctl enable --now pcscd.socket
    if [[ -n $first_time ]]; then
        next_steps
    else
        run systemctl restart loyalty-kiosk.service
        say "done"
    fi
}

next_steps() {
    cat <<'END'

Installed. What is left to do:
  1. sudo nano /etc/loyalty-kiosk/kiosk.toml     reader, printer, screen
  2. sudo reboot
  3. on the glass: the back office's address and the code it shows for a new kiosk
  4. sudo loyalty-kiosk check                    every line should say ok
END
}

# --- words -----------------------------------------------------------------------------------

run() {
    if [[ -n $dry_run ]]; then
        echo "would run: $*"
    else
        "$@"
    fi
}

say() { echo "== $*"; }

die() {
    echo "install.sh: $*" >&2
    exit 1
}

main "$@"
