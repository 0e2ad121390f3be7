"""Documents: both standards are declared, output is reproducible, nothing is fetched, no character is lost."""

import base64
import hashlib
import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ekc.core import documents
from ekc.core.documents import DEBIAN_PACKAGES, FONTS, DocumentError, MissingGlyphError, not_printable, render_pdf
from tests.stories.paper import words_by_page

# WeasyPrint 70 leaves the colour profile it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")

ROOT = Path(__file__).parents[2]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PAGE = f"""<!doctype html><html lang="nl"><head><title>Ons plan</title>
<meta name="dcterms.created" content="2026-04-18"></head><body>
<h1>Ons plan, План, خطة, ዕቅድ</h1><p>Ibrahim Yıldız <b>vet</b> <i>schuin</i></p>
<p><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>A circle</title><circle r="4"/></svg>
<img alt="A dot" src="data:image/png;base64,{DOT}"></p>
<table><thead><tr><th>Wie</th><th>Wat</th></tr></thead><tbody><tr><th>Omar</th><td>belt</td></tr></tbody></table>
</body></html>"""


def page(body: str, head: str = "") -> str:
    return f'<html lang="en"><head><title>Test</title>{head}</head><body>{body}</body></html>'


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def elements(pdf: pikepdf.Pdf, tag: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == tag]


@pytest.fixture(scope="module")
def paper() -> pikepdf.Pdf:
    return opened(render_pdf(PAGE, identifier=b"test", attachment=b'{"a":1}'))


def test_tells_its_language_and_title_and_that_it_is_tagged(paper: pikepdf.Pdf) -> None:
    assert str(paper.Root.Lang) == "nl"
    assert str(paper.docinfo["/Title"]) == "Ons plan"
    assert paper.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712 a PDF boolean
    assert paper.Root.MarkInfo.Marked == True  # noqa: E712


def test_names_both_standards_in_its_metadata(paper: pikepdf.Pdf) -> None:
    with paper.open_metadata() as metadata:
        names = ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")
        assert [metadata[name] for name in names] == ["3", "A", "1"]
    assert b"pdfaSchema:prefix>pdfuaid<" in paper.Root.Metadata.read_bytes()


def test_embeds_every_font_and_uses_only_ours(paper: pikepdf.Pdf) -> None:
    fonts = [o for o in paper.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
    assert {str(font.FontName).split("+")[1] for font in fonts} == {
        "Noto-Sans",
        "Noto-Sans-Bold",
        "Noto-Sans-Italic",
        "Noto-Sans-Arabic-Bold",
        "Noto-Sans-Ethiopic-Bold",
    }
    assert [font for font in fonts if "/FontFile2" not in font] == []


def test_says_what_pictures_show_and_what_headings_head(paper: pikepdf.Pdf) -> None:
    assert [str(figure.Alt) for figure in elements(paper, "/Figure")] == ["A circle", "A dot"]
    assert [str(cell.A.Scope) for cell in elements(paper, "/TH")] == ["/Column", "/Column", "/Row"]


def test_carries_the_attachment_with_the_date_of_the_document(paper: pikepdf.Pdf) -> None:
    attached = paper.attachments["plan.json"].get_file()
    assert attached.read_bytes() == b'{"a":1}'
    assert str(attached.obj.Params.CreationDate) == "D:20260418000000Z"
    assert str(paper.Root.AF[0].AFRelationship) == "/Source"


def test_renders_without_a_complaint(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        render_pdf(PAGE, identifier=b"test")
    assert [record.getMessage() for record in caplog.records] == []


def test_the_same_page_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    code = (
        "import sys, hashlib, pathlib; from ekc.core.documents import render_pdf;"
        "html = pathlib.Path(sys.argv[1]).read_text('utf-8');"
        "print(hashlib.sha256(render_pdf(html, identifier=b'test', attachment=b'1')).hexdigest())"
    )
    other = run(code, str(tmp_path / "page.html"), PYTHONHASHSEED="7", TZ="Asia/Tokyo").strip()
    assert other == hashlib.sha256(render_pdf(PAGE, identifier=b"test", attachment=b"1")).hexdigest()


LONG = page(
    "<p class=foot>page <span class=page></span> of <span class=pages></span></p><p>First</p>"
    "<p style='break-before: page'>Second</p>"
)


def test_papers_bound_behind_another_begin_on_odd_pages_and_count_their_own() -> None:
    first = page("<p>Contents</p>")
    whole = render_pdf(first, [(LONG, ()), (page("<p>Last</p>"), ("plan.css",))], identifier=b"test")
    assert ["".join(words.split()) for words in words_by_page(whole)] == [
        "Contents",
        "",
        "Firstpage1of2",
        "Secondpage2of2",
        "Last",
    ]
    bound = opened(whole)
    assert str(bound.docinfo["/Title"]) == "Test"
    assert [str(part.S) for part in bound.Root.StructTreeRoot.K[0].K] == ["/P"] * 4  # each is read, in order
    with bound.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert whole == render_pdf(first, [(LONG, ()), (page("<p>Last</p>"), ("plan.css",))], identifier=b"test")


def test_pages_are_counted_on_over_bound_papers() -> None:
    heard: list[int] = []
    render_pdf(page("<p>a</p>"), [(LONG, ()), (page("<p>b</p>"), ())], identifier=b"test", laid_out=heard.append)
    assert max(heard) == 4  # before the last of five
    with pytest.raises(MissingGlyphError, match="李"):
        render_pdf(page("<p>a</p>"), [(page("<p>李</p>"), ())], identifier=b"test")
    replaced = documents.render_pdf_with_replacements(page("<p>a</p>"), [(page("<p>李</p>"), ())], identifier=b"test")
    assert words_by_page(replaced)[2] == "\N{REPLACEMENT CHARACTER}"


SECRET = "file:///etc/passwd"
DRAWING = base64.b64encode(
    f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{SECRET}" width="9" height="9"/></svg>'.encode()
).decode()


@pytest.mark.parametrize(
    "html",
    [
        page(f'<img alt="" src="{SECRET}">'),
        page('<img alt="" src="http://127.0.0.1:9/a.png">'),
        page('<img alt="" src="a.png">', '<base href="file:///etc/">'),
        page(f'<img alt="" src="data:image/svg+xml;base64,{DRAWING}">'),
        page(f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{SECRET}" width="9" height="9"/></svg>'),
        page("", '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">'),
        page("", '<link rel="stylesheet" href="data:text/css,p{}">'),
        page("", f"<style>@import url({SECRET});</style>"),
        page("<p>a</p>", f"<style>p {{ background: url({SECRET}) }}</style>"),
        page("", f'<link rel="attachment" href="{SECRET}">'),
    ],
)
def test_fetches_nothing_from_disk_or_network(html: str) -> None:
    with pytest.raises(DocumentError, match=r"^A document may fetch nothing, neither from disk nor network: "):
        render_pdf(html, identifier=b"test")


def test_names_the_letters_it_has_no_font_for() -> None:
    with pytest.raises(DocumentError) as refused:
        render_pdf(page("<p>Li 李 and ש, 🙂</p>"), identifier=b"test")
    assert str(refused.value) == (
        "Our fonts cannot print: ש (U+05E9), 李 (U+674E). Write it in another way, then print again."
    )


def test_names_the_packages_when_the_libraries_are_missing(tmp_path: Path) -> None:
    broken = tmp_path / "weasyprint.py"  # simulates a missing native library
    broken.write_text("raise OSError(\"cannot load library 'libgobject-2.0-0'\")")
    code = (
        "from ekc.core.documents import render_pdf, DocumentError\n"
        "try: render_pdf('', identifier=b'')\n"
        "except DocumentError as error: print(error)"
    )
    said = run(code, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert said.strip() == (
        f"Printing needs libraries that this machine does not have. Install the Debian packages {DEBIAN_PACKAGES}."
    )


def test_starting_the_program_does_not_load_the_renderer() -> None:
    code = "import sys, ekc.core.documents; print('weasyprint' in sys.modules)"
    assert run(code).strip() == "False"


def test_the_bundled_fonts_come_with_their_licence() -> None:
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text("utf-8")
    assert "Bitstream Vera" in (FONTS / "LICENSE-DejaVu.txt").read_text("utf-8")
    assert len(list(FONTS.glob("*.ttf"))) == 9


def run(code: str, *arguments: str, **environment: str) -> str:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=settings, capture_output=True, text=True, check=True
    )
    return done.stdout


#: As people write: letters of our languages, signs, what shows nothing, other scripts.
WRITTEN = (
    "Đorđe Yıldız Łaski ẛ İ ﬁ ½ € … – “” ’ • → ✓ ♥ ★ Жґ ع پ አ \u200b\u200d\u2068\u2069\u00ad"
    " 😀 👨‍👩‍👧 ☺️ 王 שלום नमस्ते ა ក ﷺ"
)


PRINTABLE = Path(__file__).parents[2] / "ekc/static/js/printable.js"


def ranges(codes: Iterable[int]) -> str:
    """Codes as the script has them: 20-7e a0."""
    found: list[list[int]] = []
    for code in sorted(codes):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return " ".join(f"{first:x}-{last:x}" if first < last else f"{first:x}" for first, last in found)


def test_the_script_that_says_it_while_somebody_types_knows_the_letters_of_our_fonts() -> None:
    known = f'const RANGES = "{ranges(documents._in_our_fonts())}";'
    source = PRINTABLE.read_text("utf-8")
    if os.environ.get("EKC_WRITE"):
        source = re.sub('^const RANGES = ".*";$', known, source, flags=re.MULTILINE)
        PRINTABLE.write_text(source, "utf-8")
    assert known in source


def test_letters_of_europe_are_known_without_the_tables_of_our_fonts() -> None:
    surely = [chr(code) for code in range(0x3000) if documents.SURELY_PRINTED.fullmatch(chr(code))]
    assert {"a", "é", "ź", "Ş", "’", "–", "€"} <= set(surely)
    ours = documents._in_our_fonts()
    assert [c for c in surely if ord(c) not in ours and not documents._SHOWS_NOTHING.fullmatch(c)] == []


def test_what_paper_lacks_is_known_without_printing() -> None:
    with pytest.raises(MissingGlyphError) as missing:
        render_pdf(page(f"<p>{WRITTEN}</p><p><b>{WRITTEN}</b></p>"), identifier=b"test")
    assert sorted(not_printable(WRITTEN)) == sorted(missing.value.characters)
    assert {"王", "ש"} < set(not_printable(WRITTEN))
    assert not_printable("😀 👨‍👩‍👧 ☺️ ❤️ 👍🏽 🇳🇱") == ""
    assert render_pdf(page(WRITTEN.translate(dict.fromkeys(map(ord, not_printable(WRITTEN))))), identifier=b"test")


def test_pages_are_told_while_they_are_laid_out_and_that_can_stop_it() -> None:
    told: list[int] = []
    pages = page("<p>One</p>" + '<p style="break-before: page">More</p>' * 2)

    render_pdf(pages, identifier=b"test", laid_out=told.append)

    assert told == [0, 1, 2]

    def enough(done: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        render_pdf(pages, identifier=b"test", laid_out=enough)
    render_pdf(pages, identifier=b"test")
    assert told == [0, 1, 2]
