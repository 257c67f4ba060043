"""The installer staged into a folder: complete, the same twice, accepted by systemd's own tools."""

import configparser
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config import load_config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy/raspberrypi"
INSTALLER = DEPLOY / "install.sh"
UNIT = "etc/systemd/system/loyalty-kiosk.service"

BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n'
TRIXIE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\n'
FEDORA = 'PRETTY_NAME="Fedora Linux 41"\nVERSION_CODENAME=""\n'

Install = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    return tmp_path / "stage"


@pytest.fixture
def install(stage: Path) -> Install:
    """Run the installer below the stage; a failure fails the test unless `fails` is set."""

    def run(*arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = call(str(INSTALLER), "--root", str(stage), *arguments)
        assert (done.returncode != 0) == fails, done.stderr
        return done

    return run


def test_every_overlay_file_is_placed_at_its_path_with_its_mode(
    stage: Path, install: Install
) -> None:
    install()
    overlay = DEPLOY / "rootfs"
    for file in (path for path in overlay.rglob("*") if path.is_file()):
        placed = stage / file.relative_to(overlay)
        assert placed.read_bytes() == file.read_bytes()
        assert placed.stat().st_mode & 0o777 == (0o755 if os.access(file, os.X_OK) else 0o644)


def test_the_program_is_placed_without_simulators_and_leftovers(
    stage: Path, install: Install
) -> None:
    install()
    app = stage / "opt/loyalty-kiosk/app"
    for part in (
        "kiosk",
        "devices",
        "loyalty",
        "backend_client",
        "assets",
        "requirements/kiosk.txt",
    ):
        assert (app / part).exists()
    assert not (app / "devices/simulate").exists()
    assert not (app / "backend").exists()
    assert list(app.rglob("__pycache__")) == []
    assert sorted(path.name for path in app.parent.iterdir()) == ["app"]


def test_staging_twice_gives_the_same_tree(stage: Path, install: Install) -> None:
    install()
    once = tree(stage)
    install()
    assert tree(stage) == once


def test_a_file_that_left_the_program_leaves_the_kiosk_too(stage: Path, install: Install) -> None:
    install()
    stale = stage / "opt/loyalty-kiosk/app/kiosk/gone.py"
    stale.write_text("")
    install()
    assert not stale.exists()


def test_the_shops_configuration_is_never_overwritten(stage: Path, install: Install) -> None:
    install()
    configuration = stage / "etc/loyalty-kiosk/kiosk.toml"
    configuration.write_text('[shop]\nname = "Chez Ève"\n', encoding="utf-8")
    install()
    assert "Chez Ève" in configuration.read_text(encoding="utf-8")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(stage: Path, install: Install) -> None:
    said = install("--dry-run").stdout
    assert f"would run: install -D --mode=644 {DEPLOY}/rootfs/{UNIT} {stage}/{UNIT}" in said
    assert not stage.exists()


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE])
def test_both_raspberry_pi_systems_are_accepted(stage: Path, install: Install, system: str) -> None:
    write(stage / "etc/os-release", system)
    install()


def test_another_system_is_refused_by_its_name(stage: Path, install: Install) -> None:
    write(stage / "etc/os-release", FEDORA)
    before = tree(stage)
    assert install(fails=True).stderr == (
        "install.sh: this is Fedora Linux 41;"
        " the kiosk needs Raspberry Pi OS Lite 64-bit, Bookworm or Trixie\n"
    )
    assert tree(stage) == before


def test_an_unknown_argument_is_refused_with_the_usage(install: Install) -> None:
    refused = install("--yes", fails=True).stderr
    assert "usage: install.sh" in refused
    assert "unknown argument --yes" in refused


def test_the_boot_is_made_quiet_once(stage: Path, install: Install) -> None:
    cmdline = stage / "boot/firmware/cmdline.txt"
    write(cmdline, "console=serial0,115200 console=tty1 root=PARTUUID=0f-02 quiet rootwait\n")
    install()
    install()
    assert cmdline.read_text() == (
        "console=serial0,115200 console=tty1 root=PARTUUID=0f-02 quiet rootwait"
        " loglevel=3 logo.nologo vt.global_cursor_default=0 consoleblank=0\n"
    )


# The machine itself: the few commands that tell the installer where it runs are put before the
# real ones in the path; the dry run changes nothing.


@pytest.fixture
def on_machine(tmp_path: Path) -> Install:
    """The installer's dry run on a machine with this package architecture and free space."""

    def run(architecture: str, free_kb: int = 8_000_000) -> subprocess.CompletedProcess[str]:
        script(tmp_path / "dpkg", f"echo {architecture}")
        script(tmp_path / "df", f"echo Avail; echo {free_kb}")
        path = f"{tmp_path}:{os.environ['PATH']}"
        return call(str(INSTALLER), "--dry-run", env={**os.environ, "PATH": path})

    return run


def debian_12_or_13() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and bool(
        re.search(r"^VERSION_CODENAME=(bookworm|trixie)$", release.read_text(), re.MULTILINE)
    )


needs_debian = pytest.mark.skipif(
    not debian_12_or_13(), reason="the dry run of a whole installation needs Debian 12 or 13"
)


@needs_debian
def test_a_32_bit_system_is_told_which_image_to_take(on_machine: Install) -> None:
    refused = on_machine("armhf")
    assert refused.returncode == 1
    assert "this system is armhf; flash the 64-bit image of Raspberry Pi OS Lite" in refused.stderr


@needs_debian
def test_a_full_card_is_refused_before_anything_is_done(on_machine: Install) -> None:
    refused = on_machine("arm64", free_kb=300_000)
    assert refused.returncode == 1
    assert "only 292 MB are free" in refused.stderr
    assert refused.stdout == ""


@needs_debian
def test_a_whole_installation_ends_with_what_is_left_to_do(on_machine: Install) -> None:
    said = on_machine("arm64").stdout
    steps = [
        "apt-get install",
        "install -D --mode=644",
        "systemd-sysusers loyalty-kiosk.conf",
        "-m pip install --quiet --disable-pip-version-check --require-hashes",
        "systemctl daemon-reload",
        "mv /opt/loyalty-kiosk/app.new /opt/loyalty-kiosk/app",
        "on the glass: the back office's address and the code",
    ]
    positions = [said.index(step) for step in steps]
    assert positions == sorted(positions)


@needs_debian
def test_every_package_the_installer_asks_for_exists(on_machine: Install) -> None:
    asked = re.search(r"--no-install-recommends (.+)", on_machine("arm64").stdout)
    assert asked
    names = asked[1].split()
    known = call("apt-cache", "show", "--no-all-versions", *names).stdout
    found = set(re.findall(r"^Package: (.+)$", known, re.MULTILINE))
    if not found:
        pytest.skip("this machine has no package lists")
    assert set(names) - found == set()


@needs_debian
def test_without_root_it_says_how_to_run_it(tmp_path: Path) -> None:
    script(tmp_path / "dpkg", "echo arm64")
    script(tmp_path / "id", "echo 1000")
    script(tmp_path / "apt-get", "exit 9")  # the first thing it would do, were it not to refuse
    path = f"{tmp_path}:{os.environ['PATH']}"
    refused = call(str(INSTALLER), env={**os.environ, "PATH": path})
    assert refused.returncode == 1
    assert refused.stderr == f"install.sh: run it as root: sudo {INSTALLER}\n"


# What systemd and the other owners of these files make of them.


def test_every_path_the_unit_names_is_placed(stage: Path, install: Install) -> None:
    install()
    service = read_unit(stage / UNIT)["Service"]
    assert (stage / service["WorkingDirectory"].lstrip("/")).is_dir()
    assert os.access(stage / service["ExecStartPre"].lstrip("/"), os.X_OK)
    python, *arguments = service["ExecStart"].split()
    assert python == "/opt/loyalty-kiosk/venv/bin/python"
    assert arguments[:3] == ["-m", "kiosk", "run"]
    assert (stage / arguments[-1].lstrip("/")).is_file()
    document = read_unit(stage / UNIT)["Unit"]["Documentation"].removeprefix("file:///")
    assert (stage / document).is_file()


def test_the_kiosk_is_enabled_and_the_login_prompt_masked(stage: Path, install: Install) -> None:
    install()
    units = stage / "etc/systemd/system"
    wanted = units / "multi-user.target.wants/loyalty-kiosk.service"
    assert wanted.resolve() == (stage / UNIT).resolve()
    for masked in ("getty@tty1.service", "ctrl-alt-del.target"):
        assert (units / masked).readlink() == Path("/dev/null")


def test_systemd_accepts_the_staged_unit(stage: Path, install: Install) -> None:
    analyze = tool("systemd-analyze")
    system_units = Path("/lib/systemd/system")
    if not (system_units / "pcscd.socket").exists():
        pytest.skip("pcscd is not installed, whose units ours names")
    install()
    shutil.copytree(system_units, stage / "usr/lib/systemd/system", symlinks=True)
    write(stage / "opt/loyalty-kiosk/venv/bin/python", "", mode=0o755)
    verified = call(analyze, "verify", "--root", str(stage), "loyalty-kiosk.service")
    ours = [line for line in verified.stderr.splitlines() if "loyalty-kiosk" in line]
    assert (verified.returncode, ours) == (0, [])


def test_the_service_may_touch_little(stage: Path, install: Install) -> None:
    install()
    judged = call(
        tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", str(stage / UNIT)
    )
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_the_kiosks_user_gets_its_groups_and_no_login(stage: Path, install: Install) -> None:
    install()
    sysusers = tool("systemd-sysusers")
    made = call(sysusers, f"--root={stage}", "loyalty-kiosk.conf")
    assert made.returncode == 0, made.stderr
    passwd = (stage / "etc/passwd").read_text()
    assert re.search(
        r"^kiosk:x:\d+:\d+:Loyalty kiosk:/var/lib/loyalty-kiosk:.*nologin$", passwd, re.MULTILINE
    )
    groups = re.findall(r"^(\w+):x:\d+:kiosk$", (stage / "etc/group").read_text(), re.MULTILINE)
    assert set(groups) == {"video", "render", "input", "lp", "dialout", "audio"}


@pytest.mark.parametrize(
    ("action", "user", "answer"),
    [
        ("org.debian.pcsc-lite.access_pcsc", "kiosk", "yes"),
        ("org.debian.pcsc-lite.access_card", "kiosk", "yes"),
        ("org.debian.pcsc-lite.access_card", "guest", "null"),
        ("org.freedesktop.login1.reboot", "kiosk", "null"),
    ],
)
def test_polkit_lets_the_kiosk_use_cards_and_nothing_else(
    action: str, user: str, answer: str
) -> None:
    rule = (DEPLOY / "rootfs/etc/polkit-1/rules.d/50-loyalty-kiosk.rules").read_text()
    asked = f"""
        let decide;
        const Result = {{YES: "yes", NOT_HANDLED: null}};
        const polkit = {{Result, addRule: (rule) => {{ decide = rule; }}}};
        {rule}
        console.log(String(decide({{id: "{action}"}}, {{user: "{user}"}})));
    """
    assert call(tool("node"), "-e", asked).stdout.strip() == answer


def test_shell_scripts_pass_shellcheck() -> None:
    scripts = [
        INSTALLER,
        DEPLOY / "rootfs/usr/local/sbin/loyalty-kiosk",
        DEPLOY / "rootfs/usr/local/lib/loyalty-kiosk/wait-for-display",
    ]
    checked = call(tool("shellcheck"), *map(str, scripts))
    assert checked.returncode == 0, checked.stdout


def test_the_first_configuration_names_what_the_appliance_has(
    stage: Path, install: Install
) -> None:
    install()
    configuration = load_config(stage / "etc/loyalty-kiosk/kiosk.toml")
    assert configuration.reader.target == "pcsc:"
    assert configuration.printer.target == "escpos:file:/dev/usb/lp0"
    state = "/var/lib/" + read_unit(stage / UNIT)["Service"]["StateDirectory"]
    assert configuration.storage.folder == Path(state)


@pytest.mark.parametrize("status", ["connected", "unknown"])
def test_a_screen_is_waited_for_only_until_it_is_there(tmp_path: Path, status: str) -> None:
    write(tmp_path / "card0-HDMI-A-1/status", "disconnected\n")
    write(tmp_path / "card1-DSI-1/status", f"{status}\n")
    assert wait_for_display(tmp_path).returncode == 0


def test_a_missing_screen_is_named(tmp_path: Path) -> None:
    write(tmp_path / "card0-HDMI-A-1/status", "disconnected\n")
    waited = wait_for_display(tmp_path)
    assert waited.returncode == 1
    assert waited.stderr.startswith("no screen is connected")


def wait_for_display(connectors: Path) -> subprocess.CompletedProcess[str]:
    return call(
        str(DEPLOY / "rootfs/usr/local/lib/loyalty-kiosk/wait-for-display"),
        env={**os.environ, "DRM_FOLDER": str(connectors), "WAIT_S": "0"},
    )


def call(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own scripts and the system's tools
        command, capture_output=True, encoding="utf-8", check=False, env=env
    )


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def tree(root: Path) -> dict[str, tuple[str, bytes]]:
    """Every path below `root` with its mode and its content or the target of its link."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in sorted(root.rglob("*")):
        content = bytes(path.readlink()) if path.is_symlink() else b""
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        found[str(path.relative_to(root))] = (stat.filemode(path.lstat().st_mode), content)
    return found


def read_unit(file: Path) -> configparser.ConfigParser:
    """A unit file; of a repeated key the last one counts."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys keep their case
    unit.read_string(file.read_text(encoding="utf-8"))
    return unit


def script(path: Path, body: str) -> None:
    write(path, f"#!/bin/sh\n{body}\n", mode=0o755)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


# --- the image --------------------------------------------------------------------------------

MAKER = DEPLOY / "make-image.sh"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="an image is made by root")


@needs_root
def test_an_image_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    there = tmp_path / "there.img"
    there.write_bytes(b"x")
    asked = {
        "is not there; unpack the image first": (tmp_path / "none.img", tmp_path / "new.img"),
        "is there already": (there, there),
        "none.toml is not there": (there, tmp_path / "new.img", tmp_path / "none.toml"),
        "name the two images": (there,),
    }
    for said, arguments in asked.items():
        refused = call(str(MAKER), *map(str, arguments))
        assert refused.returncode == 1
        assert said in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.img"]


@needs_root
def test_a_file_that_is_no_image_leaves_nothing_behind(tmp_path: Path) -> None:
    base = tmp_path / "base.img"
    base.write_bytes(bytes(1 << 20))
    assert call(str(MAKER), str(base), str(tmp_path / "kiosk.img")).returncode != 0
    assert [path.name for path in tmp_path.iterdir()] == ["base.img"]


def test_an_image_that_is_being_made_starts_no_service() -> None:
    """The part of the installer that a chroot runs, without its systemd."""
    done = call("bash", "-c", f"""
        set -euo pipefail
        root= dry_run= first_time=
        run() {{ echo "$*"; }}
        say() {{ echo "$*"; }}
        swap_in() {{ echo "swap $1"; }}
        source <(sed -n '/^running() /,/^next_steps/p' {INSTALLER} | sed '$d')
        running() {{ false; }}
        change_over
    """)  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "swap venv" in said
    assert "swap app" in said
    assert "systemctl enable pcscd.socket" in said
    assert not re.search(r"daemon-reload|restart|stop|modprobe|udevadm", said)
