"""The installer's guide speaks of the kiosk as it is: its settings, its files, its numbers."""

import re
from pathlib import Path

from pydantic import BaseModel

from kiosk.config import Config

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/installer.md").read_text(encoding="utf-8")
ROOTFS = ROOT / "deploy/raspberrypi/rootfs"
UNIT = (ROOTFS / "etc/systemd/system/loyalty-kiosk.service").read_text(encoding="utf-8")


def test_every_setting_it_names_is_one() -> None:
    sections = {name: field.annotation for name, field in Config.model_fields.items()}
    known = {
        f"{name}.{key}"
        for name, section in sections.items()
        if isinstance(section, type) and issubclass(section, BaseModel)
        for key in section.model_fields
    }
    named = set(re.findall(rf"`((?:{'|'.join(sections)})\.\w+)`", GUIDE))
    assert named
    assert named - known == set()


def test_its_times_and_sizes_are_those_of_the_system() -> None:
    watchdog = (ROOTFS / "etc/systemd/system.conf.d/50-loyalty-kiosk.conf").read_text("utf-8")
    journal = (ROOTFS / "etc/systemd/journald.conf.d/50-loyalty-kiosk.conf").read_text("utf-8")
    assert "after 20 s without a sign of life" in GUIDE
    assert "WatchdogSec=20\n" in UNIT
    assert "falls ten times in ten minutes" in GUIDE
    assert "StartLimitIntervalSec=600\nStartLimitBurst=10\nStartLimitAction=reboot" in UNIT
    assert "resets the board after 15 s" in GUIDE
    assert "RuntimeWatchdogSec=15s" in watchdog
    assert "bounded at 100 MB" in GUIDE
    assert "SystemMaxUse=100M" in journal


def test_the_credential_it_describes_is_the_one_the_service_loads() -> None:
    assert "/etc/credstore/loyalty-kiosk.terminal.json" in GUIDE
    assert "LoadCredential=terminal.json:loyalty-kiosk.terminal.json" in UNIT
