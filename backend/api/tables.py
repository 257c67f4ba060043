"""Tables that leave the house as files: CSV that spreadsheets open as it is meant."""

import csv
import io
from collections.abc import Iterable

from fastapi.responses import Response


def table(names: Iterable[str], rows: Iterable[Iterable[object]], file: str = "") -> Response:
    """The rows as CSV under their headers; to be saved under that name, where there is one."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(names)
    lines.writerows([_cell(each) for each in row] for row in rows)
    # A mark at the beginning tells spreadsheets that it is UTF-8.
    answer = Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8")
    if file:
        answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula is made a text again."""
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t"):
        return f"'{value}"
    return "" if value is None else value
