"""python -m loyalty: run the vectors, quote a sale, explain its points, replay a past.

    python -m loyalty vectors
    python -m loyalty quote PROGRAM.json SALE.json
    python -m loyalty explain PROGRAM.json SALE.json
    python -m loyalty replay PROGRAM.json [PROGRAM.json ...] PAST.json

SALE.json holds `sale`, and if they matter `buyer`, `balance` (points before the sale) and `zone`
(of the store, such as "Europe/Paris"); loyalty/vectors/README.md says what each field is.
PAST.json holds `facts`: sales, returns, voids and entries; docs/engine-commands.md shows one. Of
several programs, each is in force from its own `valid_from`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from loyalty.accounts import holding
from loyalty.document import read_program
from loyalty.earning import CurrencyMismatch
from loyalty.errors import LoyaltyError
from loyalty.explain import Said, explain
from loyalty.extensions import installed
from loyalty.outlook import in_plain, outlook
from loyalty.program import Program, minor_units
from loyalty.quote import Quote, quote
from loyalty.sales import SaleRefused
from loyalty.timemachine import Programs
from loyalty.vectors.past import read_past, read_zone
from loyalty.vectors.read import read_buyer, read_sale
from loyalty.vectors.run import run_all, table

WRONG, REFUSED = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where a vector does not pass; 2 where a file is refused, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m loyalty", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("vectors", help="run every conformance vector")
    for name, says in (("quote", "what a sale would earn"), ("explain", "why, line by line")):
        command = commands.add_parser(name, help=says)
        command.add_argument("program", type=Path)
        command.add_argument("sale", type=Path)
    again = commands.add_parser("replay", help="what a past would have given under a program")
    again.add_argument("programs", type=Path, nargs="+", metavar="program")
    again.add_argument("past", type=Path)
    asked = parser.parse_args(arguments)
    if asked.command == "vectors":
        return _vectors()
    try:
        if asked.command == "replay":
            return _replayed(asked.programs, asked.past)
        program = read_program(asked.program.read_bytes())
        found = _quoted(program, asked.sale)
    except LoyaltyError as no:
        print(no, file=sys.stderr)
        return REFUSED
    except OSError as no:
        print(f"{no.filename}: {no.strerror}", file=sys.stderr)
        return REFUSED
    lines = _quote(found) if asked.command == "quote" else _explained(found, program)
    print("\n".join(lines))
    return 0


def _replayed(programs: Sequence[Path], past: Path) -> int:
    """Print the outlook of the programs over that past, as one JSON document."""
    versions = Programs(*(read_program(path.read_bytes()) for path in programs))
    told = read_past(_read(past), versions.latest)
    found = outlook(
        told.facts,
        versions,
        told.zones,
        until=told.until,
        threshold=told.threshold,
        point_cost=told.point_cost,
        extensions=installed(),
    )
    print(json.dumps(in_plain(found), ensure_ascii=False, indent=2))
    return 0


def _vectors() -> int:
    outcomes = run_all()
    print(f"{'row':<8}{'cases':>6}{'pass':>6}")
    for row, count, passed in table(outcomes):
        print(f"{row:<8}{count:>6}{passed:>6}")
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    for outcome in wrong:
        print(f"{outcome.file}: {outcome.name}: {'; '.join(outcome.wrong)}", file=sys.stderr)
    print(f"{len(outcomes)} cases, {len(outcomes) - len(wrong)} pass")
    return WRONG if wrong else 0


def _quoted(program: Program, path: Path) -> Quote:
    written = _read(path)
    sale = read_sale(written.get("sale"))
    balance = written.get("balance", 0)
    if isinstance(balance, bool) or not isinstance(balance, int):
        raise SaleRefused("balance", "write a whole number of points")
    zone = read_zone(written.get("zone", "Europe/Paris"), "zone")
    buyer, known = read_buyer(written.get("buyer", {})), installed()
    try:
        return quote(
            sale,
            program,
            holding(balance),
            now=sale.closed_at,
            zone=zone,
            buyer=buyer,
            extensions=known,
        )
    except SaleRefused as no:
        raise SaleRefused(f"sale.{no.field}", no.remedy) from no
    except CurrencyMismatch as no:
        raise SaleRefused("sale.currency", f"write {program.currency}: {no}") from no


def _read(path: Path) -> Mapping[str, Any]:
    try:
        written = json.loads(path.read_bytes())
    except ValueError as error:
        raise SaleRefused("document", f"this is not JSON: {error}") from error
    if not isinstance(written, dict):
        raise SaleRefused("document", "write fields between { and }")
    return written


def _quote(found: Quote) -> Iterator[str]:
    """The quote as one JSON document, for a till to read."""
    yield json.dumps(
        {
            "earned": found.earned,
            "balance_before": found.balance_before,
            "balance_after": found.balance_after,
            "deadline": found.deadline and found.deadline.isoformat(),
            "worth": found.worth,
            "offers": [
                {"reward": offer.reward.id, "cost": offer.reward.cost, "missing": offer.missing}
                for offer in found.offers
            ],
            "alerts": [alert.id for alert in found.alerts],
            "message": dict(found.message),
        },
        ensure_ascii=False,
        indent=2,
    )


def _explained(found: Quote, program: Program) -> Iterator[str]:
    """Each entry with its calculation, in plain words."""
    for entry in found.entries:
        assert entry.trace is not None
        yield f"{entry.trace.rule} (program {program.id}, version {entry.trace.program_version})"
        for said in explain(entry).lines:
            yield "  " + in_words(said, program.currency)
    if not found.entries:
        yield "this sale earns nothing"


def in_words(said: Said, currency: str) -> str:
    """One line of an explanation, in English."""
    kind, _, what = said.message.partition(".")
    return _WORDS[kind](what.replace("_", " "), said.arguments, currency)


_Arguments = Mapping[str, int | Fraction | str]


def _amount(amount: int | Fraction | str, currency: str) -> str:
    minor = minor_units(currency)
    whole, part = divmod(int(amount), minor)
    digits = len(str(minor)) - 1
    return f"{whole}.{part:0{digits}d} {currency}" if digits else f"{whole} {currency}"


def _signed(points: int | Fraction | str) -> str:
    return f"{'−' if int(points) < 0 else '+'} {abs(int(points))}"


def _noun(told: _Arguments) -> str:
    return "point" if abs(int(told["points"])) == 1 else "points"


def _points(told: _Arguments) -> str:
    return f"{told['points']} {_noun(told)}"


def _counted(what: str, told: _Arguments, currency: str) -> str:
    if "amount" in told:
        return f"{_amount(told['amount'], currency)} ({what.upper()})"
    return f"{told['count']} {what}"


def _each(told: _Arguments, currency: str) -> str:
    if told["of"] in {"ttc", "ht"}:
        return _amount(told["per"], currency)
    return f"{told['per']} {str(told['of']).replace('_', ' ')}"


_WORDS: dict[str, Callable[[str, _Arguments, str], str]] = {
    "count": _counted,
    "deduct": lambda what, told, currency: f"− {_amount(told['amount'], currency)} {what}",
    "basis": lambda _, told, currency: f"= {_amount(told['amount'], currency)}",
    "rate": lambda what, told, currency: (
        f"× {told['points']} of {told['per']} {what}"
        if what
        else f"× {_points(told)} for each {_each(told, currency)}"
    ),
    "give": lambda _, told, __: f"{_signed(told['points'])} {_noun(told)} ({told['why']})",
    "campaign": lambda _, told, __: f"× {told['factor']} {told['campaign']}",
    "combine": lambda what, *_: f"several campaigns: {what}",
    "only": lambda _, told, __: f"on top, for the lines of {told['campaigns']}:",
    "cap": lambda what, told, __: f"at most {_points(told)} ({what})",
    "points": lambda _, told, __: f"= {_points(told)}",
}


if __name__ == "__main__":
    sys.exit(main())
