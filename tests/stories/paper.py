"""The PDF of a plan as somebody downloads it, and the JSON attached to it."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from tests.client import PageClient

#: WeasyPrint leaves a colour profile open.
PRINTER = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")


def download(client: PageClient, url: str) -> bytes:
    """The bytes of a PDF."""
    answer = client.paper(url)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    paper: bytes = answer.data
    return paper


def values_of(paper: bytes) -> dict[str, Any]:
    """The attached plan.json."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert list(pdf.attachments) == ["plan.json"]
        values: dict[str, Any] = json.loads(pdf.attachments["plan.json"].get_file().read_bytes())
    return values


def words_of(paper: bytes) -> str:
    """The text of the PDF without spaces, read from the fonts' own glyph tables."""
    return "".join(words_by_page(paper))


def words_by_page(paper: bytes) -> list[str]:
    """The text of each page, likewise."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        return ["".join(_letters(page)) for page in pdf.pages]


def _letters(page: pikepdf.Page) -> Iterator[str]:
    if "/Font" not in page.obj.Resources:
        return
    fonts = {name: _glyphs(font) for name, font in page.obj.Resources.Font.items()}
    glyphs: dict[int, str] = {}
    for step in pikepdf.parse_content_stream(page):
        operands: Any = step.operands
        if str(step.operator) == "Tf":
            glyphs = fonts[str(operands[0])]
        elif str(step.operator) in ("Tj", "TJ"):
            shown = operands[0] if str(step.operator) == "TJ" else operands
            codes = b"".join(bytes(one) for one in shown if isinstance(one, pikepdf.String))
            yield from (glyphs.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2))


def _glyphs(font: pikepdf.Object) -> dict[int, str]:
    table = font.ToUnicode.read_bytes().decode()
    pairs = re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", table.partition("beginbfchar")[2])
    return {int(code, 16): bytes.fromhex(letters).decode("utf-16-be") for code, letters in pairs}
