"""The whole document, and what only the whole can say: twins, and names that nobody has."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from pydantic import AwareDatetime, Field

from loyalty.document.campaigns import CampaignDocument
from loyalty.document.criteria import (
    ALL_LINES,
    EVERYONE,
    CriteriaDocument,
    LineCriteriaDocument,
)
from loyalty.document.earning import EarningRuleDocument, PriceBookDocument
from loyalty.document.fields import MOST, Document, Id, Name, Words
from loyalty.document.limits import (
    AdjustmentsDocument,
    AssuranceDocument,
    CapsDocument,
    GuardDocument,
    OfflineLimitsDocument,
    StoresDocument,
)
from loyalty.document.membership import (
    CardPriceDocument,
    CardValidityDocument,
    EnrolmentDocument,
    HouseholdsDocument,
    InvitationsDocument,
    TiersDocument,
)
from loyalty.document.messages import AlertDocument, RemindersDocument, WelcomeMailDocument
from loyalty.document.rewards import RewardDocument
from loyalty.errors import ProgramRefused
from loyalty.ids import ProgramId
from loyalty.program import CURRENCIES, Combine, Negative, Occasion, Program, Unit
from loyalty.sentences import Sentence, say


class ProgramDocument(Document):
    """A program as it is written, stored and sent."""

    format: Literal["loyalty-program/1"] = Field(
        description="The form of this document. It changes when a field changes its meaning or"
        " goes away; a new field has a default, and changes nothing."
    )
    id: Id = Field(description="The program's name for machines; it never changes.")
    version: int = Field(ge=1, le=MOST, description="One more for each change that goes live.")
    name: Name = Field(description="What people read, by language: fr, en …")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as EUR.")
    valid_from: AwareDatetime = Field(description="From when this version is in force.")
    point_value: Decimal | None = Field(
        default=None,
        gt=0,
        max_digits=18,
        description="What one point is worth in the currency; left out, points buy gifts only.",
    )
    rule_in_words: Words = Field(
        default_factory=dict, description="The line about the program on tickets, by language."
    )
    unit: Unit = Field(default=Unit.POINTS, description="What an account counts (SW-01).")
    only: CriteriaDocument = Field(
        default=EVERYONE, description="Whom and where the program is for; left out, everyone."
    )
    lines: LineCriteriaDocument = Field(
        default=ALL_LINES, description="Which lines it is for; left out, all articles."
    )
    counts_from: AwareDatetime | None = Field(
        default=None, description="From when past sales make the opening balance."
    )
    earning: tuple[EarningRuleDocument, ...] = Field(description="How points are earned.")
    campaigns: tuple[CampaignDocument, ...] = Field(
        default=(), description="Operations that make sales earn more."
    )
    combine: Combine = Field(
        default=Combine.BEST, description="What several multipliers on the same line make."
    )
    price_books: tuple[PriceBookDocument, ...] = Field(
        default=(), description="What each price list earns, where it differs."
    )
    caps: CapsDocument = Field(default=CapsDocument(), description="The most that sales give.")
    credit_notes: bool = Field(
        default=True, description="Whether a credit note takes the points of its amount (SW-10)."
    )
    negative: Negative = Field(
        default=Negative.ALLOW,
        description="When what is taken back was spent: a debt (`allow`), the shop's loss"
        " (`clamp`), or no return (`refuse`) (SW-10).",
    )
    adjustments: AdjustmentsDocument = Field(
        default=AdjustmentsDocument(), description="What staff may move by hand (SW-09)."
    )
    stores: StoresDocument = Field(
        default=StoresDocument(), description="Where points are good (SW-11)."
    )
    card: CardValidityDocument | None = Field(
        default=None, description="How long cards can be used; left out, for ever."
    )
    card_price: CardPriceDocument | None = Field(
        default=None, description="What a card costs; left out, it is free (SW-13)."
    )
    enrolment: EnrolmentDocument = Field(
        default=EnrolmentDocument(), description="How people come in (SW-12)."
    )
    invitations: InvitationsDocument = Field(
        default=InvitationsDocument(), description="Links on receipts that invite to join."
    )
    welcome_mail: WelcomeMailDocument = Field(
        default=WelcomeMailDocument(), description="The e-mail that tells the welcome points."
    )
    households: HouseholdsDocument = Field(
        default=HouseholdsDocument(), description="Several members, one wallet."
    )
    tiers: TiersDocument | None = Field(
        default=None, description="Ranks; left out, all members are alike."
    )
    alerts: tuple[AlertDocument, ...] = Field(
        default=(), description="What staff is told when an account is far enough."
    )
    reminders: RemindersDocument = Field(
        default=RemindersDocument(), description="Messages about points that will be lost."
    )
    rewards: tuple[RewardDocument, ...] = Field(default=(), description="What points can buy.")
    offline: OfflineLimitsDocument = Field(
        description="What a terminal may give away without the network."
    )
    assurance: AssuranceDocument = Field(
        default=AssuranceDocument(), description="How far each kind of card is trusted."
    )
    guard: GuardDocument = Field(default=GuardDocument(), description="What is watched for fraud.")

    def program(self) -> Program:
        """The program. Raises ProgramRefused for what no single field shows."""
        self._refuse_twins()
        self._refuse_unknown_currency()
        self._refuse_share_of_nothing()
        self._refuse_unknown_tiers()
        _refuse_second_welcome([rule.when for rule in self.earning])
        return Program(
            id=ProgramId(self.id),
            version=self.version,
            name=self.name,
            currency=self.currency,
            valid_from=self.valid_from,
            earning=tuple(
                rule.built(f"earning.{place}") for place, rule in enumerate(self.earning)
            ),
            rewards=tuple(
                reward.built(f"rewards.{place}") for place, reward in enumerate(self.rewards)
            ),
            offline=self.offline.built(),
            point_value=self.point_value,
            rule_in_words=self.rule_in_words,
            unit=self.unit,
            only=self.only.built(),
            lines=self.lines.built(),
            counts_from=self.counts_from,
            campaigns=tuple(
                each.built(f"campaigns.{place}") for place, each in enumerate(self.campaigns)
            ),
            combine=self.combine,
            price_books=tuple(book.built() for book in self.price_books),
            caps=self.caps.built(),
            credit_notes=self.credit_notes,
            negative=self.negative,
            adjustments=self.adjustments.built(),
            stores=self.stores.built("stores"),
            card=self.card.built("card") if self.card else None,
            card_price=self.card_price.built() if self.card_price else None,
            enrolment=self.enrolment.built(),
            invitations=self.invitations.built("invitations"),
            welcome_mail=self.welcome_mail.built("welcome_mail"),
            households=self.households.built(),
            tiers=self.tiers.built("tiers") if self.tiers else None,
            alerts=tuple(alert.built(f"alerts.{place}") for place, alert in enumerate(self.alerts)),
            reminders=self.reminders.built("reminders"),
            assurance=self.assurance.built(),
            guard=self.guard.built(),
        )

    def _refuse_twins(self) -> None:
        rules = [rule.id for rule in self.earning]
        refuse_twins("earning", rules)
        refuse_twins("campaigns", [each.id for each in self.campaigns], rules)
        refuse_twins("alerts", [alert.id for alert in self.alerts])
        refuse_twins("price_books", [book.code for book in self.price_books], field="code")
        refuse_twins("rewards", [reward.id for reward in self.rewards])
        if self.tiers:
            refuse_twins("tiers.levels", [tier.id for tier in self.tiers.levels])

    def _refuse_unknown_currency(self) -> None:
        if self.currency in CURRENCIES:
            return
        close = sorted(code for code in CURRENCIES if code[:2] == self.currency[:2])
        raise ProgramRefused("currency", _meant("currency", self.currency, close))

    def _refuse_share_of_nothing(self) -> None:
        if self.caps.ticket_share and self.point_value is None and self.unit is not Unit.MONEY:
            raise ProgramRefused("caps.ticket_share", say("share.value"))

    def _refuse_unknown_tiers(self) -> None:
        known = {tier.id for tier in self.tiers.levels} if self.tiers else set()
        for field, named in self._tiers_named():
            for tier in sorted(named - known):
                close = get_close_matches(tier, sorted(known), n=1)
                raise ProgramRefused(field, _meant("tier", tier, close))

    def _tiers_named(self) -> Iterator[tuple[str, frozenset[str]]]:
        yield "only.tiers", self.only.tiers
        for place, rule in enumerate(self.earning):
            yield f"earning.{place}.only.tiers", rule.only.tiers
        for place, campaign in enumerate(self.campaigns):
            yield f"campaigns.{place}.only.tiers", campaign.only.tiers
        for place, reward in enumerate(self.rewards):
            yield f"rewards.{place}.usable.tiers", reward.usable.tiers


def refuse_twins(
    where: str, ids: Sequence[str], others: Sequence[str] = (), *, field: str = "id"
) -> None:
    """Raises ProgramRefused for the second of two with the same name."""
    for place, name in enumerate(ids):
        if name in ids[:place] or name in others:
            raise ProgramRefused(f"{where}.{place}.{field}", say("twin", name=name, field=field))


def _meant(what: str, name: str, close: Sequence[str]) -> Sentence:
    """That nothing has the name, and what may have been meant."""
    if close:
        return say(f"{what}.meant", name=name, meant=close[0])
    return say(f"{what}.unknown", name=name)


def _refuse_second_welcome(occasions: list[Occasion]) -> None:
    """Welcome points are one entry per person, so one rule says how many."""
    places = [place for place, when in enumerate(occasions) if when is Occasion.ENROLMENT]
    if len(places) > 1:
        raise ProgramRefused(
            f"earning.{places[1]}.when",
            say("welcome.twice", rule=f"earning.{places[0]}"),
        )
