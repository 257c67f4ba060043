"""Products in files: read a CSV that a spreadsheet wrote, say what is wrong row by row, write one.

A list in a cell is separated by "|"; a pack's articles are written `CODE*2|OTHER`. A column that
the file leaves out leaves the products as they are. Programs write amounts in minor units, people
as they write prices: which of them a file is by, its reader says.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import ValidationError

from backend.db import Transaction, catalogue
from backend.errors import Refused, phrase, told
from backend.services.points.worth import as_written
from backend.services.shop.catalogue import refuse_components, refuse_price, save_products
from backend.services.shop.gifts import units_here
from backend_client.schemas.catalogue import BadRow, ProductBody, ProductFound, ProductsImported
from backend_client.schemas.problems import ProblemName
from loyalty.document.remedies import remedy
from loyalty.sentences import Sentence, say

COLUMNS = ("id", *ProductBody.model_fields)
ROWS_MAX = 100_000
TOLD_MAX = 100
"""Bad rows in an answer; whoever mends a hundred asks again."""
SHOWN_MAX = 10
"""Products in an answer: enough to see that prices were read as they were meant."""

_LISTS = ("themes", "sets")
_POINTS = ("points", "gift_points")
_NUMBERS = ("price", *_POINTS)
_YES, _NO = ("true", "1", "yes", "oui", "vrai"), ("false", "0", "no", "non", "faux")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a file writes amounts."""

    digits: int = 0
    """Decimals of a price; none where prices are minor units."""
    points_digits: int = 0
    """The same of points, which are amounts where loyalty is money."""
    decimal_point: str = "."
    """Written so; read with a comma or a point."""
    delimiter: str = ","
    mark: str = ""
    """Written first: by it, spreadsheets know that a file is UTF-8."""

    def digits_of(self, column: str) -> int:
        """The decimals of what stands in that column."""
        if column == "price":
            return self.digits
        return self.points_digits if column in _POINTS else 0


MINOR_UNITS = Notation()
"""As the API and the command line have it: 1250 is 12.50."""


def import_products(
    tx: Transaction, body: bytes, *, dry_run: bool, notation: Notation = MINOR_UNITS
) -> ProductsImported:
    """What the file changes, or would. Raises Refused; while a row is bad, nothing is written."""
    read = _Reader(tx, body, notation)
    changed = [product for product in read.products if read.known.get(product.id) != product]
    added = sum(product.id not in read.known for product in changed)
    answer = ProductsImported(
        dry_run=dry_run,
        rows=read.rows,
        added=added,
        changed=len(changed) - added,
        unchanged=len(read.products) - len(changed),
        bad_rows=tuple(read.bad[:TOLD_MAX]),
        first=tuple(changed[:SHOWN_MAX]),
    )
    if dry_run:
        return answer
    if read.bad:
        raise Refused(
            ProblemName.INVALID,
            phrase("{count} rows cannot be taken: nothing was written", count=len(read.bad)),
            bad_rows=[bad.model_dump() for bad in answer.bad_rows],
        )
    save_products(tx, changed)
    return answer


def export_products(
    products: Iterable[ProductFound], notation: Notation = MINOR_UNITS
) -> Iterator[str]:
    """The lines of a file that `import_products` reads back to the same products."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=notation.delimiter)
    for cells in (COLUMNS, *(_cells(product, notation) for product in products)):
        writer.writerow(cells)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


class _Reader:
    """A file on its way to products."""

    def __init__(self, tx: Transaction, body: bytes, notation: Notation) -> None:
        self._notation = notation
        self.bad: list[BadRow] = []
        self.rows = 0
        rows = list(self._cells(body))
        self.known = catalogue.products(tx, {cells["id"] for _, cells in rows})
        self.products: list[ProductFound] = []
        self._places: dict[str, int] = {}
        for row, cells in rows:
            self._take(row, cells)
        self._check_components(tx)
        self._check_prices(tx)

    def _cells(self, body: bytes) -> Iterator[tuple[int, dict[str, str]]]:
        text = _text(body)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        try:
            header = [name.strip().lower() for name in next(lines, [])]
            _check_header(header)
            for cells in lines:
                if any(cell.strip() for cell in cells):
                    self.rows += 1
                    if self.rows > ROWS_MAX:
                        raise Refused(
                            ProblemName.INVALID,
                            phrase("more than {most} rows: split it", most=ROWS_MAX),
                        )
                    yield lines.line_num, self._row(lines.line_num, header, cells)
        except csv.Error as error:
            raise Refused(
                ProblemName.INVALID,
                phrase("line {line} is not CSV: look at its quotation marks", line=lines.line_num),
            ) from error

    def _row(self, row: int, header: list[str], cells: list[str]) -> dict[str, str]:
        if len(cells) > len(header):
            self._refuse(row, "row", phrase("more cells than the header has"))
        found = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        return {"id": "", **found}

    def _take(self, row: int, cells: Mapping[str, str]) -> None:
        name = cells["id"]
        if name in self._places:
            twin = phrase("the product is in line {line} already", line=self._places[name])
            self._refuse(row, "id", twin)
            return
        self._places[name] = row
        known = self.known.get(name)
        said = {} if known is None else known.model_dump()
        try:
            said |= _values(cells, self._notation)
            self.products.append(ProductFound(**{**said, "id": name}))
        except ValidationError as error:
            for each in error.errors(include_url=False):
                self._refuse(row, ".".join(str(part) for part in each["loc"]), remedy(each))
        except _BadCell as error:
            self._refuse(row, error.field, error.message)

    def _refuse(self, row: int, field: str, message: str) -> None:
        self.bad.append(BadRow.model_validate({**told(field, message), "row": row}))

    def _check_components(self, tx: Transaction) -> None:
        """A pack may be made of products of the same file, wherever in it they stand."""
        wanted = {part.product for each in self.products for part in each.components}
        known = catalogue.products(tx, wanted) | {each.id: each for each in self.products}
        for product in self.products:
            try:
                refuse_components(product, known)
            except Refused as refused:
                said = {**refused.errors[0], "field": "components"}
                self.bad.append(BadRow.model_validate({**said, "row": self._places[product.id]}))

    def _check_prices(self, tx: Transaction) -> None:
        """A product becomes a gift of every program only where all count alike."""
        units = units_here(tx)
        for product in self.products:
            try:
                refuse_price(tx, product, units)
            except Refused as refused:
                row = self._places[product.id]
                self.bad.append(BadRow.model_validate({**refused.errors[0], "row": row}))


class _BadCell(Exception):
    def __init__(self, field: str, message: Sentence) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(ProblemName.INVALID, "the file is not UTF-8: save it as CSV UTF-8") from error
    if "\0" in text:
        raise Refused(ProblemName.INVALID, "the file holds zero bytes: it is not a CSV")
    return text


def _delimiter(text: str) -> str:
    """French spreadsheets write semicolons, others commas or tabs."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check_header(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise Refused(
            ProblemName.INVALID,
            phrase(
                "column {name} is not known: there is {names}",
                name=unknown[0][:40],
                names=", ".join(COLUMNS),
            ),
        )
    if "id" not in header or len(set(header)) != len(header):
        raise Refused(ProblemName.INVALID, "the first line names each column once, among them id")


def _values(cells: Mapping[str, str], notation: Notation) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in cells.items():
        if name in _LISTS:
            found[name] = tuple(part.strip() for part in text.split("|") if part.strip())
        elif name in _NUMBERS:
            found[name] = _number(name, text, notation.digits_of(name))
        elif name == "earns":
            found[name] = _flag(name, text)
        elif name == "components":
            found[name] = tuple(_component(part) for part in text.split("|") if part.strip())
        elif name == "tax_rate":
            found[name] = text.replace(",", ".") or Decimal(0)
        elif name != "kind" or text:
            found[name] = text
    return found


def _number(name: str, text: str, digits: int = 0) -> int | None:
    """A whole number, or an amount with its decimals in minor units; None for nothing."""
    if not text.strip():
        return None
    found = as_written(text, digits)
    if found is None:
        raise _BadCell(name, _how_to_write(name, digits))
    return found


def _how_to_write(name: str, digits: int) -> Sentence:
    if digits:
        return phrase("write an amount, such as 12.50, or nothing")
    if name == "price":
        return phrase("write cents, such as 1250 for 12.50, or nothing")
    return phrase("write a whole number, or nothing")


def _flag(name: str, text: str) -> bool:
    if not text or text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise _BadCell(name, say("flag"))


def _component(text: str) -> dict[str, object]:
    code, _, times = text.strip().partition("*")
    quantity = _number("components", times.strip()) if times.strip() else 1
    return {"product": code.strip(), "quantity": quantity}


def _cells(product: ProductFound, notation: Notation) -> list[str]:
    said = dict(product)
    lists = {name: "|".join(said[name]) for name in _LISTS}
    parts = "|".join(
        part.product if part.quantity == 1 else f"{part.product}*{part.quantity}"
        for part in product.components
    )
    plain = {
        **said,
        **lists,
        "kind": product.kind.value,
        "earns": str(product.earns).lower(),
        "components": parts,
        **{name: _written(said[name], name, notation) for name in _NUMBERS},
    }
    return ["" if plain[name] is None else str(plain[name]) for name in COLUMNS]


def _written(value: int | None, name: str, notation: Notation) -> str:
    digits = notation.digits_of(name)
    if value is None or not digits:
        return "" if value is None else str(value)
    return str(Decimal(value).scaleb(-digits)).replace(".", notation.decimal_point)
