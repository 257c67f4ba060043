"""The vectors of the ledger: what entries, returns, rewards, reminders and stores must give."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loyalty import expiry, reminders
from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.clearing import accounts, statement
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId, StoreId
from loyalty.invitations import is_good
from loyalty.ledger import Account, Entry, EntryKind, movements, replay
from loyalty.opening import Brought, opening
from loyalty.program import AdjustmentRules, Negative, ReminderRules, Rounding, Sharing, Stores
from loyalty.redemption import Use, spend
from loyalty.reminders import Reachable
from loyalty.returns import Returned, claw_back, under_policy, void_sale
from loyalty.rewards import Option, Situation, completed, covers, options, price
from loyalty.terms import (
    AllPoints,
    AmountOff,
    ChosenPoints,
    Cost,
    FixedCost,
    GiftArticle,
    Gives,
    How,
    Nothing,
    PercentOff,
    PerPoint,
    Reached,
    RewardTerms,
    Usable,
    Voucher,
    When,
)
from loyalty.traces import EarnedLine

_ZOE, _PROGRAM, _STORE = MemberId("zoe"), ProgramId("vectors"), StoreId("angers")
Case = Mapping[str, Any]


# --- books ------------------------------------------------------------------------------------


def _books(case: Case) -> dict[str, Any]:
    """Entries and acts, booked one after the other; then what the account says."""
    booked: list[Entry] = []
    for written in case["book"]:
        act = written.get("act")
        booked += _ACTS[act](written, booked) if act else [_entry(written)]
    account = replay(booked)
    asked = case["expect"]
    return {
        "balances": {at: _by_then(booked, at).balance(_at(at)) for at in asked.get("balances", ())},
        "pending": {at: _by_then(booked, at).pending(_at(at)) for at in asked.get("pending", ())},
        "debt": account.debt,
        "lots": [[lot.entry, lot.left] for lot in account.lots if lot.left],
        "moved": [moved.points for moved in movements(booked)],
        "written": [[entry.kind.value, entry.points] for entry in booked],
        "adjusted": [_adjusted(entry) for entry in booked if entry.adjustment],
    }


def _by_then(booked: list[Entry], at: str) -> Account:
    return replay(entry for entry in booked if entry.occurred_at <= _at(at))


def _entry(written: Case) -> Entry:
    deadline, available = written.get("deadline"), written.get("available_from")
    return Entry(
        id=EntryId(written["id"]),
        member=_ZOE,
        program=_PROGRAM,
        kind=EntryKind(written.get("kind", "earn")),
        points=written["points"],
        occurred_at=_at(written["at"]),
        fact=written.get("fact", written["id"]),
        store=StoreId(written.get("store", _STORE)),
        deadline=_at(deadline) if deadline else None,
        about=EntryId(written["about"]) if "about" in written else None,
        available_from=_at(available) if available else None,
    )


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
    return at.astimezone(ZoneInfo("Europe/Paris")).isoformat()


def _expire(written: Case, booked: list[Entry]) -> Iterable[Entry]:
    now = _at(written["at"])
    return expiry.due(replay(booked), _ZOE, _PROGRAM, _STORE, now=now)


def _return(written: Case, booked: list[Entry]) -> Iterable[Entry]:
    line = written["line"]
    earned = EarnedLine(line=line["id"], points=line["points"], quantity=line["quantity"])
    before = [_returned(one) for one in written.get("before", ())]
    entry = claw_back(
        _find(booked, written["earned"]),
        earned,
        _returned(written),
        before,
        holder=replay(booked),
        negative=Negative(written.get("negative", "allow")),
    )
    return [entry] if entry else []


def _returned(written: Case) -> Returned:
    return Returned(
        id=written["id"],
        line=written["line"]["id"],
        quantity=written["quantity"],
        at=_at(written["at"]),
        store=_STORE,
    )


def _void(written: Case, booked: list[Entry]) -> Iterable[Entry]:
    return void_sale(
        [_find(booked, one) for one in written["earned"]],
        [_find(booked, one) for one in written.get("spent", ())],
        now=_at(written["at"]),
        holder=replay(booked),
        negative=Negative(written.get("negative", "allow")),
    )


def _note(written: Case, booked: list[Entry]) -> Iterable[Entry]:
    note = _entry({"kind": "return", **written})
    negative = Negative(written["negative"])
    return under_policy([note], negative, holder=replay(booked), at=note.occurred_at)


def _adjust(written: Case, _: list[Entry]) -> Iterable[Entry]:
    value = written.get("value_at")
    wanted = Wanted(
        id=written["id"],
        member=_ZOE,
        program=_PROGRAM,
        store=_STORE,
        points=written["points"],
        nature=written["nature"],
        comment=written.get("comment"),
        value_at=_at(value) if value else None,
        approved_by=written.get("approved_by"),
    )
    clerk = Clerk(id=written["by"], may_choose_date=written.get("may_choose_date", False))
    rules = AdjustmentRules(alone=written.get("alone"), may_owe=written.get("may_owe", True))
    return [adjust(wanted, clerk, rules, now=_at(written["at"]))]


def _use(written: Case, booked: list[Entry]) -> Iterable[Entry]:
    at = _at(written["at"])
    found = price(
        _terms(written["reward"]),
        _situation({"balance": replay(booked).balance(at), **written}),
        written.get("chosen"),
    )
    redemption = RedemptionId(written["id"])
    use = Use(redemption=redemption, member=_ZOE, program=_PROGRAM, store=_STORE, at=at)
    return spend(found, use)


def _bring(written: Case, _: list[Entry]) -> Iterable[Entry]:
    deadline = written.get("deadline")
    brought = Brought(
        id=written["id"],
        member=_ZOE,
        amount=Decimal(written["amount"]),
        at=_at(written["at"]),
        deadline=_at(deadline) if deadline else None,
    )
    rounding = Rounding(written.get("round", "floor"))
    ratio = Decimal(written["ratio"])
    entry = opening(brought, _PROGRAM, _STORE, ratio=ratio, rounding=rounding)
    return [entry] if entry else []


_ACTS: dict[str, Callable[[Case, list[Entry]], Iterable[Entry]]] = {
    "expire": _expire,
    "return": _return,
    "void": _void,
    "credit_note": _note,
    "adjust": _adjust,
    "use": _use,
    "bring": _bring,
}


def _find(booked: list[Entry], wanted: str) -> Entry:
    return next(entry for entry in booked if wanted in (entry.id, entry.fact))


def _at(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None, f"{text} has no offset"
    return at


# --- rewards ----------------------------------------------------------------------------------


def _reward(case: Case) -> dict[str, Any]:
    """What one reward takes and gives, or why it cannot be used."""
    terms, seen = _terms(case["reward"]), _situation(case)
    (option,) = options({RewardId("reward"): terms}, seen)
    found = option.price
    if option.refusal is None and "chosen" in case:
        found = price(terms, seen, case["chosen"])
    return {
        "missing": option.missing,
        "refusal": option.refusal.value if option.refusal else None,
        "points": found.points if found else None,
        "money": found.money if found else None,
        "forfeits": found.forfeits if found else None,
        "automatic": option.automatic,
        "pays_all": covers(terms, seen),
        "articles": list(terms.gives.articles) if isinstance(terms.gives, GiftArticle) else [],
    }


def _rewards(case: Case) -> dict[str, Any]:
    """Several rewards at once: which can be used, the dearest first, and their money."""
    rewards = {RewardId(reward): _terms(terms) for reward, terms in case["rewards"].items()}
    found = [option for option in options(rewards, _situation(case)) if option.price]
    return {
        "usable": [option.reward for option in found],
        "money": [_money(option) for option in found],
    }


def _money(option: Option) -> int:
    assert option.price is not None
    return option.price.money


def _situation(case: Case) -> Situation:
    return Situation(
        balance=case["balance"],
        store=StoreId(case.get("store", _STORE)),
        currency=case.get("currency", "EUR"),
        price_code=case.get("price_code", ""),
        ticket=case.get("ticket"),
        earning=case.get("earning", 0),
        taken={RewardId("reward"): case.get("taken", 0)},
    )


def _terms(written: Case) -> RewardTerms:
    return RewardTerms(
        cost=_cost(written["cost"]),
        gives=_gives(written["gives"]),
        usable=_usable(written.get("usable", {})),
        price_codes=frozenset(written.get("price_codes", ())),
    )


def _cost(written: int | str) -> Cost:
    if isinstance(written, int):
        return FixedCost(points=written)
    return AllPoints() if written == "all" else ChosenPoints()


def _gives(written: Case) -> Gives:
    ((what, value),) = written.items()
    kinds: dict[str, Callable[[Any], Gives]] = {
        "articles": lambda value: GiftArticle(articles=tuple(value)),
        "percent": lambda value: PercentOff(percent=Decimal(value)),
        "amount": lambda value: AmountOff(amount=value),
        "per_point": lambda value: PerPoint(value=Decimal(value)),
        "voucher": lambda _: Voucher(),
        "nothing": lambda _: Nothing(),
    }
    return kinds[what](value)


def _usable(written: Case) -> Usable:
    return Usable(
        from_points=written.get("from_points", 0),
        reached=Reached(written.get("reached", "at_least")),
        when=When(written.get("when", "next_ticket")),
        how=How(written.get("how", "on_demand")),
        keeps_rest=written.get("keeps_rest", True),
        ticket_share=Decimal(written.get("ticket_share", "100")),
        per_member=written.get("per_member"),
        stores=frozenset(map(StoreId, written.get("stores", ()))),
    )


def _cards(case: Case) -> dict[str, Any]:
    """Cards that are complete, and how far the next one is."""
    full, over = completed(case["points"], case["threshold"])
    return {"complete": full, "on_the_next": over}


# --- reminders, invitations, stores -----------------------------------------------------------


def _remind(case: Case) -> dict[str, Any]:
    """Who is due a message at those times."""
    zone = ZoneInfo(case.get("zone", "Europe/Paris"))
    account = replay([_entry(written) for written in case["book"]])
    rules = ReminderRules(**case["rules"])
    last = case.get("reminded_at")
    member = Reachable(
        has_mail=case.get("has_mail", True),
        agrees=case.get("agrees", True),
        reminded_at=_at(last) if last else None,
    )
    return {
        "reminded": {
            at: bool(_due(account, rules, member, at, zone)) for at in case["expect"]["reminded"]
        }
    }


def _due(
    account: Account, rules: ReminderRules, member: Reachable, at: str, zone: ZoneInfo
) -> tuple[reminders.Reminder, ...]:
    return reminders.due(account, rules, member, now=_at(at), zone=zone)


def _invitation(case: Case) -> dict[str, Any]:
    """Whether a link still opens at those times."""
    zone, start = ZoneInfo(case.get("zone", "Europe/Paris")), _at(case["handed_out"])
    return {"good": {at: is_good(start, now=_at(at), zone=zone) for at in case["expect"]["good"]}}


def _stores(case: Case) -> dict[str, Any]:
    """Balances where the points are good, and what stores owe each other."""
    entries = [_entry(written) for written in case["book"]]
    groups = {StoreId(store): group for store, group in case.get("groups", {}).items()}
    stores = Stores(sharing=Sharing(case["sharing"]), groups=groups)
    now = max(entry.occurred_at for entry in entries)
    owed = statement([entries])
    return {
        "balances": {
            group: account.balance(now) for group, account in accounts(entries, stores).items()
        },
        "owed": [[line.debtor, line.creditor, line.points] for line in owed.lines],
        "net": owed.net(),
        "sum": sum(owed.net().values()),
    }


DO: dict[str, Callable[[Case], dict[str, Any]]] = {
    "books": _books,
    "reward": _reward,
    "rewards": _rewards,
    "cards": _cards,
    "remind": _remind,
    "invitation": _invitation,
    "stores": _stores,
}
"""What a case of the ledger can ask for."""
