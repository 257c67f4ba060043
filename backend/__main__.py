"""python -m backend: serve, and what an operator does at the command line."""

import argparse
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from backend import keys
from backend.app import create_app, openapi_text
from backend.commands import books, bring, callers, catalogue, people, work
from backend.commands.base import Command, add_command, opened, tell, tenants_of
from backend.db import Database
from backend.errors import CannotStart, DatabaseBusy
from backend.jobs import ticking
from backend.logs import set_up_logs
from backend.serve import serve
from backend.services.people.members import set_card_status
from backend.services.shop.companies import waits_for_owner
from backend.services.shop.shops import add_shop
from backend_client.schemas.changes import CardStatus
from loyalty.errors import ProgramRefused

log = logging.getLogger("backend")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 when it was done, 1 with one line on standard error, 2 for wrong usage."""
    wanted = _parser().parse_args(arguments)
    run: Command = wanted.run
    try:
        return run(wanted)
    except (CannotStart, ProgramRefused) as error:
        print(f"backend: {error}", file=sys.stderr)
    except DatabaseBusy:
        print("backend: the database is busy: try again in a moment", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serving = add_command(commands, "serve", _serve)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument(
        "--port", type=int, choices=range(65536), default=8000, metavar="PORT", help="0: any free"
    )
    serving.add_argument(
        "--listen",
        metavar="URL",
        default=os.environ.get("LOYALTY_LISTEN"),
        help="LOYALTY_LISTEN: the same PostgreSQL without a pooler, to hear other servers at once",
    )
    serving.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=os.environ.get("LOYALTY_HOSTS", "").split(),
        help="LOYALTY_HOSTS: answer under this name only, once for each; any by default",
    )
    serving.add_argument("--announce", type=Path, help="write the address into this file (JSON)")
    work.take_config(serving)

    add_command(commands, "migrate", _migrate)

    shop = add_command(commands, "shop", _shop)
    shop.add_argument("--name", required=True)
    shop.add_argument("--address", default="")
    shop.add_argument("--time-zone", required=True, help="such as Europe/Paris")
    shop.add_argument("--program", required=True, type=Path, help="the program document (JSON)")

    callers.add_to(commands)
    people.add_to(commands)
    work.add_to(commands)
    bring.add_to(commands)

    cards = commands.add_parser("card", help="block or unblock a card").add_subparsers(
        required=True, metavar="ACTION"
    )
    for action, change in (("block", _card_block), ("unblock", _card_unblock)):
        add_command(cards, action, change).add_argument("uid", metavar="UID", help="hexadecimal")

    books.add_to(commands)
    catalogue.add_to(commands)
    add_command(commands, "openapi", _openapi)
    return parser


def _serve(wanted: argparse.Namespace) -> int:
    """Serve the API until told to stop; creates or updates the database first."""
    config = work.config_of(wanted)
    set_up_logs(config.logs.format)
    with opened(wanted, create=True) as database, ticking(database, config):
        log.info("database ready")
        first_run = secrets.token_urlsafe(24) if waits_for_owner(database) else ""

        def listens(url: str) -> None:
            if first_run:
                # After the #, so that no proxy writes it down.
                print(f"Nobody owns this server yet. Open {url}/first-run#{first_run}", flush=True)

        serve(
            create_app(
                database,
                config,
                first_run=first_run,
                hosts=wanted.allow_host,
                metrics_token=os.environ.get("LOYALTY_METRICS_TOKEN", ""),
            ),
            host=wanted.host,
            port=wanted.port,
            announce=wanted.announce,
            listen_url=wanted.listen,
            listens=listens,
        )
    return 0


def _migrate(wanted: argparse.Namespace) -> int:
    """Create the database, or bring it up to date."""
    with opened(wanted, create=True):
        return 0


def _shop(wanted: argparse.Namespace) -> int:
    """Add a company with its first store and its program."""
    try:
        document = wanted.program.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"cannot read {wanted.program}: {error}") from error
    with opened(wanted, create=True) as database:
        shop = add_shop(
            database,
            name=wanted.name,
            address=wanted.address,
            time_zone=wanted.time_zone,
            document=document,
        )
    tell(wanted, tenant=shop.tenant, store=shop.store, program=shop.program)
    return 0


def _card_block(wanted: argparse.Namespace) -> int:
    """Block a lost card: it opens nothing any more, at any kiosk or till."""
    return _set_card(wanted, CardStatus.BLOCKED)


def _card_unblock(wanted: argparse.Namespace) -> int:
    """Let a blocked card open its account again."""
    return _set_card(wanted, CardStatus.ACTIVE)


def _set_card(wanted: argparse.Namespace, status: CardStatus) -> int:
    try:
        uid = bytes.fromhex(wanted.uid)
    except ValueError:
        raise CannotStart("a card's UID is written in hexadecimal, like 04A1B2C3D4E5F6") from None
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.write(tenant) as tx:
                if set_card_status(tx, uid, status):
                    return 0
    raise CannotStart("nobody has a card with that UID")


def _openapi(_: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    database = Database("sqlite://", keys.new_keyring())
    sys.stdout.write(openapi_text(create_app(database)))
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
