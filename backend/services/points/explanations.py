"""Why an entry has its points, in the reader's words (F7): what was computed, line by line."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from backend.services.selling.tickets import amount, counted
from backend.words import Words
from loyalty.explain import Said, explain
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Program, in_language, minor_units

Arguments = Mapping[str, int | Fraction | str]
_Tells = Callable[["_Teller", Arguments], str | None]


def why(entry: Entry, program: Program | None, words: Words) -> tuple[str, ...]:
    """The lines that explain the entry; `program` is the version it was computed by."""
    teller = _Teller(words, program)
    told = explain(entry)
    return tuple(
        line for line in (teller.kind(entry), *map(teller.line, told.lines)) if line is not None
    )


class _Teller:
    """Says lines of an explanation in one language, in the units of one program."""

    def __init__(self, words: Words, program: Program | None) -> None:
        self.words, self._program = words, program

    def kind(self, entry: Entry) -> str:
        """What happened, before the calculation."""
        return _KINDS[entry.kind](self.words)

    def line(self, said: Said) -> str | None:
        """One line; None for what only a program reads."""
        tells = _LINES.get(said.message)
        return None if tells is None else tells(self, said.arguments)

    def money(self, value: int | Fraction | str) -> str:
        """Minor units as the reader writes them."""
        currency = self._program.currency if self._program else "EUR"
        return self.words.money(int(value), currency)

    def points(self, value: int | Fraction | str) -> str:
        """Points as the program counts them."""
        if self._program is None:
            return self.words.number(int(value))
        return amount(self.words, self._program, int(value))

    def counted(self, value: int | Fraction | str) -> str:
        """The same with its noun: 3,00 € are no points."""
        if self._program is None:
            return self.words.tn("{count} point", "{count} points", int(value))
        return counted(self.words, self._program, int(value))

    def campaign(self, wanted: int | Fraction | str) -> str:
        """The name that the merchant gave it."""
        found = self._program.campaigns if self._program else ()
        campaign = next((each for each in found if each.id == wanted), None)
        return str(wanted) if campaign is None else in_language(campaign.name, self.words.language)

    def rate(self, told: Arguments) -> str | None:
        """So many points for so much of what was counted."""
        points, per = int(told["points"]), int(told["per"])
        if told["of"] not in ("ttc", "ht"):
            return self._for_things(points, per, str(told["of"]))
        per_unit = minor_units(self._program.currency) if self._program else 100
        least = Fraction(points, per) * per_unit
        if per < per_unit and least.denominator == 1:
            points, per = int(least), per_unit
        return self.words.t(
            "{money} = {points}", money=self.money(per), points=self.counted(points)
        )

    def _for_things(self, points: int, per: int, what: str) -> str | None:
        """The same of visits and pieces; None where each point of an article is a point."""
        if what in ("visits", "typed_visits"):
            things = self.words.tn("{count} visit", "{count} visits", per)
        elif what == "articles":
            things = self.words.tn("{count} piece", "{count} pieces", per)
        elif points == per:
            return None
        else:
            things = self.words.tn("{count} point", "{count} points", per)
        return self.words.t("{points} for {things}", points=self.counted(points), things=things)

    def given(self, told: Arguments) -> str:
        """Points that are given, or asked, as a whole."""
        points, reason = self.points(told["points"]), str(told["why"])
        if reason in _GIVEN:
            return _GIVEN[reason](self.words, points)
        if reason.startswith("band "):
            return self.words.t("Points of this band of amounts: {points}", points=points)
        return self.words.t("Rule {rule}: {points}", rule=reason, points=points)


_KINDS: dict[EntryKind, Callable[[Words], str]] = {
    EntryKind.WELCOME: lambda w: w.t("Welcome points"),
    EntryKind.EARN: lambda w: w.t("Earned with a purchase"),
    EntryKind.REDEEM: lambda w: w.t("Used"),
    EntryKind.REVERSAL: lambda w: w.t("Undone"),
    EntryKind.EXPIRY: lambda w: w.t("Expired"),
    EntryKind.RETURN: lambda w: w.t("Goods came back"),
    EntryKind.ADJUSTMENT: lambda w: w.t("Changed by the shop"),
    EntryKind.RELEASE: lambda w: w.t("May be used from now on"),
    EntryKind.FORFEIT: lambda w: w.t("Fell away: no rest is kept"),
    EntryKind.TRANSFER: lambda w: w.t("Moved between accounts"),
    EntryKind.OPENING: lambda w: w.t("Brought from earlier books"),
}

_GIVEN: dict[str, Callable[[Words, str], str]] = {
    "fixed": lambda w, p: w.t("Fixed: {points}", points=p),
    "bonus": lambda w, p: w.t("Bonus: {points}", points=p),
    "cost": lambda w, p: w.t("Cost of the reward: {points}", points=p),
    "chosen": lambda w, p: w.t("As the customer chose: {points}", points=p),
    "balance": lambda w, p: w.t("The whole balance: {points}", points=p),
    "rest": lambda w, p: w.t("The rest: {points}", points=p),
    "no_band": lambda w, _: w.t("In no band of amounts"),
    "returned_before": lambda w, p: w.t("Taken back before: {points}", points=p),
}

_LINES: dict[str, _Tells] = {
    "count.ttc": lambda t, a: t.words.t("Purchase: {money}", money=t.money(a["amount"])),
    "count.ht": lambda t, a: t.words.t("Purchase without tax: {money}", money=t.money(a["amount"])),
    "count.visits": lambda t, a: t.words.t("Visits: {count}", count=a["count"]),
    "count.typed_visits": lambda t, a: t.words.t("Visits: {count}", count=a["count"]),
    "count.articles": lambda t, a: t.words.t("Articles: {count}", count=a["count"]),
    "count.article_points": lambda t, a: t.words.t(
        "Points of the articles: {points}", points=t.points(a["count"])
    ),
    "count.line_points": lambda t, a: t.words.t(
        "The line had earned: {points}", points=t.points(a["count"])
    ),
    "deduct.voucher": lambda t, a: t.words.t(
        "− {money} paid with a voucher", money=t.money(a["amount"])
    ),
    "deduct.points": lambda t, a: t.words.t(
        "− {money} paid with points", money=t.money(a["amount"])
    ),
    "deduct.ticket_discount": lambda t, a: t.words.t(
        "− {money} of discount", money=t.money(a["amount"])
    ),
    "basis": lambda t, a: t.words.t("= {money} that counts", money=t.money(a["amount"])),
    "rate": lambda t, a: t.rate(a),
    "rate.returned": lambda t, a: t.words.t(
        "Came back so far: {share} %",
        share=t.words.number(100 * int(a["points"]) // int(a["per"])),
    ),
    "give": lambda t, a: t.given(a),
    "campaign": lambda t, a: t.words.t(
        "{campaign}: × {factor}",
        campaign=t.campaign(a["campaign"]),
        factor=t.words.factor(Fraction(a["factor"])),
    ),
    "combine.best": lambda t, _: t.words.t("Of several operations, the best one counts"),
    "combine.multiply": lambda t, _: t.words.t("Several operations multiply each other"),
    "combine.add": lambda t, _: t.words.t("Several operations add up"),
    "only": lambda t, _: t.words.t("On top, for the articles of an operation:"),
    "cap.ticket": lambda t, a: t.words.t(
        "At most {points} for a ticket", points=t.points(a["points"])
    ),
    "cap.day": lambda t, a: t.words.t("At most {points} more today", points=t.points(a["points"])),
    "cap.balance": lambda t, a: t.words.t(
        "At most {points} more on this account", points=t.points(a["points"])
    ),
    "cap.ticket_share": lambda t, a: t.words.t(
        "At most {points}, a part of the ticket", points=t.points(a["points"])
    ),
    "cap.needed": lambda t, a: t.words.t(
        "No more than the ticket needs: {points}", points=t.points(a["points"])
    ),
    "points": lambda t, a: f"= {t.counted(a['points'])}",
    "nature": lambda t, a: t.words.t(
        "Reason: {nature}", nature=nature_in_words(str(a["nature"]), t.words)
    ),
}
"""What each message says; `about` names an entry, which only programs follow."""


def nature_in_words(nature: str, words: Words) -> str:
    """Why staff moved points; a reason of the merchant's own as they wrote it."""
    return _NATURES[nature](words) if nature in _NATURES else nature


_NATURES: dict[str, Callable[[Words], str]] = {
    "gesture": lambda w: w.t("Goodwill"),
    "goodwill": lambda w: w.t("Goodwill"),
    "correction": lambda w: w.t("Correction"),
    "complaint": lambda w: w.t("Complaint"),
    "migration": lambda w: w.t("Taken over from before"),
}
"""The codes that kiosks know too."""
