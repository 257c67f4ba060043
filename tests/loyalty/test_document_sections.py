"""Everything a merchant decides beside the rules: written, read, refused, and what is left out."""

import json
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loyalty.document import json_schema, read_program, write_program
from loyalty.ids import StoreId
from loyalty.program import (
    AdjustmentRules,
    Assurance,
    AssuranceLimit,
    Calendar,
    Caps,
    CardPrice,
    Combine,
    Count,
    Discounted,
    EnrolmentRules,
    Existing,
    Guard,
    HouseholdRules,
    InvitationRules,
    MessageChannel,
    Metric,
    Negative,
    Pending,
    QuietHours,
    ReminderRules,
    Role,
    Rounding,
    RoundPer,
    Sharing,
    Stores,
    Takes,
    Tier,
    TierRules,
    Unit,
    Validity,
    ValueDate,
    WelcomeMail,
)
from loyalty.terms import How, Per, Reached, Usable, When

OLDER = sorted((Path(__file__).parent / "older").glob("*.json"))
"""Documents as they were before these sections existed."""
PLAIN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "older" / "one-euro-one-point.json").read_text(encoding="utf-8")
)
EVERYTHING: dict[str, Any] = {
    "negative": "clamp",
    "credit_notes": False,
    "adjustments": {
        "natures": ["gesture", "correction"],
        "alone": 100,
        "may_owe": False,
        "value_date": "today",
    },
    "stores": {
        "sharing": "silo",
        "groups": {"loire": ["angers", "nantes"], "sud": ["nice"]},
        "clearing": False,
    },
    "card": {"days": 365},
    "card_price": {"article": "CARTE", "amount": 500},
    "enrolment": {"existing": "automatic", "at_till": False, "themselves": False},
    "invitations": {"active": True, "valid": {"days": 3}, "without_mail": False},
    "welcome_mail": {
        "active": True,
        "subject": {"fr": "Bienvenue {first_name}"},
        "body": {"fr": "{points} points vous attendent chez {shop} {{ici}}."},
    },
    "households": {
        "active": True,
        "one_welcome": False,
        "members": 6,
        "new_card": "earns_only",
        "card_per_day": 200,
    },
    "tiers": {
        "levels": [{"id": "basic", "start": 0}, {"id": "gold", "start": 500, "name": {"fr": "Or"}}],
        "metric": "spent",
        "period": {"calendar": "year"},
        "kept_for": {"months": 12},
    },
    "alerts": [
        {"id": "full", "message": {"fr": "Pleine"}, "visits": 10, "each": True, "on_receipt": True}
    ],
    "reminders": {
        "active": True,
        "from_points": 200,
        "within_months": 2,
        "every_months": 3,
        "channels": ["kiosk", "mail"],
        "most": 4,
        "days": 7,
        "quiet": {"start": "20:00", "end": "08:30"},
    },
    "offline": {"per_card": 1, "per_terminal": 2, "snapshot_age_h": 3, "per_day": 4},
    "assurance": {"uid": {"at_once": 100, "per_day": 300}, "chip": {}},
    "guard": {
        "cooldown_s": 900,
        "tickets_per_day": 5,
        "rewards_per_day": 2,
        "refund_cycles": 3,
        "refund_days": 10,
        "travel_s": 600,
    },
}


def read(**fields: object) -> Any:
    return read_program(json.dumps({**PLAIN, **fields}))


def test_everything_that_the_engine_can_do_can_be_written() -> None:
    program = read(**EVERYTHING)
    assert program.negative is Negative.CLAMP
    assert not program.credit_notes
    assert program.adjustments == AdjustmentRules(
        natures=frozenset({"gesture", "correction"}),
        alone=100,
        may_owe=False,
        value_date=ValueDate.TODAY,
    )
    assert program.stores == Stores(
        sharing=Sharing.SILO,
        groups={StoreId("angers"): "loire", StoreId("nantes"): "loire", StoreId("nice"): "sud"},
        clearing=False,
    )
    assert program.card_price == CardPrice(article="CARTE", amount=500)
    assert program.enrolment == EnrolmentRules(
        existing=Existing.AUTOMATIC, at_till=False, themselves=False
    )
    assert program.invitations == InvitationRules(
        active=True, valid=Validity(days=3), without_mail=False
    )
    assert program.welcome_mail == WelcomeMail(
        active=True,
        subject={"fr": "Bienvenue {first_name}"},
        body={"fr": "{points} points vous attendent chez {shop} {{ici}}."},
    )
    assert program.households == HouseholdRules(
        active=True, one_welcome=False, members=6, new_card=Role.EARNS_ONLY, card_per_day=200
    )
    assert program.tiers == TierRules(
        levels=(Tier(id="basic", start=0), Tier(id="gold", start=500, name={"fr": "Or"})),
        metric=Metric.SPENT,
        period=Calendar.YEAR,
        kept_for=Validity(months=12),
    )
    assert (program.alerts[0].each, program.alerts[0].on_receipt) == (True, True)
    assert program.reminders == ReminderRules(
        active=True,
        from_points=200,
        within_months=2,
        every_months=3,
        channels=frozenset({MessageChannel.MAIL, MessageChannel.KIOSK}),
        most=4,
        days=7,
        quiet=QuietHours(start=time(20), end=time(8, 30)),
    )
    assert program.offline.per_day == 4
    assert program.assurance == {
        Assurance.UID: AssuranceLimit(at_once=100, per_day=300),
        Assurance.CHIP: AssuranceLimit(),
    }
    assert program.guard == Guard(
        cooldown_s=900,
        tickets_per_day=5,
        rewards_per_day=2,
        refund_cycles=3,
        refund_days=10,
        travel_s=600,
    )


def test_what_is_written_is_read_back_the_same_and_no_longer_than_needed() -> None:
    program = read(**EVERYTHING)
    written = write_program(program)
    assert read_program(written) == program
    sections = json.loads(written)
    assert {name: sections[name] for name in EVERYTHING if name != "adjustments"} == {
        name: section for name, section in EVERYTHING.items() if name != "adjustments"
    }
    assert set(json.loads(write_program(read()))) == set(PLAIN) - {"point_value"}


@pytest.mark.parametrize(
    ("rule", "period"),
    [
        ({"pending": {"days": 14}}, Pending(days=14)),
        ({"pending": {"until_released": True}}, Pending()),
        ({}, None),
    ],
)
def test_points_may_be_pending(rule: dict[str, object], period: Pending | None) -> None:
    earning = [{"id": "r", "when": "sale", "give": {"points": 1}, **rule}]
    program = read(earning=earning)
    assert program.earning[0].pending == period
    assert read_program(write_program(program)) == program


def test_a_tier_may_be_for_life_or_roll() -> None:
    levels = [{"id": "gold", "start": 1}]
    assert read(tiers={"levels": levels}).tiers.period is None
    rolling = read(tiers={"levels": levels, "period": {"months": 12, "days": 1}})
    assert rolling.tiers.period == Validity(months=12, days=1)
    assert read_program(write_program(rolling)) == rolling


def test_a_reward_may_be_for_some_and_only_so_often() -> None:
    reward = {
        **PLAIN["rewards"][0],
        "price_codes": ["PART"],
        "usable": {"per_member": 1, "per": "month", "tiers": ["gold"]},
    }
    program = read(rewards=[reward], tiers={"levels": [{"id": "gold", "start": 1}]})
    assert program.rewards[0].terms.price_codes == {"PART"}
    usable = program.rewards[0].terms.usable
    assert (usable.per_member, usable.per, usable.tiers) == (1, Per.MONTH, {"gold"})
    assert read_program(write_program(program)) == program


# --- what is left out -------------------------------------------------------------------------


@pytest.mark.parametrize("path", OLDER, ids=lambda path: path.stem)
def test_a_document_of_before_reads_with_the_defaults(path: Path) -> None:
    program = read_program(path.read_bytes())
    assert read_program(write_program(program)) == program
    assert program.negative is Negative.ALLOW
    assert program.adjustments == AdjustmentRules()
    assert program.stores == Stores()
    assert program.enrolment == EnrolmentRules()
    assert program.tiers is None
    assert program.card_price is None
    assert not program.reminders.active
    assert not program.invitations.active
    assert not program.welcome_mail.active
    assert not program.households.active
    assert program.assurance == {}
    assert program.guard == Guard()


def test_every_switch_that_is_left_out_has_the_proposed_default() -> None:
    """SW-01 to SW-17, as the table of contradictions between the systems proposes."""
    earning = [{"id": "r", "when": "sale", "give": {"amount": 100, "points": 1}}]
    reward = {"id": "mug", "name": {"en": "Mug"}, "cost": 300, "article": "MUG"}
    program = read(earning=earning, rewards=[reward])
    rule, usable = program.earning[0], program.rewards[0].usable
    assert {
        "SW-01": program.unit,
        "SW-02": usable.when,
        "SW-03": (usable.keeps_rest, program.rewards[0].takes),
        "SW-04": rule.on.discounted,
        "SW-05": rule.on.reduced_by,
        "SW-06": rule.on.count,
        "SW-08": usable.how,
        "SW-09": program.adjustments.value_date,
        "SW-10": (program.credit_notes, program.negative),
        "SW-11": program.stores,
        "SW-12": program.enrolment.existing,
        "SW-13": program.card_price,
        "SW-14": (rule.round, rule.round_per),
        "SW-16": usable.reached,
    } == {
        "SW-01": Unit.POINTS,
        "SW-02": When.NEXT_TICKET,
        "SW-03": (True, Takes.COST),
        "SW-04": Discounted.NET,
        "SW-05": {"ticket_discount", "voucher", "points"},
        "SW-06": Count.TTC,
        "SW-08": How.ON_DEMAND,
        "SW-09": ValueDate.WITH_RIGHT,
        "SW-10": (True, Negative.ALLOW),
        "SW-11": Stores(sharing=Sharing.POOL),
        "SW-12": Existing.EXPLICIT,
        "SW-13": None,
        "SW-14": (Rounding.FLOOR, RoundPer.TICKET),
        "SW-16": Reached.AT_LEAST,
    }
    assert usable == Usable(ticket_share=Decimal(100))
    assert (program.caps, program.combine) == (Caps(), Combine.BEST)


def test_every_field_of_the_schema_says_what_it_is() -> None:
    schema = json_schema()
    kinds = schema["$defs"]

    def told(field: dict[str, Any]) -> str:
        """Its own description, or that of the words to choose from."""
        kind = kinds.get(field.get("$ref", "").removeprefix("#/$defs/"), {})
        return str(field.get("description") or kind.get("description", ""))

    fields = [
        (f"{name}.{field}", told(written))
        for name, part in {**kinds, "Program": schema}.items()
        for field, written in part.get("properties", {}).items()
    ]
    assert [name for name, words in fields if not words] == []
    assert len(fields) > 150
