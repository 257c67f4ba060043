"""One card tap, end to end: the story that a person does by hand, told by a script.

Each step is what a customer or a cashier does, and what must then be true. `ExpectationError`
names the step that went otherwise.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.album import Album
from demo.shop import Shop
from loyalty.errors import VoucherRedeemed
from loyalty.vouchers import VoucherState

log = logging.getLogger(__name__)

FIRST_NAME = "Inès"
EMAIL = "ines.moreau@orange.fr"
SYNC_S = 2.0
"""What one side knows, the other knows within this time."""


class ExpectationError(AssertionError):
    """The story went another way."""


@dataclass(frozen=True, slots=True)
class Teller:
    """A shop in which the story happens, and the album that keeps it."""

    shop: Shop
    album: Album

    def photo(self, name: str, caption: str) -> None:
        """Photograph the glass."""
        self.album.picture(self.shop.hand.picture(self.album.next_picture(name)), caption)


def tell(shop: Shop, album: Album) -> None:
    """The whole story, in order. Raises ExpectationError."""
    teller = Teller(shop, album)
    member = _join(teller)
    _first_sale(teller, member)
    _second_sale(teller, member)
    code = _take_the_gift(teller, member)
    _redeem(teller, code)
    _same_entries(teller, member)
    _without_the_backend(teller)


def glance(shop: Shop, album: Album) -> None:
    """Under any program: a regular taps, buys, and sees what the till's answer says."""
    teller = Teller(shop, album)
    shop.hand.see("Attract")
    teller.photo("attract", "Nobody is there: the invitation to tap.")
    found = shop.find_member("known")
    assert found is not None
    wait_until("the kiosk has the member's points", lambda: shop.kiosk_entries(str(found.id)))
    _home(teller, found.balance, "known")
    teller.photo("home", "A regular taps: what there is, and what it can be used for.")
    answer = shop.sell(str(found.id), 42_00)
    wait_until(
        "the sale shows while the customer stands there",
        lambda: shop.hand.look()["data"].get("balance") == answer.balance,
        within_s=SYNC_S,
    )
    teller.photo("home-after", "After a sale of 42 €.")
    leave(shop)


def _join(teller: Teller) -> str:
    """1. A card nobody knows; the person joins and claims 50 points. Returns the member's id."""
    shop, hand = teller.shop, teller.shop.hand
    hand.see("Attract")
    wait_until("the program is here", lambda: hand.look()["data"].get("welcome_points") == 50)
    teller.photo("attract", "Nobody is there: the invitation to tap.")
    shop.bench.tap("unknown")
    hand.see("Join")
    teller.photo("join", "A card nobody knows: join in a minute.")
    hand.touch("way:email")
    hand.see("TypeEmail")
    hand.type_email(EMAIL, "fr")
    teller.photo("email", "The e-mail address, its domain in one touch.")
    hand.touch("continue")
    hand.see("TypeFirstName")
    hand.type_name(FIRST_NAME, "fr")
    teller.photo("first-name", "The first name, on a keyboard with accents.")
    hand.touch("continue")
    hand.see("AskConsent")
    hand.touch("consent:program")
    teller.photo("consent", "Consent per purpose, unticked until it is given.")
    hand.touch("continue")
    hand.see("ClaimWelcome")
    teller.photo("claim", "The welcome points, to be claimed.")
    started = time.monotonic()
    hand.touch("claim")
    welcomed = hand.see("Welcomed")
    expect("welcome points", welcomed["points"], 50)
    teller.photo("welcomed", "50 points, their deadline, and a slip if asked.")
    found = wait_until(
        "the backend has the member and the points",
        lambda: _found(shop, balance=50),
        within_s=SYNC_S - (time.monotonic() - started) + 1,
    )
    hand.touch("slip")
    state = shop.bench.wait_for_pieces(1)
    expect("nothing the printer did not understand", state.complaints, ())
    _paper(teller, 1, "slip", "The slip, printed because it was asked for.")
    leave(teller.shop)
    return str(found.id)


def _first_sale(teller: Teller, member: str) -> None:
    """2 and 3. A sale of 137.40 €: 187 points, 13 to go."""
    answer = teller.shop.sell(member, 137_40)
    expect("points earned on 137.40 €", answer.earned, 137)
    home = _home(teller, 187)
    expect("first name", home["first_name"], FIRST_NAME)
    expect("to go", home["goal"]["missing"], 13)
    teller.photo("home-187", "The second tap: 187 points, 13 to go for a coffee.")
    second = teller.shop.sell(member, 20_00)
    expect("points earned on 20 €", second.earned, 20)
    wait_until(
        "the sale shows while the customer stands there",
        lambda: teller.shop.hand.look()["data"].get("balance") == 207,
        within_s=SYNC_S,
    )
    leave(teller.shop)


def _second_sale(teller: Teller, member: str) -> None:
    """3. The third tap: 207, the gift can be taken."""
    home = _home(teller, 207)
    expect("the first gift is within reach", home["gifts"][0]["missing"], 0)
    expect("account of the backend", teller.shop.till.account(member).balance, 207)
    teller.photo("home-207", "The third tap: 207 points, the coffee can be taken.")


def _take_the_gift(teller: Teller, member: str) -> str:
    """4. The voucher is printed and issued; the balance is 7 on both sides. Returns its QR text."""
    shop, hand = teller.shop, teller.shop.hand
    before = shop.bench.state().pieces
    hand.touch("gift:coffee")
    confirm = hand.see("ConfirmGift")
    expect("what remains", confirm["remaining"], 7)
    teller.photo("confirm", "Cost, what remains, where and until when. Nothing is taken yet.")
    hand.touch("print")
    took = hand.see("TakeVoucher", within_s=15)
    expect("balance at the kiosk", took["balance"], 7)
    teller.photo("take-voucher", "The paper is out, and the printer has confirmed it.")
    state = shop.bench.wait_for_pieces(before + 1)
    expect("nothing the printer did not understand", state.complaints, ())
    picture = _paper(teller, state.pieces, "voucher", "The voucher.")
    (teller.album.folder / "voucher.png").write_bytes(picture)
    payload = shop.read_qr(picture)
    wait_until(
        "the voucher is issued",
        lambda: shop.till.voucher(payload).voucher.state is VoucherState.ISSUED,
        within_s=SYNC_S,
    )
    expect("balance at the backend", shop.till.account(member).balance, 7)
    leave(teller.shop)
    return payload


def _redeem(teller: Teller, payload: str) -> None:
    """5. The till redeems what a QR reader reads from the paper; once."""
    shop = teller.shop
    answer = shop.redeem(payload)
    expect("the gift", answer.article, "CAFE")
    try:
        shop.redeem(payload)
    except VoucherRedeemed as refused:
        says = f"refused: already redeemed on {refused.at:%d/%m/%Y %H:%M} at {refused.place}"
        expect("the place of the first", refused.place, shop.name)
        teller.album.text(
            f"till> redeem {payload}\n{answer.article}: hand it out\n"
            f"till> redeem {payload}\n{says}",
            "The till redeems the code that a QR reader reads from the paper. Once.",
        )
        return
    raise ExpectationError("a voucher was redeemed twice")


def _same_entries(teller: Teller, member: str) -> None:
    """6. Kiosk and backend list the same entries with the same ids."""
    shop = teller.shop
    account = shop.till.account(member)
    theirs = {e.entry.id: e.entry.points for e in account.entries}
    wait_until("the kiosk lists the same entries", lambda: shop.kiosk_entries(member) == theirs)
    lines = [
        f"{e.position}  {e.entry.kind.value:9} {e.entry.points:+5}  {e.entry.id}"
        for e in account.entries
    ]
    teller.album.text(
        "\n".join([*lines, f"balance {account.balance}"]),
        "The account as the backend has it; the kiosk's own list is the same.",
    )


def _without_the_backend(teller: Teller) -> None:
    """6. The backend stops; a tap and an enrolment go on, and arrive when it is back."""
    shop, hand = teller.shop, teller.shop.hand
    shop.stop_backend()
    wait_until("the kiosk knows", lambda: "network" in str(hand.look()["data"]).lower(), 40)
    teller.photo("attract-offline", "The backend is stopped: it says so, and everything goes on.")
    _home(teller, 7)
    teller.photo("home-offline", "A tap without the backend: the balance is there.")
    leave(shop)
    join(shop, "known", "Jean", "jean@free.fr")
    teller.photo("welcomed-offline", "Joining without the backend.")
    leave(shop)
    shop.start_backend()
    wait_until(
        "what happened meanwhile has arrived", lambda: _found(shop, balance=50, card="known"), 45
    )
    teller.album.text(
        "known card: 50 points", "The backend is back: the new member and the points are there."
    )


def join(shop: Shop, card: str, name: str, address: str) -> None:
    """Somebody joins with a card of the simulator and claims the welcome points."""
    hand = shop.hand
    hand.see("Attract")
    shop.bench.tap(card)
    hand.see("Join")
    hand.touch("way:email")
    hand.see("TypeEmail")
    hand.type_email(address, "fr")
    hand.touch("continue")
    hand.see("TypeFirstName")
    hand.type_name(name, "fr")
    hand.touch("continue")
    hand.see("AskConsent")
    hand.touch("consent:program")
    hand.touch("continue")
    hand.see("ClaimWelcome")
    hand.touch("claim")
    hand.see("Welcomed")


def _home(teller: Teller, balance: int, card: str = "unknown") -> dict[str, Any]:
    """Tap the customer's card; the home screen with that balance."""
    teller.shop.bench.tap(card)
    teller.shop.hand.see("Home")
    wait_until(
        f"a balance of {balance}",
        lambda: teller.shop.hand.look()["data"].get("balance") == balance,
        within_s=SYNC_S,
    )
    data: dict[str, Any] = teller.shop.hand.look()["data"]
    return data


def leave(shop: Shop) -> None:
    """Lift the card and finish, from whatever screen this is, back to the invitation."""
    hand = shop.hand
    shop.bench.lift()
    deadline = time.monotonic() + 15
    while (seen := hand.look())["screen"] != "Attract":
        if time.monotonic() > deadline:
            raise ExpectationError(f"no way back from {seen['screen']}")
        way = next((way for way in ("finish", "done", "home") if way in seen["targets"]), None)
        if way is not None:
            hand.touch(way)
        time.sleep(0.1)


def _paper(teller: Teller, number: int, name: str, caption: str) -> bytes:
    picture = teller.shop.bench.picture(number)
    path = teller.album.next_picture(name)
    path.write_bytes(picture)
    teller.album.picture(path, caption, paper=True)
    return picture


def _found(shop: Shop, *, balance: int, card: str = "unknown") -> Any:  # noqa: ANN401 - or None
    found = shop.find_member(card)
    return found if found is not None and found.balance == balance else None


def expect(what: str, got: object, wanted: object) -> None:
    """Raises ExpectationError when `got` is not what was wanted."""
    if got != wanted:
        raise ExpectationError(f"{what}: {got!r} instead of {wanted!r}")
    log.info("%s: %s", what, got)


def wait_until(what: str, holds: Callable[[], Any], within_s: float = 8.0) -> Any:  # noqa: ANN401 - what `holds` says
    """What `holds` returned, once it is true. Raises ExpectationError after `within_s`."""
    started = time.monotonic()
    while True:
        result = holds()
        if result:
            log.info("%s: after %.2f s", what, time.monotonic() - started)
            return result
        if time.monotonic() - started > within_s:
            raise ExpectationError(f"{what}: not within {within_s:.1f} s")
        time.sleep(0.05)
