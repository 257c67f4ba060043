"""My data: what is kept, what I agree to, all of it on my phone; a card less, or no account."""

from functools import partial

from backend_client.schemas.cards import CardBody
from backend_client.schemas.changes import CardStatus
from backend_client.schemas.desk import Erased
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.kiosks import (
    CardRemoval,
    LinkAnswer,
    MyConsents,
    MyDataAnswer,
    MyLanguage,
    MyRequest,
)
from kiosk import screens
from kiosk.context import Kiosk, SessionOver
from kiosk.db import Transaction
from kiosk.flows.asking import asked
from kiosk.screens import MyDataDeed, Tell
from kiosk.services.enrol import CONSENT_TEXT
from kiosk.services.identify import Visit
from kiosk.tickets import last_day


async def my_data(kiosk: Kiosk, found: Visit) -> None:
    """Show it and do what is asked, until the person goes back.

    Raises SessionOver at the end of an account or a card.
    """
    card = kiosk.session.card
    assert card is not None, "my data is opened with a card"
    known = await asked(lambda: kiosk.client.my_data(card))
    while isinstance(known, MyDataAnswer):
        deed = await kiosk.ask(_screen(known))
        match deed:
            case None:
                return
            case MyDataDeed.NEWS:
                known = await _news(kiosk, card, known)
            case MyDataDeed.LANGUAGE:
                wanted = MyLanguage(card=card, language=kiosk.display.language)
                known = await asked(partial(kiosk.client.speak, wanted))
            case MyDataDeed.EXPORT:
                await _export(kiosk, found, card)
            case MyDataDeed.REMOVE_CARD:
                await _remove(kiosk, card, last=_in_use(known) == 1)
            case MyDataDeed.ERASE:
                await _erase(kiosk, found, card)
    await kiosk.ask(screens.Told(what=known))


def _screen(known: MyDataAnswer) -> screens.MyData:
    return screens.MyData(
        first_name=known.member.first_name,
        email=known.email,
        phone=known.phone,
        language=known.member.language,
        news=_agrees_to_news(known),
        cards=_in_use(known),
    )


def _agrees_to_news(known: MyDataAnswer) -> bool:
    return any(each.purpose == "news" and each.given for each in known.consents)


def _in_use(known: MyDataAnswer) -> int:
    return sum(card.status is CardStatus.ACTIVE for card in known.cards)


async def _news(kiosk: Kiosk, card: str, known: MyDataAnswer) -> MyDataAnswer | Tell:
    """The opposite of what they agreed to, with the text they read."""
    text = CONSENT_TEXT["email" if known.email else "phone"]
    answer = ConsentBody(
        purpose="news",
        given=not _agrees_to_news(known),
        text_version=text,
    )
    answers = MyConsents(id=kiosk.new_id(), card=card, consents=(answer,))
    return await asked(lambda: kiosk.client.agree(answers))


async def _export(kiosk: Kiosk, found: Visit, card: str) -> None:
    request = MyRequest(id=kiosk.new_id(), card=card)
    link = await asked(lambda: kiosk.client.data_link(request))
    if not isinstance(link, LinkAnswer):
        await kiosk.ask(screens.Told(what=link))
        return
    until = last_day(link.expires_at, found.zone)
    await kiosk.ask(screens.DataLink(url=link.url, last_day=until))


async def _remove(kiosk: Kiosk, card: str, *, last: bool) -> None:
    if not await kiosk.ask(screens.ConfirmRemoval(last=last)):
        return
    removal = CardRemoval(card=card, remove=card)
    told = await asked(lambda: kiosk.client.remove_card(removal))
    if not isinstance(told, CardBody):
        await kiosk.ask(screens.Told(what=told))
        return
    await kiosk.db.run(Transaction.save_card, card, told.member, CardStatus.BLOCKED)
    await kiosk.ask(screens.Told(what=Tell.CARD_REMOVED))
    raise SessionOver


async def _erase(kiosk: Kiosk, found: Visit, card: str) -> None:
    balance = found.account.balance(kiosk.now())
    question = screens.ConfirmErase(balance=balance, vouchers=len(found.vouchers))
    if not await kiosk.ask(question):
        return
    request = MyRequest(id=kiosk.new_id(), card=card)
    told = await asked(lambda: kiosk.client.erase_me(request))
    if not isinstance(told, Erased):
        await kiosk.ask(screens.Told(what=told))
        return
    await kiosk.db.run(Transaction.erase_member, found.member)
    await kiosk.ask(screens.Told(what=Tell.ERASED))
    raise SessionOver
