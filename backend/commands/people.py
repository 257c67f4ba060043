"""Staff: the first owner, and a way in for whoever lost theirs."""

import argparse
import sys
from datetime import timedelta

from backend.commands.base import add_command, opened, tell, tenants_of
from backend.db import Database, staff
from backend.errors import CannotStart, Refused
from backend.rights import Role
from backend.services.team import audit
from backend.services.team import staff as people
from backend.services.team.staff import NewPerson
from loyalty.errors import EmailRefused
from loyalty.ids import TenantId


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `staff`."""
    actions = commands.add_parser("staff", help="add, list, let in, shut out").add_subparsers(
        required=True, metavar="ACTION"
    )
    adding = add_command(actions, "add", _add)
    adding.add_argument("email", metavar="E-MAIL")
    adding.add_argument("--name", required=True)
    adding.add_argument("--role", choices=[role.value for role in Role], default=Role.OWNER.value)
    adding.add_argument("--company", default="", help="needed when there are several")
    adding.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    add_command(actions, "list", _list)
    for name, run in (("link", _link), ("shut-out", _shut_out), ("let-in", _let_in)):
        add_command(actions, name, run).add_argument("id", metavar="ID")


def _add(wanted: argparse.Namespace) -> int:
    """Add somebody; prints the link by which they choose a password, good for seven days."""
    password = sys.stdin.readline().rstrip("\n") if wanted.password_stdin else ""
    with opened(wanted) as database:
        tenant = _company(database, wanted.company)
        new = NewPerson(name=wanted.name, email=wanted.email, role=Role(wanted.role))
        try:
            with database.write(tenant) as tx:
                person = people.add_person(tx, new, actor=audit.SYSTEM, password=password)
                link = "" if password else people.invite(tx, person.id, actor=audit.SYSTEM)
        except (Refused, EmailRefused) as no:
            raise CannotStart(getattr(no, "detail", "") or str(no)) from no
    tell(wanted, staff=person.id, role=person.role.value, **({"link": link} if link else {}))
    return 0


def _list(wanted: argparse.Namespace) -> int:
    """List the staff."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.read(tenant) as tx:
                for person in staff.everybody(tx):
                    tell(
                        wanted,
                        staff=person.id,
                        name=person.name,
                        role=person.role.value,
                        state="shut out" if person.disabled_at else "active",
                    )
    return 0


def _link(wanted: argparse.Namespace) -> int:
    """Print a link to choose another password, good for an hour; ends every session of theirs."""
    with opened(wanted) as database:
        tenant = _whose(database, wanted.id)
        with database.write(tenant) as tx:
            people.sign_out_everywhere(tx, wanted.id, actor=audit.SYSTEM)
            minutes = timedelta(minutes=people.RESET_MINUTES)
            link = people.new_link(tx, wanted.id, lives=minutes)
    tell(wanted, staff=wanted.id, link=link)
    return 0


def _shut_out(wanted: argparse.Namespace) -> int:
    """Shut somebody out at once."""
    return _set_active(wanted, active=False)


def _let_in(wanted: argparse.Namespace) -> int:
    """Let somebody in again."""
    return _set_active(wanted, active=True)


def _set_active(wanted: argparse.Namespace, *, active: bool) -> int:
    with opened(wanted) as database:
        tenant = _whose(database, wanted.id)
        try:
            with database.write(tenant) as tx:
                people.change_person(tx, wanted.id, {"active": active}, actor=audit.SYSTEM)
        except Refused as no:
            raise CannotStart(no.detail) from no
    return 0


def _company(database: Database, wanted: str) -> TenantId:
    found = [each for each in tenants_of(database) if wanted in ("", each)]
    if not found:
        raise CannotStart("there is no such company: add one with `python -m backend shop`")
    if len(found) > 1:
        raise CannotStart(f"say which company with --company: {', '.join(found)}")
    return found[0]


def _whose(database: Database, wanted: str) -> TenantId:
    for tenant in tenants_of(database):
        with database.read(tenant) as tx:
            if staff.person(tx, wanted) is not None:
                return tenant
    raise CannotStart(f"nobody of the staff has the id {wanted}")
