"""Believable instances of every screen, for the tests and for the gallery of pictures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from kiosk import screens
from kiosk.screens import Because, Gift, Phone, Screen, Way
from kiosk.words import Counted, Measure, Words
from loyalty.vouchers import ALPHABET

COFFEE = {"fr": "Un café offert", "en": "A free coffee"}
BAG = {"fr": "Sac en toile", "en": "Canvas bag"}
SOAP = {"fr": "Savon artisanal", "en": "Handmade soap"}
TEA = {"fr": "Coffret thé", "en": "Tea gift box"}

THURSDAY = {"fr": "Jeudi : points doublés sur le thé", "en": "Thursday: double points on tea"}

LAST_DAY = datetime(2027, 2, 22, 12, tzinfo=UTC)
POINTS_UNTIL = datetime(2027, 3, 12, 12, tzinfo=UTC)
JOIN_URL = "https://fidelite.maison-lise.example/join/lkl_maison-lise_m0Yk3rTq7vXw2ZpA9sLd4Q"
COUNTRIES = ("FR", "BE", "CH", "DE", "GB")
PAYLOAD = "LK1:7Q2XK9F4M3HB:6BFQ4F0G3GCBJ0V9D"
LONG_NAME = "Marie-Antoinette Wolfeschlegelsteinhausen"
LONG_GIFT = {
    "fr": "Assortiment de douze chocolats pralinés faits à la main par notre chocolatière",
    "en": "Assortment of twelve hand-made praline chocolates from our own chocolate maker",
}


def gifts(language: str, balance: int) -> tuple[screens.Gift, ...]:
    """The shop's catalogue as somebody with `balance` sees it, affordable first."""
    catalogue = (
        ("coffee", COFFEE, 200, "coffee"),
        ("tote", BAG, 350, "tote"),
        ("soap", SOAP, 420, "soap"),
        ("tea", TEA, 600, "tea"),
    )
    return tuple(
        screens.Gift(
            id=gift,
            name=name[language],
            cost=cost,
            missing=max(0, cost - balance),
            picture=picture,
        )
        for gift, name, cost, picture in catalogue
    )


def many_gifts(language: str, balance: int) -> tuple[screens.Gift, ...]:
    """More gifts than fit, one of them with a name that is far too long."""
    shop = gifts(language, balance)
    more = tuple(
        screens.Gift(
            id=f"more-{number}",
            name=LONG_GIFT[language] if number == 1 else shop[number % 4].name,
            cost=700 + 50 * number,
            missing=max(0, 700 + 50 * number - balance),
            picture="wine" if number % 2 else "",
        )
        for number in range(1, 9)
    )
    return shop + more


WHY = (
    Because(message="count.ttc", amount=5000),
    Because(message="deduct.voucher", amount=500),
    Because(message="deduct.points", amount=3000),
    Because(message="basis", amount=1500),
    Because(message="rate", points=1, per=100, of_money=True),
    Because(message="points", points=15),
)
"""The reference calculation: 50 € − 5 € − 30 € = 15 €."""

WHY_SHORT = (
    Because(message="count.ttc", amount=13740),
    Because(message="rate", points=1, per=100, of_money=True),
    Because(message="points", points=137),
)

WHY_LONG = (
    *WHY[:5],
    Because(message="campaign", name="Les jeudis de la Maison Lise", factor="1.5"),
    Because(message="campaign", name="Anniversaire", factor="2"),
    Because(message="combine.best"),
    Because(message="cap.ticket", points=25),
    Because(message="points", points=25),
)

MEASURES = {
    "home-visits": Measure(counted=Counted.VISITS),
    "home-visits-full": Measure(counted=Counted.VISITS),
    "home-money": Measure(counted=Counted.MONEY),
    "amount-money": Measure(counted=Counted.MONEY),
    "history-money": Measure(counted=Counted.MONEY),
}
"""The samples of programs that do not count points."""


def worded(name: str, words: Words) -> Words:
    """`words`, counting what the program of that sample counts."""
    words.measure = MEASURES.get(name, Measure())
    return words


def samples(language: str = "en") -> Mapping[str, Screen[object]]:
    """Each by the name of its picture; a screen with several faces has several."""
    poor, rich = gifts(language, 187), gifts(language, 407)
    coffee, offered = poor[0], rich[0]
    line = screens.VoucherLine(
        code="7Q2X-K9F4-M3HB",
        payload=PAYLOAD,
        gift_name=COFFEE[language],
        last_day=LAST_DAY,
        sure=True,
    )
    unsure = screens.VoucherLine(
        code="P4TN-8WCD-2RVK",
        payload=PAYLOAD,
        gift_name=SOAP[language],
        last_day=LAST_DAY,
        sure=False,
    )
    return {
        "attract": screens.Attract(welcome_points=50),
        "attract-no-welcome": screens.Attract(welcome_points=0),
        "attract-troubles": screens.Attract(
            welcome_points=50, troubles=(screens.Trouble.PAPER, screens.Trouble.NETWORK)
        ),
        "attract-message": screens.Attract(
            welcome_points=50,
            messages=(screens.Announcement(words=THURSDAY),),
        ),
        "attract-picture": screens.Attract(
            welcome_points=50,
            messages=(screens.Announcement(words=THURSDAY, picture="tea"),),
        ),
        "attract-picture-troubles": screens.Attract(
            welcome_points=50,
            troubles=(screens.Trouble.PAPER, screens.Trouble.NETWORK),
            messages=(screens.Announcement(words=THURSDAY, picture="soap"),),
        ),
        "attract-no-reader": screens.Attract(welcome_points=50, troubles=(screens.Trouble.READER,)),
        "ease-of-use": screens.EaseOfUse(
            offered=tuple(screens.Mode), on=frozenset({screens.Mode.CONTRAST})
        ),
        "take-a-card": screens.TakeACard(),
        "take-a-card-phone": screens.TakeACard(url=JOIN_URL),
        **{
            f"card-{notice.value}": screens.CardProblem(notice=notice)
            for notice in screens.CardNotice
        },
        "join": screens.Join(welcome_points=50),
        "join-offline": screens.Join(welcome_points=50, ways=(Way.PHONE, Way.EMAIL)),
        "join-no-link": screens.Join(welcome_points=50, ways=(Way.PHONE, Way.EMAIL), no_link=True),
        "hand-off": screens.HandOff(url=JOIN_URL, last_day=POINTS_UNTIL),
        "phone": screens.TypePhone(draft=Phone(typed="061234"), countries=COUNTRIES),
        "phone-mistake": screens.TypePhone(
            draft=Phone(typed="061234567", country="BE"),
            countries=COUNTRIES,
            mistake=screens.Mistake.TOO_SHORT,
        ),
        "birthday": screens.TypeBirthday(draft="14031985"),
        "birthday-mistake": screens.TypeBirthday(draft="3102", mistake=screens.Mistake.SHAPE),
        "first-name": screens.TypeFirstName(draft="Inès"),
        "first-name-mistake": screens.TypeFirstName(mistake=screens.Mistake.EMPTY),
        "email": screens.TypeEmail(draft="ines.moreau@"),
        "email-mistake": screens.TypeEmail(draft="ines.moreau@", mistake=screens.Mistake.SHAPE),
        "consent": screens.AskConsent(),
        "consent-phone": screens.AskConsent(way=Way.PHONE),
        "consent-missing": screens.AskConsent(missing=True),
        "claim": screens.ClaimWelcome(first_name="Inès", points=50),
        "welcomed": screens.Welcomed(
            first_name="Inès", points=50, balance=50, deadline=POINTS_UNTIL, slip_possible=True
        ),
        "welcomed-slip": screens.Welcomed(
            first_name="Inès",
            points=50,
            balance=50,
            deadline=None,
            slip_possible=True,
            slip_printed=True,
        ),
        "home": screens.Home(
            first_name="Inès",
            balance=187,
            goal=coffee,
            gifts=poor,
            vouchers=0,
            expiring=screens.Expiring(points=42, last_day=POINTS_UNTIL),
        ),
        "home-rich": screens.Home(
            first_name="Inès", balance=407, goal=rich[2], gifts=rich, vouchers=2
        ),
        "home-worth": screens.Home(
            first_name="Inès", balance=407, goal=rich[2], gifts=rich, vouchers=0, worth=407
        ),
        "home-visits": screens.Home(
            first_name="Inès",
            balance=6,
            goal=Gift(id="coffee", name=COFFEE[language], cost=10, missing=4, picture="coffee"),
            gifts=(Gift(id="coffee", name=COFFEE[language], cost=10, missing=4, picture="coffee"),),
            vouchers=0,
            stamps=screens.Stamps(filled=6, total=10),
        ),
        "home-visits-full": screens.Home(
            first_name="Inès",
            balance=13,
            goal=None,
            gifts=(Gift(id="coffee", name=COFFEE[language], cost=10, missing=0, picture="coffee"),),
            vouchers=1,
            stamps=screens.Stamps(filled=10, total=10),
        ),
        "home-money": screens.Home(
            first_name="Inès",
            balance=1870,
            goal=replace(coffee, cost=2000, missing=130),
            gifts=tuple(
                replace(gift, cost=gift.cost * 10, missing=max(0, gift.cost * 10 - 1870))
                for gift in poor
            ),
            vouchers=0,
            expiring=screens.Expiring(points=420, last_day=POINTS_UNTIL),
        ),
        "home-offline": screens.Home(
            first_name="",
            balance=7,
            goal=coffee,
            gifts=gifts(language, 7),
            vouchers=1,
            offline=True,
        ),
        "home-long": screens.Home(
            first_name=LONG_NAME,
            balance=1_234_567,
            goal=None,
            gifts=tuple(reversed(many_gifts(language, 1_234_567))),
            vouchers=12,
            expiring=screens.Expiring(points=123_456, last_day=POINTS_UNTIL),
        ),
        "choose": screens.ChooseGift(
            first_name="Inès", balance=407, gifts=many_gifts(language, 407)
        ),
        "choose-few": screens.ChooseGift(first_name=LONG_NAME, balance=407, gifts=rich),
        **amounts(language),
        "confirm": screens.ConfirmGift(
            first_name="Inès",
            balance=207,
            gift=offered,
            remaining=7,
            place="Maison Lise Angers",
            last_day=LAST_DAY,
            paper=True,
        ),
        "confirm-no-paper": screens.ConfirmGift(
            first_name=LONG_NAME,
            balance=1_234_567,
            gift=many_gifts(language, 1_234_567)[4],
            remaining=1_233_817,
            place="Maison Lise, centre commercial des Trois Fontaines, niveau 2",
            last_day=LAST_DAY,
            paper=False,
        ),
        "printing": screens.Printing(gift=offered),
        "take-voucher": screens.TakeVoucher(gift=offered, balance=7, last_day=LAST_DAY),
        **{
            name: screens.VoucherOnScreen(
                gift_name=COFFEE[language],
                payload=PAYLOAD,
                code="7Q2X-K9F4-M3HB",
                last_day=LAST_DAY,
                balance=7,
                by_mail=by_mail,
            )
            for name, by_mail in (("voucher-on-screen", False), ("voucher-by-mail", True))
        },
        **{
            f"printer-{state.value}-{cause.value}": screens.PrinterTrouble(
                gift=offered, state=state, cause=cause
            )
            for state in screens.PrinterState
            for cause in screens.PrinterCause
        },
        **{
            f"refused-{reason.value}": screens.GiftRefused(reason=reason, gift=offered)
            for reason in screens.RefusalReason
        },
        "refused-card-limit-known": screens.GiftRefused(
            reason=screens.RefusalReason.CARD_LIMIT, gift=offered, allowed=50
        ),
        **{
            f"prove-it-{way.value}": screens.ProveIt(gift=offered, most=50, way=way)
            for way in screens.ProofWay
        },
        "vouchers": screens.MyVouchers(vouchers=(line, unsure), paper=True),
        "vouchers-none": screens.MyVouchers(vouchers=(), paper=True),
        "vouchers-many": screens.MyVouchers(
            vouchers=tuple(
                replace(each, code=f"{each.code[:-1]}{number}")
                for number in range(4)
                for each in (line, unsure)
            ),
            paper=False,
        ),
        "history": screens.History(balance=7, lines=history(language)),
        "history-long": screens.History(balance=7, lines=history(language) * 4),
        "history-money": screens.History(balance=1870, lines=history(language)),
        "why": screens.Why(line=history(language)[1]),
        "why-long": screens.Why(line=replace(history(language)[1], because=WHY_LONG)),
        "history-none": screens.History(balance=0, lines=()),
        "still-there": screens.StillThere(seconds=20),
        **{
            f"out-of-service-{reason.value}": screens.OutOfService(reason=reason)
            for reason in screens.OutOfOrder
        },
        "sorry": screens.Sorry(),
        **set_up_samples(),
        **staff_samples(language),
        **own_samples(language),
    }


def set_up_samples() -> Mapping[str, Screen[object]]:
    """The two questions of a new kiosk, as they begin and when something is wrong."""
    backend = "https://fidelite.maison-lise.example"
    code = screens.TypeClaimCode(address=backend, letters=ALPHABET, draft="7Q2XK9F4")
    return {
        "set-up-address": screens.TypeAddress(draft=backend),
        "set-up-address-silent": screens.TypeAddress(
            draft="http://192.168.1.20:8000", fault=screens.SetUpFault.SILENT
        ),
        "set-up-code": code,
        "set-up-code-wrong": replace(
            code, draft="7Q2XK9F4M3HB", fault=screens.SetUpFault.OTHER_SHOP
        ),
        "told-claimed": screens.Told(
            what=screens.Tell.CLAIMED, contact="Comptoir 1 · Maison Lise, Angers"
        ),
    }


PAYING = {"fr": "Payer avec mes points", "en": "Pay with points"}


def amounts(language: str) -> Mapping[str, Screen[object]]:
    """How many points to put in: ten cents a point, a purse of cents, a card that may little."""
    pay = Gift(id="pay", name=PAYING[language], cost=200, missing=0, by_amount=True)
    points = screens.ChooseAmount(
        first_name="Inès",
        balance=407,
        gift=pay,
        least=1,
        most=407,
        bound=screens.Bound.BALANCE,
        step=10,
        value=Decimal(10),
        shortcuts=(100, 200),
        draft=200,
    )
    little = replace(
        points, first_name=LONG_NAME, most=50, bound=screens.Bound.CARD, shortcuts=(), draft=400
    )
    purse = replace(points, balance=1870, most=1870, step=100, value=Decimal(1))
    return {
        "amount": points,
        "amount-card": little,
        "amount-money": replace(purse, shortcuts=(500, 1000), draft=1000),
        "choose-amount": screens.ChooseGift(
            first_name="Inès", balance=407, gifts=(pay, *gifts(language, 407))
        ),
    }


def history(language: str) -> tuple[screens.HistoryLine, ...]:
    """One movement of each kind, newest first."""
    rule = {"fr": "1 € = 1 point", "en": "€1 = 1 point"}[language]
    return (
        screens.HistoryLine(
            movement=screens.Movement.REDEEM,
            points=-200,
            at=datetime(2026, 11, 22, 10, 42, tzinfo=UTC),
            gift_name=COFFEE[language],
        ),
        screens.HistoryLine(
            movement=screens.Movement.EARN,
            points=15,
            at=datetime(2026, 11, 22, 10, 12, tzinfo=UTC),
            spent=5000,
            currency="EUR",
            rule=rule,
            because=WHY,
        ),
        screens.HistoryLine(
            movement=screens.Movement.EARN,
            points=137,
            at=datetime(2026, 11, 21, 16, 5, tzinfo=UTC),
            spent=13740,
            currency="EUR",
            rule=rule,
            because=WHY_SHORT,
        ),
        screens.HistoryLine(
            movement=screens.Movement.REVERSAL,
            points=350,
            at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            gift_name=BAG[language],
        ),
        screens.HistoryLine(
            movement=screens.Movement.EXPIRY,
            points=-30,
            at=datetime(2026, 11, 2, 0, 0, tzinfo=UTC),
        ),
        screens.HistoryLine(
            movement=screens.Movement.WELCOME,
            points=50,
            at=datetime(2026, 10, 4, 18, 20, tzinfo=UTC),
        ),
    )


LONGEST_TOLD = (
    screens.Tell.DONE,
    screens.Tell.NO_PIN,
    screens.Tell.LOST_OFFLINE,
    screens.Tell.WAITS_FOR_SECOND,
    screens.Tell.NO_EMAIL,
)


def staff_samples(language: str) -> Mapping[str, Screen[object]]:
    """What only the shop's staff sees."""
    everything = tuple(choice for choice in screens.StaffChoice if "resume" not in choice.value)
    card = screens.CardLine(key="0" * 64, since=datetime(2026, 3, 3, 9, tzinfo=UTC), blocked=False)
    phone = replace(card, since=datetime(2026, 3, 4, 9, tzinfo=UTC), on_phone=True)
    lost = replace(card, since=datetime(2025, 9, 14, 9, tzinfo=UTC), blocked=True)
    unsure = screens.UnsureVoucher(
        redemption="r-1",
        code="P4TN-8WCD-2RVK",
        gift_name=SOAP[language],
        cost=420,
        at=datetime(2026, 11, 22, 9, 12, tzinfo=UTC),
    )
    people = tuple(
        screens.FoundMember(id=f"m-{number}", name=name, contact=contact, points=points)
        for number, (name, contact, points) in enumerate(
            (
                ("Inès Moreau", "ines.moreau@example.org", 187),
                ("Inès Morel", "06 •• •• •• 12", 20),
                (LONG_NAME, "a.very.long.address.of.a.customer@example.org", 1_234_567),
            )
        )
    )
    well = screens.DevicePanel(
        reader=True,
        printer=True,
        paper=screens.PaperLeft.ENOUGH,
        online=True,
        contact=datetime(2026, 11, 22, 10, 41, tzinfo=UTC),
        queue=0,
        disk_free_mb=21_400,
        clock=datetime(2026, 11, 22, 10, 42, tzinfo=UTC),
        clock_trusted=True,
        terminal="Angers-1",
        store="Maison Lise Angers",
        software="loyalty-kiosk 0.1.0",
        program="Maison Lise · 4",
    )
    return {
        "staff-pin": screens.StaffPin(wrong=True),
        "staff-pin-shut": screens.StaffPin(wrong=True, wait_s=300),
        "staff-card": screens.WorkOrShop(initial="A"),
        "staff-home": screens.StaffHome(
            initial="A",
            offered=everything,
            unsure=2,
            troubles=(screens.Trouble.PAPER,),
        ),
        "staff-find": screens.FindMember(draft="ines mo"),
        "staff-find-offline": screens.FindMember(fault=screens.FindFault.OFFLINE),
        "staff-found": screens.MembersFound(members=people, more=True),
        "staff-member": screens.StaffMember(
            name="Inès Moreau",
            contact="ines.moreau@example.org",
            balance=187,
            vouchers=2,
            offered=tuple(screens.MemberDeed),
        ),
        "staff-cards": screens.MemberCards(name="Inès Moreau", cards=(card, phone, lost)),
        "staff-new-card-taken": screens.TapNewCard(taken=True),
        "staff-points": screens.TypePoints(name="Inès Moreau", balance=187),
        "staff-nature": screens.ChooseNature(natures=("correction", "gesture")),
        "staff-comment": screens.TypeComment(points=-30),
        "staff-unsure": screens.UnsureVouchers(
            vouchers=(unsure, replace(unsure, redemption="r-2", code="7H4K-M2QX-9TRA")), paper=True
        ),
        "staff-devices": well,
        "staff-devices-troubles": replace(
            well,
            reader=False,
            paper=screens.PaperLeft.OUT,
            printer=False,
            online=False,
            queue=12,
            clock_trusted=False,
            failed=screens.DeviceDeed.READER,
        ),
        # Those with the longest words; the others are laid out alike.
        **{f"told-{what.value}": screens.Told(what=what) for what in LONGEST_TOLD},
        "told-mailed": screens.Told(what=screens.Tell.MAILED, contact="i•••@•••.org"),
    }


BARRED = {
    language: (
        None,
        None,
        screens.Barred(why=screens.Bar.TIMES, again=LAST_DAY),
        screens.Barred(why=screens.Bar.TIER, tiers=gold),
    )
    for language, gold in (("fr", "Or, Platine"), ("en", "Gold, Platinum"))
}


def own_samples(language: str) -> Mapping[str, Screen[object]]:
    """A person's own data and cards, and gifts that are counted."""
    rich = gifts(language, 407)
    dear = replace(rich[3], barred=screens.Barred(why=screens.Bar.CARD))
    few = (replace(rich[0], left=2), replace(rich[1], left=0), rich[2], dear)
    mine = screens.MyData(
        first_name="Inès",
        email="i••••@example.org",
        phone="06 •• •• •• 12",
        language="fr",
        news=True,
        cards=2,
    )
    return {
        "lost-card": screens.LostCard(),
        "code-wrong": screens.TypeCode(minutes=10, left=2),
        "my-data": mine,
        "data-link": screens.DataLink(
            url="https://loyalty.example/my-data/3kTzN7yQmB5xWcRfVhLp", last_day=LAST_DAY
        ),
        "erase": screens.ConfirmErase(balance=187, vouchers=2),
        "remove-last-card": screens.ConfirmRemoval(last=True),
        "choose-counted": screens.ChooseGift(first_name="Inès", balance=407, gifts=few),
        "home-pending": screens.Home(
            first_name="Inès", balance=407, goal=rich[2], gifts=few, vouchers=0, pending=60
        ),
        "home-standing": screens.Home(
            first_name="Inès",
            balance=407,
            goal=rich[2],
            gifts=tuple(
                replace(gift, barred=bar)
                for gift, bar in zip(
                    (rich[0], rich[2], rich[1], rich[3]), BARRED[language], strict=True
                )
            ),
            vouchers=1,
            expiring=screens.Expiring(points=42, last_day=POINTS_UNTIL),
            pending=60,
            rank=screens.Rank(
                name={"fr": "Argent", "en": "Silver"}[language],
                counts=screens.Measured.MONEY,
                next_name={"fr": "Or", "en": "Gold"}[language],
                missing=8_000,
            ),
            cards=3,
            purses=(
                screens.Purse(
                    program={"fr": "Salon de thé", "en": "Tea room"}[language],
                    balance=4,
                    unit="visits",
                    currency="EUR",
                ),
            ),
        ),
        "home-keep": screens.Home(
            first_name=LONG_NAME,
            balance=407,
            goal=rich[2],
            gifts=rich,
            vouchers=1,
            rank=screens.Rank(
                name={"fr": "Platine", "en": "Platinum"}[language],
                counts=screens.Measured.POINTS,
                to_keep=120,
                until=LAST_DAY,
            ),
        ),
        "home-in-time": screens.Home(
            first_name="Inès",
            balance=407,
            goal=rich[2],
            gifts=few,
            vouchers=1,
            expiring=screens.Expiring(points=42, last_day=POINTS_UNTIL),
        ),
    }
