"""Rendering documents from plain values: PDFs for archiving (PDF/A-3a) that are accessible (PDF/UA-1).

Documents are a table: each feature has its rows (`DocumentRule`) in its `document.py`; `ekc/kinds.py` collects and
checks them. This module holds the Jinja environment, fonts, print stylesheets, the fetcher that refuses all external
resources, and what both standards need beyond WeasyPrint. It uses no request, clock or database. It is the only module
that imports WeasyPrint, and only when it renders, because the import takes half a second.
"""

import hashlib
import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from html import unescape
from pathlib import Path
from threading import local
from typing import Any, Generic, Protocol, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ekc.core.errors import Refusal
from ekc.core.language import LANGUAGES, day, direction, gettext, sentence_for, using
from ekc.names import unbroken

TEMPLATES = Path(__file__).parents[2] / "templates"
FONTS = Path(__file__).parent / "fonts"
STYLES = Path(__file__).parents[1] / "static" / "print"
DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

#: Blanks, controls, and what only chooses between the looks of the character before it.
_SHOWS_NOTHING = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufe00-\ufe0f]")

# PDF/A requires a description of the PDF/UA identification schema in the metadata (ISO 19005-3, 6.6.2.3.3).
_UA_MARK = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


_EMPTY_PAGE = "<html lang=en><title>-</title><body>"
_PROGRESS = "weasyprint.progress"
_LAID_OUT = re.compile(r"layout - Page (\d+)")  # in WeasyPrint's log
_FROM_THE_RIGHT = ("R", "AL")
_ISOLATE, _END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
#: The title of the file needs none of them.
_ON_ONE_LINE = str.maketrans({"\N{NO-BREAK SPACE}": " ", _ISOLATE: None, _END_OF_ISOLATE: None})


class DocumentError(Exception):
    """A document cannot be rendered; the message says why and what to do."""


class MissingGlyphError(DocumentError):
    """`characters` are in none of the fonts."""

    def __init__(self, characters: str) -> None:
        letters = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in characters)
        super().__init__(f"Our fonts cannot print: {letters}. Write it in another way, then print again.")
        self.characters = characters


#: Letters of Europe and marks of a sentence that our fonts have (a test looks): most words have no others, and their
#: tables, 12 MB, are not read then.
SURELY_PRINTED = re.compile("[\x00-\x7e\xa0-\u017e\u2013\u2014\u2018-\u201d\u2026€]*")


@cache
def _in_our_fonts() -> frozenset[int]:
    """The characters that our fonts have, by code: the table of each font says so, and WeasyPrint finds no other."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - takes a twentieth of a second, and most words are ASCII

    found: set[int] = set()
    for file in FONTS.glob("*-Regular.ttf"):
        with TTFont(file, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def not_printable(text: str) -> str:
    """The characters of a text that paper cannot show, each once: those in none of our fonts."""
    if text.isascii() or SURELY_PRINTED.fullmatch(text):
        return ""
    return "".join(c for c in dict.fromkeys(text) if ord(c) not in _in_our_fonts() and not _SHOWS_NOTHING.fullmatch(c))


class Values(Protocol):
    """The values of a document: a frozen dataclass of plain values."""

    @property
    def language(self) -> str:
        """The code of the language of the fixed sentences."""


V = TypeVar("V", bound=Values)
#: Hears how many pages are laid out.
LaidOut = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRule(Generic[V]):
    """A kind of document. Its template gets the values under `name`, and the variables that `context` returns.

    A page orders it with its values. Where reading them takes long, it orders it with less (`asked`), of which the
    worker makes the values (`gather`, from a session, what was asked, and the instant).
    """

    name: str
    title: str  # as the page that says how far it is calls it
    values: type[V]
    languages: tuple[str, ...] = tuple(LANGUAGES)  # in which it is printed; each has a catalogue
    asked: type[Any] | None = None  # a frozen dataclass of plain values; None: the values
    gather: Callable[[Any, Any, datetime], V] | None = None
    kept: timedelta = timedelta(days=1)  # how long it is handed out after it was ordered
    activity: Any  # the workflow.Activity that allows printing it (core does not import workflow)
    template: str
    page: str = ""  # template for the page of each person; `template` then gets the rendered `pages`
    #: The papers that follow it in one file, each with its values and its own look, from the front of a sheet on.
    bound: "Callable[[V], tuple[tuple[DocumentRule[Any], Any], ...]] | None" = None
    context: Callable[[V], Mapping[str, object]] = lambda _: {}
    stylesheets: tuple[str, ...] = ()
    attachment: Callable[[V], bytes] | None = None  # content of the embedded file
    attachment_name: str = ""
    filename: str  # of the download; a str.format pattern
    unprintable: str  # the message of the Refusal, with %(why)s


def document_html(rule: DocumentRule[V], *values: V) -> str:
    """The HTML that `document_pdf` renders, in the current language; the page of a person is in their own language."""
    pages = []
    for one in values if rule.page else ():
        with using(one.language):
            pages.append(Markup(_render(rule.page, rule, one)))  # noqa: S704 - rendered with autoescape
    return _render(rule.template, rule, values[0], pages=pages)


def plain_text(template: str, macro: str, *given: object) -> str:
    """What a macro of a template says in the current language, as plain text: the words of a mail."""
    said = getattr(_environment().get_template(template).module, macro)(*given)
    return unescape(str(said)).strip()


def document_pdf(rule: DocumentRule[V], *values: V, laid_out: LaidOut | None = None) -> bytes:
    """The PDF of one set of values, or with a page for each; and of the papers that are bound behind it.

    Characters in none of the fonts are replaced by U+FFFD.

    `laid_out` hears how many pages are laid out, and may stop it by an exception. Where a page tells how many there
    are, it may begin again at the first.

    Raises Refusal with the message of the rule if it cannot be rendered.
    """
    printed = [as_printed(one) for one in values]
    with using(values[0].language):
        html = document_html(rule, *printed)
    behind = []
    for other, its in rule.bound(printed[0]) if rule.bound else ():
        with using(its.language):
            behind.append((document_html(other, its), other.stylesheets))
    attachment = rule.attachment(values[0]) if rule.attachment else None
    written = "".join((html, *(other for other, _sheets in behind))).encode() + (attachment or b"")
    try:
        return render_pdf_with_replacements(
            html,
            behind,
            laid_out=laid_out,
            identifier=hashlib.sha256(written).digest()[:16],
            attachment=attachment,
            attachment_name=rule.attachment_name,
            stylesheets=rule.stylesheets,
        )
    except DocumentError as error:
        raise Refusal(rule.unprintable, why=str(error)) from error


def as_printed(values: V) -> V:
    """Values in which names do not break, and words from right to left stand apart from the sentence around them.

    In a language that is written from right to left all words do, numbers too. WeasyPrint knows neither <bdi> nor
    `unicode-bidi: isolate`.
    """
    printed: V = _as_printed(values, isolated=direction(values.language) == "rtl")
    return printed


def _as_printed(value: Any, *, isolated: bool) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        text = unbroken(value)
        turns = isolated or any(unicodedata.bidirectional(letter) in _FROM_THE_RIGHT for letter in text)
        return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if text and turns else text
    if isinstance(value, tuple):
        return tuple(_as_printed(one, isolated=isolated) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        words = ((field.name, getattr(value, field.name)) for field in fields(value) if field.name != "language")
        return replace(value, **{name: _as_printed(one, isolated=isolated) for name, one in words})
    return value


def _render(template: str, rule: DocumentRule[V], values: V, **more: object) -> str:
    given = {rule.name: values, "language": values.language, "direction": direction(values.language)}
    return _environment().get_template(template).render(given, **rule.context(values), **more)


@cache
def _environment() -> Environment:
    """The Jinja environment for the templates of documents."""
    loader, extensions = FileSystemLoader(TEMPLATES), ["jinja2.ext.i18n"]
    environment = Environment(loader=loader, autoescape=True, extensions=extensions, undefined=StrictUndefined)
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, lambda one, many, n: sentence_for(n, one, many), newstyle=True
    )
    environment.filters["day"] = day
    counter = Markup('<span class="{}"></span>')  # filled in by the print stylesheet
    environment.globals.update(
        page_number=counter.format("page"),
        page_count=counter.format("pages"),
        wrong_page=counter.format("wrong-page"),
    )
    return environment


#: The HTML of a paper, and its stylesheets.
Laid = tuple[str, tuple[str, ...]]


def render_pdf(
    html: str,
    behind: Sequence[Laid] = (),
    *,
    identifier: bytes,
    attachment: bytes | None = None,
    attachment_name: str = "plan.json",
    stylesheets: tuple[str, ...] = (),
    laid_out: LaidOut | None = None,
) -> bytes:
    """The PDF of an HTML page, with `paper.css` and the named stylesheets of `ekc/static/print`.

    What is `behind` it follows in the same file: each from an odd page on, which is the front of a sheet that is
    printed on both sides, and with page numbers of its own.

    The page needs `<html lang>` and `<title>`, every image an `alt`, every inline `<svg>` a `<title>` child.
    The same arguments give the same bytes. The attachment is dated by `<meta name="dcterms.created">`, or else the
    first of January 1980. `identifier` becomes the PDF's file identifier.

    Raises DocumentError if a native library is missing or the page refers to a resource on disk or network, and
    MissingGlyphError for characters in none of the fonts, which would print as empty boxes.
    """
    renderer = _renderer()
    renderer.fetcher.refused.clear()
    with renderer.pages.told_to(laid_out):
        document = renderer.lay_out(html, stylesheets)
        if behind:
            pages = list(document.pages)
            for one, its_stylesheets in behind:
                if len(pages) % 2:
                    pages += renderer.lay_out(_EMPTY_PAGE, ()).pages
                renderer.pages.before = len(pages)
                pages += renderer.lay_out(one, its_stylesheets).pages
            document = document.copy(pages)
    document.metadata.title = document.metadata.title.translate(_ON_ONE_LINE)
    attachments = []
    if attachment is not None:
        moment = _attachment_date(document.metadata.created)
        attachments.append(
            renderer.weasyprint.Attachment(
                string=attachment,
                name=attachment_name,
                relationship="Source",
                created=moment,
                modified=moment,
            )
        )
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", pdf_identifier=identifier, attachments=attachments, finisher=_finish_pdf
    )
    if renderer.fetcher.refused:  # WeasyPrint itself only warns about resources it cannot fetch
        refused = ", ".join(url[:200] for url in renderer.fetcher.refused)
        raise DocumentError(f"A document may fetch nothing, neither from disk nor network: {refused}")
    return pdf


def render_pdf_with_replacements(html: str, behind: Sequence[Laid] = (), **options: Any) -> bytes:
    """As `render_pdf`, with U+FFFD in place of characters that are in none of the fonts."""
    try:
        return render_pdf(html, behind, **options)
    except MissingGlyphError as found:
        replaced = dict.fromkeys(map(ord, found.characters), "\N{REPLACEMENT CHARACTER}")
        return render_pdf(
            html.translate(replaced), [(one.translate(replaced), sheets) for one, sheets in behind], **options
        )


class _Pages(logging.Handler):
    """Tells how far WeasyPrint is: it logs the number of each page that it lays out, and has no other way."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._laid_out: LaidOut | None = None
        self.before = 0  # pages of what is laid out already
        self._log = logging.getLogger(_PROGRESS)
        self._log.addHandler(self)

    @contextmanager
    def told_to(self, laid_out: LaidOut | None) -> Iterator[None]:
        """Tell `laid_out` inside the block how many pages are laid out."""
        self._laid_out, self.before = laid_out, 0
        self._log.setLevel(logging.WARNING if laid_out is None else logging.INFO)
        try:
            yield
        finally:
            self._laid_out = None

    def emit(self, record: logging.LogRecord) -> None:
        """An exception of the caller ends the rendering."""
        if self._laid_out is not None and (page := _LAID_OUT.search(record.getMessage())):
            self._laid_out(self.before + int(page[1]) - 1)


class _Renderer:
    """WeasyPrint with fonts and stylesheets, reused by one thread: loading them takes a tenth of the time of a page."""

    def __init__(self) -> None:
        weasyprint = _weasyprint()
        fetches: Any = weasyprint.urls.URLFetcher

        class DataImagesOnly(fetches):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.refused: list[str] = []

            def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
                if url.lower().startswith("data:image/"):
                    return super().fetch(url, headers)
                self.refused.append(url)
                raise PermissionError(url)

        self.weasyprint = weasyprint
        self.pages = _Pages()
        self.fetcher: Any = DataImagesOnly()
        self.fonts: Any = weasyprint.text.fonts.FontConfiguration()
        self._sheets: dict[str, Any] = {}

    def lay_out(self, html: str, stylesheets: tuple[str, ...]) -> Any:
        """The pages of an HTML page, as a document of WeasyPrint."""
        return self.weasyprint.HTML(string=html, url_fetcher=self.fetcher).render(
            font_config=self.fonts,
            stylesheets=[self.stylesheet(name) for name in ("paper.css", *stylesheets)],
            pdf_variant="pdf/a-3a",
        )

    def stylesheet(self, name: str) -> Any:
        if name not in self._sheets:
            css = (STYLES / name).read_text("utf-8")
            self._sheets[name] = self.weasyprint.CSS(string=css, url_fetcher=self.fetcher)
        return self._sheets[name]


def load_printer() -> None:
    """Load what prints, which takes a second, before anybody waits for it. Where it is missing, printing says so."""
    with suppress(DocumentError):
        _weasyprint()


def _weasyprint() -> Any:
    """WeasyPrint. Raises DocumentError where its libraries are missing."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")  # ignores system fonts
    logging.getLogger(_PROGRESS).propagate = False  # how far it is, is no line for our log
    try:
        import weasyprint  # noqa: PLC0415
        import weasyprint.text.fonts  # noqa: PLC0415
        import weasyprint.urls  # noqa: PLC0415
    except OSError as error:
        raise DocumentError(
            f"Printing needs libraries that this machine does not have. Install the Debian packages {DEBIAN_PACKAGES}."
        ) from error
    return weasyprint


_thread_local = local()  # Pango's fonts are not thread-safe


def _renderer() -> _Renderer:
    if not hasattr(_thread_local, "renderer"):
        _thread_local.renderer = _Renderer()
    renderer: _Renderer = _thread_local.renderer
    return renderer


def _attachment_date(created: str | None) -> datetime:
    return datetime.fromisoformat(created) if created else datetime(1980, 1, 1, tzinfo=UTC)


def _finish_pdf(document: Any, pdf: Any) -> None:
    """Raise MissingGlyphError if needed; add the PDF/UA schema to the metadata, and scopes to table headings."""
    missing = sorted({code for font in document.fonts.values() for code in font.missing})
    if missing:
        raise MissingGlyphError("".join(map(chr, missing)))
    metadata = _resolve(pdf, pdf.catalog["Metadata"])
    metadata.stream = [b"\n".join(metadata.stream).replace(b"</rdf:RDF>", _UA_MARK, 1)]
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("S") == "/TH":
            part = _resolve(pdf, _resolve(pdf, item["P"])["P"])
            item["A"]["Scope"] = "/Column" if part.get("S") == "/THead" else "/Row"


def _resolve(pdf: Any, reference: bytes | str) -> Any:
    """The object that a reference such as b'12 0 R' points to."""
    return pdf.objects[int(reference.split()[0])]
