"""python -m demo: the shop. With a display, a kiosk to touch; without, the story in pictures.

The back office, the till and the customer's pages are there as well; alone: python -m demo pages.
"""

import argparse
import logging
import os
import shutil
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from backend_client.errors import BackendError
from backend_client.rest.till import TillClient
from backend_client.schemas.tills import MemberQuery, VoucherRedemption
from demo.album import Album
from demo.hand import HandError
from demo.office import open_office
from demo.shop import USUAL, Shop, ShopError, ready_programs, sale
from demo.story import ExpectationError, glance, tell
from devices.simulate.client import SimulatorError
from kiosk.ui.app import REMEDY
from loyalty.errors import LoyaltyError

FOLDER = Path("build/demo")


def main(arguments: list[str] | None = None) -> int:
    """0 when all went well, 1 otherwise with one line that says what to do."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"default {FOLDER}")
    parser.add_argument("--story", action="store_true", help="tell the story even with a display")
    parser.add_argument(
        "--program",
        choices=ready_programs(),
        default=USUAL,
        help=f"one of assets/programs/, default {USUAL}",
    )
    commands = parser.add_subparsers(dest="command")
    selling = commands.add_parser("sale", help="at the till: close a sale for the bearer of a card")
    selling.add_argument("amount", help="in euros, such as 137.40")
    selling.add_argument("--card", default="unknown", help="a card of the simulator")
    commands.add_parser("pages", help="the back office, the till and the customer's pages alone")
    redeem = commands.add_parser("redeem", help="at the till: take a voucher")
    redeem.add_argument("code", help="typed or scanned")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="  %(message)s")
    try:
        if asked.command == "sale":
            return _sale(asked.folder, asked.amount, asked.card)
        if asked.command == "redeem":
            return _redeem(asked.folder, asked.code)
        if asked.command == "pages":
            return _pages(asked.folder.with_name(f"{asked.folder.name}-pages"), asked.program)
        if asked.story or not has_display():
            return _story(asked.folder, asked.program)
        return _by_hand(asked.folder, asked.program)
    except (ShopError, HandError, SimulatorError, BackendError, LoyaltyError) as error:
        print(f"demo: {error}", file=sys.stderr)
    except ExpectationError as error:
        print(f"demo: the story went another way: {error}", file=sys.stderr)
    return 1


def has_display() -> bool:
    """Whether a window would be seen by somebody."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _story(folder: Path, program: str) -> int:
    print("no display: the story is told offscreen, with a picture of every screen", flush=True)
    _clean(folder)
    with Shop(folder / "run", program=program) as shop:
        album = Album(folder)
        if program == USUAL:
            shop.start_puppet()
            tell(shop, album)
        else:
            shop.welcome_regulars()
            shop.start_puppet()
            glance(shop, album)
    print(f"\nthe story is in {album.close()}")
    print("the back office, the till and the customer's pages: .venv/bin/python -m demo pages")
    return 0


def _by_hand(folder: Path, program: str) -> int:
    _clean(folder)
    with Shop(folder / "run", program=program) as shop:
        (shop.folder / "till.txt").write_text(f"{shop.backend_url}\n{shop.till_key}\n")
        shop.welcome_regulars()
        regular = shop.find_member("known")
        print(
            f"""
{open_office(shop, regular.id if regular else None)}
The kiosk opens in a window. In a browser: {shop.rig.control_url}
  tap cards, pull cables, take the paper out. "unknown" is yours; "known" is a regular with points,
  a rank and a household's purse; "blocked" was reported lost; a phone draws another number each
  time.
At a till without a page, in another terminal:
  .venv/bin/python -m demo sale 137.40          a sale for the bearer of the card "unknown"
  .venv/bin/python -m demo redeem CODE          the code of a voucher
Ctrl-C here ends it all.
""",
            flush=True,
        )
        try:
            code = shop.run_kiosk()
        except KeyboardInterrupt:
            return 0
        if code:
            print(f"demo: the kiosk ended with {code}; {REMEDY}", file=sys.stderr)
        return code


def _pages(folder: Path, program: str) -> int:
    _clean(folder)
    shop = Shop(folder / "run", program=program)
    try:
        shop.open_backend()
        print(f"\n{open_office(shop)}\nCtrl-C here ends it all.\n", flush=True)
        shop.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        shop.close()
    print("demo: the backend ended by itself; its log is in logs/", file=sys.stderr)
    return 1


def _clean(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _till(folder: Path) -> TillClient:
    try:
        url, key = (folder / "run" / "till.txt").read_text().split()
    except OSError:
        raise ShopError("no shop is open here; start it with: make run") from None
    return TillClient(url, key)


def _sale(folder: Path, amount: str, card: str) -> int:
    from decimal import Decimal, InvalidOperation

    from devices.simulate.client import read_rig

    try:
        cents = Decimal(amount) * 100
    except InvalidOperation:
        raise ShopError(f"{amount!r} is not an amount; write it like 137.40") from None
    if cents != cents.to_integral_value() or cents < 0:
        raise ShopError(f"{amount!r} is not an amount of cents; write it like 137.40")
    till = _till(folder)
    rig = read_rig(folder / "run" / "simulator.json")
    if card not in rig.cards:
        raise ShopError(f"no card {card!r}; there are {', '.join(rig.cards)}")
    member = till.find_member(MemberQuery(card_uid=rig.cards[card]))
    answer = till.record_sale(sale(member.id, int(cents)))
    print(f"{answer.earned} points earned; balance {answer.balance_before} → {answer.balance}")
    till.close()
    return 0


def _redeem(folder: Path, code: str) -> int:
    till = _till(folder)
    answer = till.redeem(code, VoucherRedemption(id=str(uuid.uuid4()), at=datetime.now(UTC)))
    print(f"{answer.reward.get('en', answer.article)}: hand it out")
    till.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
