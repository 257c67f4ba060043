"""python -m kiosk [run | claim CODE | check | chip UID --address URL]."""

import argparse
import logging
import os
import sys
from pathlib import Path

from kiosk.config import (
    Config,
    ConfigError,
    load_config,
    load_credentials,
)

CONFIG = Path("/etc/loyalty-kiosk/kiosk.toml")
BAD_CONFIG = 78
"""EX_CONFIG of sysexits.h: the service stays down, because a restart would find the same file."""


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; 0 when done, 1 for trouble, 2 for a wrong command, 78 for settings."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if asked.verbose else logging.INFO,
        format="%(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    try:
        config = load_config(asked.config, dict(os.environ))
        if asked.command == "claim":
            return _claim(config, asked.code)
        if asked.command == "check":
            return _check(config)
        if asked.command == "chip":
            return _chip(config, asked.uid, asked.address)
        return _run(config)
    except ConfigError as error:
        return _say(error, BAD_CONFIG)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk", description="The loyalty kiosk.")
    parser.add_argument("--config", type=Path, default=CONFIG, help="the settings file")
    parser.add_argument("--verbose", action="store_true", help="log more")
    also_after = argparse.ArgumentParser(add_help=False)
    also_after.add_argument("--config", type=Path, default=argparse.SUPPRESS)
    also_after.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", parents=[also_after], help="serve customers (the default)")
    claim = commands.add_parser(
        "claim", parents=[also_after], help="make this machine a terminal of the shop"
    )
    claim.add_argument("code", help="the one-time code from the back office")
    commands.add_parser("check", parents=[also_after], help="say what works and what does not")
    chip = commands.add_parser(
        "chip", parents=[also_after], help="say what to write into a blank NTAG 424 DNA"
    )
    chip.add_argument("uid", help="the chip's number, 14 hexadecimal digits")
    chip.add_argument("--address", required=True, help="what a phone opens that reads the card")
    return parser


def _say(error: Exception, code: int) -> int:
    print(f"kiosk: {error}", file=sys.stderr)
    return code


def _run(config: Config) -> int:
    from devices.errors import DeviceError
    from kiosk.bootstrap import run
    from kiosk.db import NewerDatabase
    from kiosk.services.belong import OtherCompany
    from kiosk.ui.app import NoWindow
    from kiosk.ui.theme import ThemeError

    try:
        return run(config)
    except NoWindow as error:
        return _say(error, 1)
    except (DeviceError, ThemeError, NewerDatabase, OtherCompany) as error:
        return _say(error, BAD_CONFIG)


def _claim(config: Config, code: str) -> int:
    from backend_client.errors import BackendError
    from kiosk.claiming import claim_here
    from loyalty.errors import CodeMistyped

    folder = config.storage.folder
    if not config.backend.url:
        print("kiosk: not claimed: kiosk.toml does not say backend.url", file=sys.stderr)
        return BAD_CONFIG
    try:
        answer = claim_here(folder, config.backend.url, code)
    except CodeMistyped:
        print("kiosk: not claimed: the code is mistyped; it has 12 letters", file=sys.stderr)
        return 1
    except (BackendError, OSError) as error:
        print(f"kiosk: not claimed: {error}", file=sys.stderr)
        return 1
    print(f"this machine is now {answer.name} at {answer.store.name}; credentials in {folder}")
    return 0


def _check(config: Config) -> int:
    from kiosk.check import findings

    worst = 0
    for finding in findings(config):
        print(f"{'ok ' if finding.good else 'NO '} {finding.part:10} {finding.says}")
        worst = max(worst, 0 if finding.good else 1)
    return worst


def _chip(config: Config, uid: str, address: str) -> int:
    """Prints keys: whoever may read this machine's credentials may make cards of the shop."""
    from kiosk.encoding import ChipRefused, encoding, told

    credentials = load_credentials(config.storage.folder)
    if credentials is None:
        print("kiosk: this machine is not claimed yet: it has no keys", file=sys.stderr)
        return 1
    try:
        made = encoding(bytes.fromhex(credentials.card_secret), uid, address)
    except ChipRefused as error:
        return _say(error, 1)
    for line in told(made):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
