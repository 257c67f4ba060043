"""Reading a file of another system: whatever its encoding, its separator, its numbers, its days."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from backend.errors import phrase
from backend_client.schemas.imports import ROWS_MAX, DayOrder
from loyalty.sentences import Sentence


class FileRefused(Exception):
    """The file cannot be read."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


class CellRefused(Exception):
    """A cell cannot be read: why, without what is in it."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file as text, and how it was read."""

    text: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    row_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table."""

    number: int
    """In the file; the headers are line 1."""
    cells: dict[str, str]


_DELIMITERS = (";", ",", "\t", "|")
_LINES_LOOKED_AT = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_table(content: bytes) -> Table:
    """The table in the file. Raises FileRefused."""
    text, encoding = _decoded(content)
    if "\0" in text:
        raise FileRefused(phrase("this is not a text file: export it as CSV"))
    if not text.strip(" \r\n" + "".join(_DELIMITERS)):
        raise FileRefused(phrase("the file is empty"))
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        found = list(reader)
    except csv.Error as error:
        raise FileRefused(
            phrase("line {line} is not CSV: look at its quotation marks", line=reader.line_num)
        ) from error
    filled = [row for row in found if any(cell.strip() for cell in row)]
    headers = tuple(cell.strip() for cell in filled[0])
    named = [header for header in headers if header]
    if len(set(named)) != len(named):
        raise FileRefused(phrase("two columns have the same header"))
    if len(filled) - 1 > ROWS_MAX:
        raise FileRefused(phrase("more than {most} rows: cut the file in parts", most=ROWS_MAX))
    return Table(
        text=text,
        encoding=encoding,
        delimiter=delimiter,
        headers=headers,
        row_count=len(filled) - 1,
    )


def lines_of(text: str, delimiter: str) -> Iterator[Line]:
    """The rows of a table that was read before."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    headers: list[str] | None = None
    for number, row in enumerate(reader, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if headers is None:
            headers = cells
        else:
            yield Line(number=number, cells=dict(zip(headers, cells, strict=False)))


def number(cell: str, decimal: str) -> Decimal:
    """The amount in a cell: "1 234,50", "1'234.50", "(12)", "12,50 €". Raises CellRefused."""
    bare = re.sub(r"[\s\u00a0\u202f'’€$£]", "", cell)
    # "pts" before or after; a letter in the middle is somebody's mistake.
    bare = re.sub(r"^[^\W\d_]+|[^\W\d_]+\.?$", "", bare)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    bare = bare.replace("−", "-")
    other = "," if decimal == "." else "."
    whole, sign, fraction = bare.partition(decimal)
    if other in fraction or (other in whole and not _THOUSANDS.fullmatch(whole)):
        raise CellRefused(
            phrase("balance: it could be read in two ways; say which sign is decimal")
        )
    plain = whole.replace(other, "") + (f".{fraction}" if sign else "")
    if not _NUMBER.fullmatch(plain):
        raise CellRefused(phrase("balance: not a number"))
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise CellRefused(phrase("balance: not a number")) from None
    if abs(found) > _MOST:
        raise CellRefused(phrase("balance: more than anybody has"))
    return found


_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+")
_NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d{0,10})?|\.\d{1,10})")
_MOST = Decimal(10**9)


def day(cell: str, order: DayOrder, column: str) -> date:
    """The day in a column's cell: 2026-05-31, 31/05/2026, 31.5.26. Raises CellRefused."""
    found = _YEAR_FIRST.match(cell)
    if found:
        year, month, of_month = (int(part) for part in found.groups())
    else:
        found = _YEAR_LAST.match(cell)
        if not found:
            raise CellRefused(phrase("{column}: not a day", column=column))
        first, second, year = (int(part) for part in found.groups())
        month, of_month = (second, first) if order is DayOrder.DAY_FIRST else (first, second)
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - written with two digits
    try:
        return date(year, month, of_month)
    except ValueError:
        raise CellRefused(phrase("{column}: there is no such day", column=column)) from None


_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?: .*)?$")


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise FileRefused(
                    phrase("the file says it is {encoding}, and is not", encoding=encoding)
                ) from error
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # What spreadsheets of western Europe write. A few bytes stand for nothing in it.
        return content.decode("cp1252", errors="replace"), "windows-1252"


def _delimiter(text: str) -> str:
    """The separator by which the first lines have the most columns, as many in each."""
    sample = "".join(text.splitlines(keepends=True)[:_LINES_LOOKED_AT])

    def fits(delimiter: str) -> tuple[bool, int]:
        rows = [row for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(row)]
        widths = {len(row) for row in rows}
        return len(widths) == 1 and max(widths) > 1, max(widths, default=0)

    return max(_DELIMITERS, key=fits)
