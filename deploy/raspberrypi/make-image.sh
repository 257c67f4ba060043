#!/usr/bin/env bash
# Makes a card image that is a kiosk: Raspberry Pi OS Lite 64-bit, with install.sh run inside it.
# Whoever flashes it plugs it in, touches "Set it up" and types the code: no shell, no downloads.
#
# Run it as root on 64-bit ARM (a Raspberry Pi does), or where qemu-user-static runs ARM programs.
set -euo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_tree=$(cd "$here/../.." && pwd)

# What the packages and Python's libraries need beside the system, with room for the shop's data.
# Raspberry Pi OS grows its last partition to the whole card at the first start.
grow_mb=2048

usage() {
    cat <<'END'
usage: make-image.sh BASE.img KIOSK.img [kiosk.toml]

  BASE.img     Raspberry Pi OS Lite 64-bit (Bookworm or Trixie), unpacked; it is not changed
  KIOSK.img    the image to make
  kiosk.toml   the settings every kiosk of this image begins with: panel, reader, printer, backend
END
}

main() {
    [[ ${1-} != -h && ${1-} != --help ]] || { usage; exit 0; }
    [[ $# -eq 2 || $# -eq 3 ]] || { usage >&2; die "name the two images"; }
    local base=$1 image=$2 settings=${3-}
    check "$base" "$image" "$settings"
    work=$(mktemp -d)
    trap clean_up EXIT
    # A half-made image must not be flashed: it gets its name when it is whole.
    draft=$image.new
    grow "$base"
    open
    [[ -z $settings ]] || install -D --mode=644 "$settings" "$root/etc/loyalty-kiosk/kiosk.toml"
    install_inside
    close
    mv "$draft" "$image"
    say "$image is a kiosk: flash it, set user and network in the imager, plug it in"
}

check() {
    local tool
    [[ $(id -u) -eq 0 ]] || die "run it as root: it mounts the image"
    [[ -f $1 ]] || die "$1 is not there; unpack the image first (xz -d)"
    [[ ! -e $2 ]] || die "$2 is there already; remove it, or choose another name"
    [[ -z ${3-} || -f $3 ]] || die "$3 is not there"
    for tool in sfdisk partx losetup e2fsck resize2fs chroot; do
        command -v "$tool" >/dev/null ||
            die "$tool is missing: apt-get install fdisk mount e2fsprogs"
    done
}

grow() {
    say "a copy with room"
    cp --sparse=always "$1" "$draft"
    truncate --size="+${grow_mb}M" "$draft"
    # The last of its two partitions is the system's; it takes the room.
    echo ', +' | sfdisk --quiet --no-reread -N 2 "$draft"
}

open() {
    say "mount"
    boot=$(partition 1)
    system=$(partition 2)
    root=$work/root
    mkdir "$root"
    whole
    resize2fs "$system" >/dev/null 2>&1
    mount "$system" "$root"
    mkdir -p "$root/boot/firmware"
    mount "$boot" "$root/boot/firmware"
    mount --bind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount -t sysfs sys "$root/sys"
    # Names are looked up as this machine does it, without touching what the image has.
    [[ ! -e $root/etc/resolv.conf && ! -L $root/etc/resolv.conf ]] ||
        mv "$root/etc/resolv.conf" "$root/etc/resolv.conf.image"
    cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
    # Packages start no service in here.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
}

# A device for one partition: by its place, for not every machine makes devices for partitions.
partition() {
    local start sectors
    read -r start sectors < <(partx --noheadings --output START,SECTORS --nr "$1" "$draft") ||
        die "$draft has no partition $1: is it an image of Raspberry Pi OS?"
    losetup --find --show --offset $((start * 512)) --sizelimit $((sectors * 512)) "$draft"
}

whole() {
    e2fsck -f -p "$system" >/dev/null || (($? == 1)) || die "the image's file system is broken"
}

install_inside() {
    say "install"
    inside true ||
        die "programs of this image do not run here: use 64-bit ARM, or install qemu-user-static"
    mkdir --parents "$root/srv/loyalty-kiosk"
    tar --create --directory="$source_tree" --exclude=./.venv --exclude=./.git --exclude=./build . |
        tar --extract --directory="$root/srv/loyalty-kiosk" --no-same-owner
    inside /srv/loyalty-kiosk/deploy/raspberrypi/install.sh
    rm -rf "$root/srv/loyalty-kiosk"
    inside apt-get clean
}

# Nothing of this machine's environment goes into the image.
inside() {
    chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# What is in here for the installation only.
close() {
    rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
    [[ ! -e $root/etc/resolv.conf.image && ! -L $root/etc/resolv.conf.image ]] ||
        mv "$root/etc/resolv.conf.image" "$root/etc/resolv.conf"
    unmount
    whole
    losetup --detach "$boot" "$system"
    boot='' system=''
}

unmount() {
    local place
    for place in sys proc dev boot/firmware ''; do
        mountpoint --quiet "$root/$place" && umount "$root/$place"
    done
    return 0
}

work=
root=
boot=
system=
draft=

clean_up() {
    [[ -z $root ]] || unmount
    [[ -z $boot ]] || losetup --detach "$boot"
    [[ -z $system ]] || losetup --detach "$system"
    [[ -z $draft ]] || rm -f "$draft"
    [[ -z $work ]] || rm -rf --one-file-system "$work"
}

say() { echo "== $*"; }

die() {
    echo "make-image.sh: $*" >&2
    exit 1
}

main "$@"
