"""Tables as CSV that people open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

# What makes a spreadsheet take a cell for a formula; some know the wide signs too.
FORMULA_SIGNS = tuple("=+-@＝＋－＠")  # noqa: RUF001


def without_formula(text: str) -> str:
    """Return text with an apostrophe before it, if a spreadsheet could take it for a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) else text


def csv_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table in UTF-8, with the byte-order mark by which spreadsheets know that."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([without_formula(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
