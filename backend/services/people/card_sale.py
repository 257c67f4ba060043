"""A card that is not free: the article that the till sells with it (CLI-05, CLI-06, SW-13)."""

from backend.db import Transaction, cards, members, shops
from backend.db.cards import Card
from backend.db.shops import Store
from backend.services.people import cards as card_desk
from backend.services.shop.catalogue import shelf
from backend_client.schemas.cards import CardLinked
from backend_client.schemas.sales import LineBody
from loyalty.enrolment import card_line
from loyalty.program import CardPrice
from loyalty.sales import Line


def told(tx: Transaction, card: Card, store: Store) -> CardLinked:
    """The card with its line for the ticket; the same each time, so that a retry loses none."""
    price = _price(tx, card, store)
    line = None if price is None else card_line(price, _at_the_till(tx, card, price.article))
    sold = None if line is None else LineBody.of(line)
    return CardLinked(**dict(card_desk.told(card)), sold=sold)


def _at_the_till(tx: Transaction, card: Card, article: str) -> int:
    """What the article costs this member, in minor units; 0 where nobody set a price."""
    person = members.member(tx, card.member)
    code = person.price_code if person else ""
    found = shelf(tx, [Line(article=article)], (code,))
    return found.price(article, code) or 0


def _price(tx: Transaction, card: Card, store: Store) -> CardPrice | None:
    """What is sold with the card: its type's article, or what the program says of its cards."""
    program = shops.program(tx, store.program)
    of_program = program.card_price if program else None
    if card.type is None:
        return of_program
    kind = cards.card_type(tx, card.type)
    if kind is None or kind.article is None:
        return None
    if of_program is not None and of_program.article == kind.article:
        return of_program
    return CardPrice(article=kind.article)
