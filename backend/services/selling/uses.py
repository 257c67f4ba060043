"""Points used at a till: set aside, then issued with the sale or voided, by the id of the use."""

from collections.abc import Sequence
from datetime import datetime

from backend.db import Transaction, gifts, journals, members, shops
from backend.db import sales as books
from backend.db import uses as rows
from backend.db.access import Till
from backend.db.accounts import AccountRow
from backend.db.uses import UseRow, UseState
from backend.errors import Refused, phrase
from backend.services import clock
from backend.services.people.members import balance_of, numbered
from backend.services.points import fraud
from backend.services.points.ledger import locked_account, post, release_hold, shop_time
from backend.services.selling import spending, tickets
from backend.services.selling.assurance import NOTHING, Shown
from backend.services.selling.situations import situation
from backend.services.shop import stock
from backend.words import Words
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import SaleAnswer, SaleStage
from backend_client.schemas.uses import UseAnswer, UseBody, UseLine, UsePayment
from loyalty import redemption, returns, rewards
from loyalty.errors import RewardUnavailable
from loyalty.ids import EntryId, MemberId, Points, RedemptionId, RewardId, SaleId, derived_entry
from loyalty.ledger import Entry
from loyalty.program import Program, Reward, in_language
from loyalty.rewards import Price
from loyalty.sales import LineKind, Means, Sale
from loyalty.sentences import Sentence
from loyalty.terms import ChosenPoints, GiftArticle, Voucher, When


def hold(
    tx: Transaction, till: Till, body: UseBody, accepted: str, shown: Shown = NOTHING
) -> UseAnswer:
    """The points set aside.

    Raises Refused, NotEnoughPoints, MemberLimit, RewardUnavailable, and what the card or the
    household may not spend; then nothing is.
    """
    content = tx.keys.content(body.model_dump_json().encode())
    known = rows.use(tx, body.id)
    if known is not None:
        if known.content != content:
            raise Refused(ProblemName.ID_REUSED, "another use of points is known under this id")
        return _answer(tx, known, accepted)
    clock.refuse_if_off(tx, "at", body.at)
    person = MemberId(body.member)
    if members.member(tx, person) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    program = shops.program(tx, till.store.program)
    assert program is not None, "a store has a program"
    reward = program.reward(RewardId(body.reward))
    if reward is None:
        raise RewardUnavailable(phrase("{program} does not offer it", program=program.id))
    who, card = spending.spender(tx, person, body.card, program)
    account = locked_account(tx, who.account, program.id)
    price = _priced(tx, till, body, program, reward)
    spending.check(tx, who, card, price.points, program, till.store, shown=shown)
    row = _held(body, content, till, program, reward, price)
    rows.add_use(tx, row)
    # Points and piece are held together or not at all: whoever loses the race keeps the points.
    stock.promise(tx, _gift(tx, row), row.store, row.id, actor=f"till:{till.id}")
    post(tx, *redemption.spend(price, _spending(tx, row, who, account)), reserves=True)
    return _answer(tx, row, accepted)


def _held(
    body: UseBody, content: str, till: Till, program: Program, reward: Reward, price: Price
) -> UseRow:
    return UseRow(
        id=RedemptionId(body.id),
        member=MemberId(body.member),
        program=program.id,
        program_version=program.version,
        reward=reward.id,
        article=_article(reward, body.article),
        store=till.store.id,
        till=till.id,
        state=UseState.HELD,
        content=content,
        at=body.at,
        sale=None if body.sale is None else SaleId(body.sale),
        currency=body.currency or program.currency,
        points=price.points,
        forfeits=price.forfeits,
        money=price.money,
    )


def _spending(
    tx: Transaction, row: UseRow, who: spending.Spender, account: AccountRow
) -> redemption.Use:
    return redemption.Use(
        redemption=row.id,
        member=who.account,
        by=who.by,
        program=row.program,
        store=row.store,
        at=shop_time(tx, account),
        reward=row.reward,
        program_version=row.program_version,
    )


def issue_use(tx: Transaction, wanted: str, sale: str | None, accepted: str) -> UseAnswer:
    """The customer has what the points bought. Raises Refused once they went back."""
    row = _find(tx, wanted)
    if row.state is UseState.VOIDED:
        raise Refused(ProblemName.TOO_LATE, "its points were given back: set them aside anew")
    if sale is not None and row.sale not in (None, sale):
        raise Refused(ProblemName.ID_REUSED, "it is for another sale")
    return _answer(tx, _settle(tx, row, SaleId(sale) if sale else row.sale), accepted)


def void_use(tx: Transaction, wanted: str, accepted: str) -> UseAnswer:
    """The points given back, once, with the deadlines they had.

    Raises Refused where they paid a sale that is settled: then the sale is to be voided.
    """
    row = _find(tx, wanted)
    if row.state is UseState.ISSUED:
        sold = None if row.sale is None else books.sale(tx, row.sale)
        if sold is not None and sold.stage is SaleStage.SETTLED:
            raise Refused(ProblemName.TOO_LATE, "its sale is settled: void the sale")
    if row.state is not UseState.VOIDED:
        give_up(tx, row)
    return _answer(tx, _find(tx, wanted), accepted)


def give_up(tx: Transaction, row: UseRow) -> None:
    """The points go back, with the deadlines they had, and the piece to its shelf."""
    post(tx, *void_entries(tx, row, now=tx.now))
    mark_voided(tx, row)


def on_ticket(tx: Transaction, sale: Sale, wanted: Sequence[str]) -> tuple[UseRow, ...]:
    """The uses of points that a sale names. Raises Refused where they do not fit it.

    What the points took off the ticket and what they cost are one decision: a ticket that counts
    on more money than its uses give would have a discount that nobody paid for.
    """
    found = rows.uses(tx, tuple(wanted))
    for place, each in enumerate(wanted):
        row = found.get(each)
        if row is None or row.member != sale.member:
            raise Refused.at(
                f"uses.{place}", phrase("no such use of this member"), ProblemName.NOT_FOUND
            )
        if row.state is UseState.VOIDED:
            raise Refused.at(
                f"uses.{place}", phrase("its points were given back"), ProblemName.TOO_LATE
            )
        if row.sale not in (None, sale.id) or each in wanted[:place]:
            raise Refused.at(f"uses.{place}", phrase("it is on another sale, or twice"))
    given = sum(row.money for row in found.values())
    claimed = sale.paid(Means.POINTS) - sum(line.net for line in sale.lines if line.net < 0)
    if given != claimed:
        raise Refused(ProblemName.INVALID, _unpaid(given, claimed, named=bool(wanted)))
    return tuple(found[each] for each in wanted)


def _unpaid(given: int, claimed: int, *, named: bool) -> Sentence:
    """What to say to a till whose ticket has a discount that no points gave (P-08)."""
    if named:
        return phrase(
            "uses: they give {given}, and the ticket takes {claimed} off for points",
            given=given,
            claimed=claimed,
        )
    return phrase(
        "uses: points take {claimed} off the ticket; set them aside first, and name the use."
        " A voucher is a payment by voucher, a discount of the shop's own is `discount`",
        claimed=claimed,
    )


def settle(tx: Transaction, used: Sequence[UseRow], sale: SaleId) -> None:
    """What was used on a sale that is settled now: the customer has it."""
    for row in used:
        _settle(tx, row, sale)


def keep(tx: Transaction, used: Sequence[UseRow], sale: SaleId) -> None:
    """What a sale that goes on counts on: kept for it, however long the customer takes to pay."""
    for row in used:
        if row.sale is None:
            rows.save_use(tx, row.id, row.state, sale)


def spent(tx: Transaction, row: UseRow) -> tuple[Entry, ...]:
    """What the use took: its cost, and what fell away with it."""
    found = journals.entries(tx, _entries(row))
    return tuple(found[each].entry for each in _entries(row) if each in found)


def void_entries(tx: Transaction, row: UseRow, *, now: datetime) -> tuple[Entry, ...]:
    """The entries that give its points back."""
    return tuple(returns.reversal(entry, now=now) for entry in spent(tx, row))


def mark_voided(tx: Transaction, row: UseRow) -> None:
    """Its points are back, and its piece is on the shelf again.

    One that nobody had yet is of no sale any more: else a sale that is voided and stands again
    would take its points.
    """
    sale = row.sale if row.state is UseState.ISSUED else None
    rows.save_use(tx, row.id, UseState.VOIDED, sale)
    stock.give_back(tx, row.id)
    _release(tx, row)


def mark_issued(tx: Transaction, row: UseRow) -> None:
    """It stands again, after a void that was undone: the piece went home with the customer."""
    rows.save_use(tx, row.id, UseState.ISSUED, row.sale)
    stock.promise_regardless(tx, _gift(tx, row), row.store, row.id, actor=f"till:{row.till}")
    stock.hand_out(tx, row.id)


def _entries(row: UseRow) -> tuple[EntryId, EntryId]:
    return redemption.reservation_entry(row.id), derived_entry("forfeit", row.id)


def _settle(tx: Transaction, row: UseRow, sale: SaleId | None) -> UseRow:
    rows.save_use(tx, row.id, UseState.ISSUED, sale)
    stock.hand_out(tx, row.id)
    _release(tx, row)
    return _find(tx, row.id)


def _release(tx: Transaction, row: UseRow) -> None:
    """Its points need no way back any more: in the account that gave them, a household's too."""
    for account in {entry.member for entry in spent(tx, row)}:
        release_hold(tx, account, row.program, _entries(row))


def _gift(tx: Transaction, row: UseRow) -> RewardId:
    """The gift that is handed out: the reward itself, or the one that is this article."""
    if gifts.gift(tx, row.reward) is not None or not row.article:
        return row.reward
    return next((RewardId(each) for each in gifts.gifts_of(tx, row.article)), row.reward)


def _find(tx: Transaction, wanted: str) -> UseRow:
    row = rows.use(tx, wanted)
    if row is None:
        raise Refused(ProblemName.NOT_FOUND, "no such use of points")
    return row


def _article(reward: Reward, wanted: str) -> str:
    gives = reward.terms.gives
    if not isinstance(gives, GiftArticle):
        return reward.article
    if wanted and wanted not in gives.articles:
        raise RewardUnavailable(phrase("{gift} is not one of its gifts", gift=wanted))
    return wanted or gives.articles[0]


def _priced(tx: Transaction, till: Till, body: UseBody, program: Program, reward: Reward) -> Price:
    """What it takes and gives. Raises the rule that says no."""
    if body.currency not in (None, program.currency):
        raise Refused(
            ProblemName.CURRENCY,
            phrase("the program counts in {currency}", currency=program.currency),
        )
    person, terms = MemberId(body.member), reward.terms
    fraud.refuse_many_rewards(tx, person, program.id, program.guard, till.store)
    seen = situation(
        tx,
        person,
        program,
        till.store,
        balance=_spendable(tx, person, program, body, terms.usable.when),
        ticket=body.ticket,
        price_code=body.price_code,
    )
    option = rewards.options({reward.id: terms}, seen)[0]
    price = rewards.granted(option)
    if body.points is not None and isinstance(terms.cost, ChosenPoints):
        price = rewards.price(terms, seen, body.points)
    if not price.money and not isinstance(terms.gives, GiftArticle | Voucher):
        raise RewardUnavailable(phrase("it takes nothing off this ticket"))
    return price


def _spendable(
    tx: Transaction, person: MemberId, program: Program, body: UseBody, when: When
) -> Points:
    """The balance; without what this very sale has earned where that is for the next (CLI-22)."""
    balance = balance_of(tx, person, program.id)
    if body.sale is None or when is When.SAME_TICKET:
        return balance
    sold = books.sale(tx, body.sale)
    return balance - (SaleAnswer.model_validate_json(sold.answer).earned if sold else 0)


def _answer(tx: Transaction, row: UseRow, accepted: str) -> UseAnswer:
    program = shops.program(tx, row.program, row.program_version)
    reward = program.reward(row.reward) if program else None
    assert reward is not None, "a use names a reward of its version"
    person = members.member(tx, row.member)
    words = tickets.words_for(person.language if person else "", accepted)
    found = journals.entries(tx, _entries(row))
    free = not row.points
    return UseAnswer(
        id=row.id,
        state=row.state.value,
        member=row.member,
        program=row.program,
        reward=row.reward,
        points=row.points,
        forfeits=row.forfeits,
        money=row.money,
        sale=row.sale,
        line=UseLine(
            kind=LineKind.REWARD if free or row.money else LineKind.BOUGHT_WITH_POINTS,
            article=row.article,
            unit_price=-row.money,
            name=in_language(reward.name, words.language),
            mention=_mention(words, free=free),
        ),
        payment=UsePayment(amount=row.money) if row.money else None,
        entries=tuple(numbered(found[each]) for each in _entries(row) if each in found),
        balance=balance_of(tx, row.member, row.program),
    )


def _mention(words: Words, *, free: bool) -> str:
    """How the line is marked on the ticket (INV-18)."""
    return words.t("Free") if free else words.t("Loyalty points")
