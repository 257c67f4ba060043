"""The vectors of the ledger: entries and acts that are booked, and what the account then says."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from loyalty import expiry
from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.clearing import accounts, statement
from loyalty.ids import RedemptionId
from loyalty.ledger import Account, Entry, movements, replay
from loyalty.opening import Brought, opening
from loyalty.pending import release
from loyalty.program import Program, Rounding
from loyalty.redemption import Use, spend
from loyalty.returns import Returned, claw_back, under_policy, void_sale
from loyalty.rewards import price
from loyalty.traces import EarnedLine
from loyalty.vectors.plain import ID, STORE, ZOE, ZONE, Case, entry_from, instant, maybe, program_of
from loyalty.vectors.rewards import situation

_Act = Mapping[str, Any]


def _books(case: Case) -> dict[str, Any]:
    """Entries and acts, booked one after the other; then what the account says."""
    program, booked = program_of(case), list[Entry]()
    for written in case["book"]:
        act = written.get("act")
        booked += _ACTS[act](written, booked, program) if act else [entry_from(written)]
    account = replay(booked)
    asked = case["expect"]
    return {
        "balances": {
            at: _by_then(booked, at).balance(instant(at)) for at in asked.get("balances", ())
        },
        "pending": {
            at: _by_then(booked, at).pending(instant(at)) for at in asked.get("pending", ())
        },
        "debt": account.debt,
        "lots": [[lot.entry, lot.left] for lot in account.lots if lot.left],
        "moved": [moved.points for moved in movements(booked)],
        "written": [[entry.kind.value, entry.points] for entry in booked],
        "adjusted": [_adjusted(entry) for entry in booked if entry.adjustment],
    }


def _by_then(booked: list[Entry], at: str) -> Account:
    return replay(entry for entry in booked if entry.occurred_at <= instant(at))


def _adjusted(entry: Entry) -> dict[str, Any]:
    assert entry.adjustment is not None
    return {
        "actor": entry.adjustment.actor,
        "nature": entry.adjustment.nature,
        "comment": entry.adjustment.comment,
        "booked_at": _told(entry.adjustment.booked_at),
        "value_at": _told(entry.occurred_at),
    }


def _told(at: datetime) -> str:
    return at.astimezone(ZoneInfo(ZONE)).isoformat()


def _expire(written: _Act, booked: list[Entry], _: Program) -> Iterable[Entry]:
    return expiry.due(replay(booked), ZOE, ID, STORE, now=instant(written["at"]))


def _return(written: _Act, booked: list[Entry], program: Program) -> Iterable[Entry]:
    line = written["line"]
    earned = EarnedLine(line=line["id"], points=line["points"], quantity=line["quantity"])
    before = [_returned(one) for one in written.get("before", ())]
    entry = claw_back(
        _find(booked, written["earned"]),
        earned,
        _returned(written),
        before,
        holder=replay(booked),
        negative=program.negative,
    )
    return [entry] if entry else []


def _returned(written: _Act) -> Returned:
    return Returned(
        id=written["id"],
        line=written["line"]["id"],
        quantity=Fraction(written["quantity"]),
        at=instant(written["at"]),
        store=STORE,
    )


def _void(written: _Act, booked: list[Entry], program: Program) -> Iterable[Entry]:
    return void_sale(
        [_find(booked, one) for one in written["earned"]],
        [_find(booked, one) for one in written.get("spent", ())],
        now=instant(written["at"]),
        holder=replay(booked),
        negative=program.negative,
    )


def _note(written: _Act, booked: list[Entry], program: Program) -> Iterable[Entry]:
    note = entry_from({"kind": "return", **written})
    holder = replay(booked)
    return under_policy([note], program.negative, holder=holder, at=note.occurred_at)


def _adjust(written: _Act, _: list[Entry], program: Program) -> Iterable[Entry]:
    wanted = Wanted(
        id=written["id"],
        member=ZOE,
        program=ID,
        store=STORE,
        points=written["points"],
        nature=written["nature"],
        comment=written.get("comment"),
        value_at=maybe(written.get("value_at")),
        approved_by=written.get("approved_by"),
    )
    clerk = Clerk(id=written["by"], may_choose_date=written.get("may_choose_date", False))
    return [adjust(wanted, clerk, program.adjustments, now=instant(written["at"]))]


def _use(written: _Act, booked: list[Entry], program: Program) -> Iterable[Entry]:
    at = instant(written["at"])
    seen = situation({"balance": replay(booked).balance(at), **written})
    found = price(program.rewards[0].terms, seen, written.get("chosen"))
    redemption = RedemptionId(written["id"])
    use = Use(redemption=redemption, member=ZOE, program=ID, store=STORE, at=at)
    return spend(found, use)


def _bring(written: _Act, _: list[Entry], __: Program) -> Iterable[Entry]:
    brought = Brought(
        id=written["id"],
        member=ZOE,
        amount=Decimal(written["amount"]),
        at=instant(written["at"]),
        deadline=maybe(written.get("deadline")),
    )
    rounding = Rounding(written.get("round", "floor"))
    ratio = Decimal(written["ratio"])
    entry = opening(brought, ID, STORE, ratio=ratio, rounding=rounding)
    return [entry] if entry else []


def _release(written: _Act, booked: list[Entry], _: Program) -> Iterable[Entry]:
    return [release(_find(booked, written["held"]), now=instant(written["at"]))]


_ACTS: dict[str, Callable[[_Act, list[Entry], Program], Iterable[Entry]]] = {
    "expire": _expire,
    "return": _return,
    "void": _void,
    "credit_note": _note,
    "adjust": _adjust,
    "use": _use,
    "bring": _bring,
    "release": _release,
}


def _find(booked: list[Entry], wanted: str) -> Entry:
    return next(entry for entry in booked if wanted in (entry.id, entry.fact))


def _stores(case: Case) -> dict[str, Any]:
    """Balances where the points are good, and what stores owe each other."""
    entries, stores = [entry_from(written) for written in case["book"]], program_of(case).stores
    now = max(entry.occurred_at for entry in entries)
    owed = statement([entries], stores=stores)
    return {
        "balances": {
            group: account.balance(now) for group, account in accounts(entries, stores).items()
        },
        "owed": [[line.debtor, line.creditor, line.points] for line in owed.lines],
        "net": owed.net(),
        "sum": sum(owed.net().values()),
    }


DO: dict[str, Callable[[Case], dict[str, Any]]] = {"books": _books, "stores": _stores}
"""What a case of the books can ask for."""
