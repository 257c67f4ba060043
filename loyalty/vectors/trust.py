"""The vectors of trust and people: limits, ranks, households, reminders and invitations."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from loyalty import reminders
from loyalty.guard import Seen, check_rewards, is_copy, is_cycling
from loyalty.households import Household, admitted, check_spend
from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.invitations import is_good, is_invited
from loyalty.ledger import Account, replay
from loyalty.program import Assurance, ReminderRules, Tier
from loyalty.redemption import OfflineUse, check_assurance, check_offline
from loyalty.reminders import Reachable
from loyalty.tiers import Purchase, standing
from loyalty.vectors.plain import ID, ZOE, Case, entry_from, instant, maybe, program_of, zone_of


def _offline(case: Case) -> dict[str, Any]:
    """Whether a terminal gives one more gift while it cannot ask."""
    use = OfflineUse(
        by_member=case.get("by_member", 0),
        by_terminal=case.get("by_terminal", 0),
        snapshot_at=instant(case["snapshot_at"]),
        today=case.get("today", 0),
    )
    check_offline(case["cost"], use, program_of(case).offline, now=instant(case["now"]))
    return {"allowed": True}


def _assurance(case: Case) -> dict[str, Any]:
    """Whether so much may be spent on the word of such a card."""
    level, spent = Assurance(case["level"]), case.get("spent_today", 0)
    check_assurance(case["cost"], level, spent, program_of(case).assurance)
    return {"allowed": True}


def _guard(case: Case) -> dict[str, Any]:
    """Whether one more reward may be taken today, and what staff is told."""
    guard = program_of(case).guard
    check_rewards(guard, case.get("rewards_today", 0))
    seen = [
        Seen(store=StoreId(one["store"]), at=instant(one["at"])) for one in case.get("seen", ())
    ]
    story = [entry_from(written) for written in case.get("book", ())]
    return {
        "allowed": True,
        "copy": is_copy(guard, seen[0], seen[1]) if seen else None,
        "cycling": is_cycling(story, guard, now=instant(case["now"])) if story else None,
    }


def _household(case: Case) -> dict[str, Any]:
    """What the card of who joins may spend, after so many are in."""
    program = program_of(case)
    home = Household(wallet=MemberId("home"), program=ID)
    for number in range(case.get("members", 0)):
        home = _with(home, f"member-{number}", case)
    home = _with(home, ZOE, case)
    card = admitted(Household(wallet=home.wallet, program=ID), program.households)
    check_spend(home, ZOE, case.get("cost", 0), case.get("spent_today", 0))
    return {"allowed": True, "role": card.role.value}


def _with(home: Household, member: str, case: Case) -> Household:
    card = admitted(home, program_of(case).households)
    return Household(
        wallet=home.wallet,
        program=home.program,
        members={**home.members, MemberId(member): card},
    )


def _tiers(case: Case) -> dict[str, Any]:
    """In which tier a member is at those times, and how much is missing for the next."""
    rules = program_of(case).tiers
    assert rules is not None
    entries = [entry_from(written) for written in case.get("book", ())]
    purchases = [
        Purchase(sale=SaleId(one["sale"]), at=instant(one["at"]), amount=one["amount"])
        for one in case.get("purchases", ())
    ]
    asked = [*case["expect"].get("tier", ()), *case["expect"].get("next_in", ())]
    found = {
        at: standing(entries, rules, now=instant(at), zone=zone_of(case), purchases=purchases)
        for at in asked
    }
    return {
        "tier": {at: _named(found[at].tier) for at in case["expect"].get("tier", ())},
        "next_in": {at: found[at].missing for at in case["expect"].get("next_in", ())},
    }


def _named(tier: Tier | None) -> str | None:
    return tier.id if tier else None


def _remind(case: Case) -> dict[str, Any]:
    """Who is due a message at those times."""
    rules, zone = program_of(case).reminders, zone_of(case)
    account = replay([entry_from(written) for written in case["book"]])
    member = Reachable(
        has_mail=case.get("has_mail", True),
        agrees=case.get("agrees", True),
        reminded_at=maybe(case.get("reminded_at")),
        mailed_at=[instant(at) for at in case.get("mailed_at", ())],
    )
    found = {at: _due(account, rules, member, at, zone) for at in _times(case)}
    return {
        "reminded": {at: bool(found[at]) for at in case["expect"].get("reminded", ())},
        "channels": {
            at: [reminder.channel.value for reminder in found[at]]
            for at in case["expect"].get("channels", ())
        },
        "sent_at": {
            at: [reminder.send_at.astimezone(zone).isoformat() for reminder in found[at]]
            for at in case["expect"].get("sent_at", ())
        },
    }


def _times(case: Case) -> set[str]:
    return {at for asked in case["expect"].values() for at in asked}


def _due(
    account: Account, rules: ReminderRules, member: Reachable, at: str, zone: ZoneInfo
) -> tuple[reminders.Reminder, ...]:
    return reminders.due(account, rules, member, now=instant(at), zone=zone)


def _invitation(case: Case) -> dict[str, Any]:
    """Whether a receipt invites, and whether its link still opens at those times."""
    rules, start = program_of(case).invitations, instant(case["handed_out"])
    known = Reachable(has_mail=case.get("has_mail", False), agrees=case.get("agrees", False))
    return {
        "invited": is_invited(rules, known if case.get("member", False) else None),
        "good": {
            at: is_good(start, now=instant(at), zone=zone_of(case), rules=rules)
            for at in case["expect"].get("good", ())
        },
    }


DO: dict[str, Callable[[Case], dict[str, Any]]] = {
    "offline": _offline,
    "assurance": _assurance,
    "guard": _guard,
    "household": _household,
    "tiers": _tiers,
    "remind": _remind,
    "invitation": _invitation,
}
"""What a case of trust can ask for."""
