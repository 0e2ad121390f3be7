"""A table in a file, as texts: CSV as any spreadsheet writes it, or XLSX. What its columns mean is not known here.

Formulas are not run: of XLSX the value is read that the spreadsheet left; in CSV a text that begins as one stays text.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from ekc.core.errors import Refusal
from ekc.core.language import figure
from ekc.core.language import gettext as _

#: Bytes of a file. A request holds a megabyte.
LARGEST = 500_000
#: Rows under the headings, columns, and bytes of what is packed in an XLSX file.
MOST_ROWS, MOST_COLUMNS, _MOST_UNPACKED = 500, 60, 20_000_000
_PARTS = 1000  # files packed in an XLSX file
#: Tags in them, which is what reading takes its time for: of all, and of those that hold no cells.
_MOST_TAGS, _MOST_OTHER_TAGS = 300_000, 20_000
_CELLS = re.compile(r"xl/(worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
#: Text in which tags and a document type are not seen as they are looked for; no spreadsheet writes it.
_NO_UTF8 = re.compile(
    rb"\xff\xfe|\xfe\xff|<\0|\0<|\x4c\x6f\xa7|.{0,9}<\?xml[^>]{0,200}encoding\s*=\s*.(?!utf-8|us-ascii)", re.I | re.S
)
_SEPARATORS = ";,\t"
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
#: What a spreadsheet shows where a formula failed.
FAILED = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})


class SheetError(Refusal):
    """The file is none that can be read, or too large; says what to do. Its message is translated already."""

    status = 422


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its number, as a spreadsheet shows it, and its cells as texts, those at the end that are empty left out.

    A day is written 2026-04-01, yes and no as TRUE and FALSE.
    """

    number: int
    cells: tuple[str, ...]


def read_sheet(content: bytes) -> list[SheetRow]:
    """The rows of a file in which anything stands. Raises SheetError."""
    if len(content) > LARGEST:
        raise SheetError(_("The file is too large: at most %(most)s kB fit.", most=figure(LARGEST // 1000)))
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    found = [SheetRow(number, cells) for number, cells in _filled(rows)]
    if not found:
        raise SheetError(_("The file is empty."))
    return found


def column_name(place: int) -> str:
    """The letters of a column, of which the first is 0."""
    return (chr(ord("A") + place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _filled(rows: Iterable[tuple[int, Iterable[str]]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    count = 0
    for number, cells in rows:
        texts = [" ".join(cell.split()) if "\n" not in cell else cell.strip() for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise SheetError(
                _("The file has more than %(most)s rows. Make several files of it.", most=figure(MOST_ROWS))
            )
        if len(texts) > MOST_COLUMNS:
            raise SheetError(_("Row %(row)s has more than %(most)s columns.", row=number, most=MOST_COLUMNS))
        yield number, tuple(texts)


def _csv(content: bytes) -> Iterator[tuple[int, Iterable[str]]]:
    text = _decoded(content)
    first, _end, rest = text.partition("\n")
    said = first.strip().strip('"').lower()
    skipped = 0
    if said.startswith("sep=") and len(said) == 5:
        separator, text, skipped = said[4], rest, 1
    else:
        heading = next((line for line in text.splitlines() if line.strip()), "")
        separator = max(_SEPARATORS, key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from enumerate(reader, 1 + skipped)
    except csv.Error:
        raise SheetError(_("This CSV file cannot be read. Save it again as XLSX or CSV.")) from None


def _decoded(content: bytes) -> str:
    if content.startswith(_OLE):
        raise SheetError(_("This is an old Excel file. Save it as XLSX or CSV."))
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or text.startswith("%PDF"):
        raise SheetError(_("This is not a table. Choose a CSV or XLSX file."))
    return text


def _xlsx(content: bytes) -> Iterator[tuple[int, Iterable[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, for whoever uploads a file

    unreadable = SheetError(_("This XLSX file cannot be read. Save it again as XLSX or CSV."))
    try:
        _look_inside(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size
        rows = sheet.iter_rows(max_row=20 * MOST_ROWS, max_col=MOST_COLUMNS + 1, values_only=True)
        yield from ((number, [_text(cell) for cell in cells]) for number, cells in enumerate(rows, 1))
    except SheetError:
        raise
    except Exception:
        raise unreadable from None


def _look_inside(content: bytes) -> None:
    """Unpack it once, to the limit: the sizes that a file says of itself may be wrong. Raises SheetError."""
    too_large = SheetError(_("The file is too large when it is unpacked."))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        left, tags, other_tags = _MOST_UNPACKED, _MOST_TAGS, _MOST_OTHER_TAGS
        if len(parts) > _PARTS or sum(part.file_size for part in parts) > left:
            raise too_large
        for part in parts:
            with packed.open(part) as opened:
                text = opened.read(left + 1)
            left -= len(text)
            tags -= text.count(b"<")
            other_tags -= 0 if _CELLS.fullmatch(part.filename) else text.count(b"<")
            if min(left, tags, other_tags) < 0:
                raise too_large
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or _NO_UTF8.match(text):
                raise SheetError(_("This XLSX file cannot be read. Save it again as XLSX or CSV."))


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).upper() if isinstance(cell, bool) else str(cell)
