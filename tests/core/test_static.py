"""Tests of static files: their addresses, their compression, and that of pages."""

import gzip
import re
import shutil
from collections import Counter
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont
from sqlalchemy.orm import Session

from ekc.core.static import FOLDER, JOINED
from tests.architecture.sources import EKC
from tests.build import case_in_evaluation
from tests.cast import Cast, enter
from tests.client import PageClient
from tests.clock import FrozenClock

FOR_EVER = "public, max-age=31536000, immutable"


def _linked(client: PageClient) -> list[str]:
    """The addresses of the static files that the first page loads."""
    found = client.page("/").all("link", "script", "img")
    return sorted({e.attrib[name] for e in found for name in ("href", "src") if name in e.attrib})


def test_a_page_names_each_file_with_its_version_which_is_kept_for_ever(client: PageClient, cast: Cast) -> None:
    addresses = _linked(client)

    assert [re.sub("[0-9a-f]{12}$", "", address) for address in addresses] == [
        "/static/css/pages.css?v=",
        "/static/img/favicon.svg?v=",
        "/static/js/forms.js?v=",
    ]
    assert {client.get(address).headers["Cache-Control"] for address in addresses} == {FOR_EVER}


def test_the_style_sheets_are_sent_as_one(client: PageClient, cast: Cast) -> None:
    whole = client.get("/static/css/pages.css").text
    parts = [client.get(f"/static/{name}").text for name in JOINED["css/pages.css"]]
    assert whole == "\n".join(parts)
    assert len(parts) == 3


@pytest.mark.parametrize("query", ["", "?v=0123456789ab"])
def test_another_address_is_asked_about_each_time(client: PageClient, cast: Cast, query: str) -> None:
    first = client.get(f"/static/css/ekc.css{query}")
    again = client.get(f"/static/css/ekc.css{query}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], again.status_code, again.data) == ("no-cache", 304, b"")


def test_fonts_are_named_with_their_version(client: PageClient, cast: Cast) -> None:
    fonts = re.findall(r"url\(\"\.\./(fonts/[^\"]+)\"\)", client.get("/static/css/ekc.css").text)

    assert sorted(font.partition("?")[0] for font in fonts) == sorted(
        f"fonts/{f.name}" for f in (FOLDER / "fonts").glob("*.woff2")
    )
    assert {client.get(f"/static/{font}").headers["Cache-Control"] for font in fonts} == {FOR_EVER}


@pytest.mark.parametrize("name", ["css", "css/", "css/ekc.css/x", "../app.py", "a" * 300, "css/" + "é" * 200])
def test_what_is_no_file_is_not_found(client: PageClient, cast: Cast, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_file_that_changed_has_another_address(
    client: PageClient, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _linked(client)
    upgraded = shutil.copytree(FOLDER, tmp_path / "static")
    with (upgraded / "css" / "ekc.css").open("a") as css:
        css.write("/* new */")
    monkeypatch.setattr("ekc.core.static.FOLDER", upgraded)

    assert [one for one in _linked(client) if one not in before] == _linked(client)[:1]


@pytest.mark.parametrize(
    ("offered", "used"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")]
)
@pytest.mark.parametrize("path", ["/", "/static/css/ekc.css"])
def test_text_is_compressed_as_the_browser_offers(
    client: PageClient, cast: Cast, path: str, offered: str, used: str | None
) -> None:
    browser = FlaskClient(client.application)  # which does not read the pages, as ours does
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    answer = browser.get(path, headers={"Accept-Encoding": offered})

    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[used]
    assert (answer.content_encoding, decode(answer.data)) == (used, plain.data)
    assert {"Accept-Encoding" in one.headers["Vary"] for one in (plain, answer)} == {True}
    assert used is None or len(answer.data) < len(plain.data) / 2


def test_what_does_not_get_smaller_is_sent_as_it_is(client: PageClient, cast: Cast) -> None:
    font = client.get("/static/fonts/own-plan-sans-latin-wght-normal.woff2", headers={"Accept-Encoding": "br, gzip"})

    assert font.content_encoding is None


def test_each_component_that_a_template_uses_is_in_the_stylesheet() -> None:
    css = (FOLDER / "css" / "vendor" / "designsystemet.css").read_text()
    sources = [
        p.read_text() for p in (*(EKC.parent / "templates").rglob("*.html"), *EKC.rglob("*.py"), *EKC.rglob("*.js"))
    ]
    used = {name for source in sources for name in re.findall(r"\bds-[a-z]+(?:-[a-z]+)*", source)}

    assert {name for name in used if not re.search(rf"\.{name}(?![a-z-])", css)} == set()


def test_the_page_of_the_family_is_light_on_a_slow_telephone(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())  # the longest of their pages
    page = enter(client, db_session, clock(), case.id, case.people["marieke"])
    browser = FlaskClient(client.application)
    links = {e.attrib[name] for e in page.all("link", "script") for name in ("href", "src") if name in e.attrib}
    files = {link for link in links if link.startswith("/static/")} | {
        "/static/fonts/own-plan-sans-latin-wght-normal.woff2"
    }

    sizes = [len(browser.get(file, headers={"Accept-Encoding": "br"}).data) for file in files]

    headers = 450 * (len(files) + 1)
    names = len(browser.get("/static/fonts/own-plan-sans-names-wght-normal.woff2").data)
    assert sum(sizes) + names + headers + len(brotli.compress(page.html.encode(), quality=4)) <= 60_000


def test_what_belongs_to_a_page_is_sent_without_what_only_pages_need(client: PageClient, cast: Cast) -> None:
    """A picture can be opened as a page, and so can an answer that says that there is no such file."""
    browser = FlaskClient(client.application)
    for file, whole in (
        ("css/ekc.css", False),
        ("js/forms.js", False),
        ("img/favicon.svg", True),
        ("css/no.css", True),
    ):
        headers = browser.get(f"/static/{file}").headers
        assert ("Content-Security-Policy" in headers, headers["X-Content-Type-Options"]) == (whole, "nosniff"), file
        assert sum(len(f"{name}: {value}") + 2 for name, value in headers.items()) < (900 if whole else 420), file


def test_each_letter_of_europe_is_in_the_piece_of_the_font_that_says_so() -> None:
    css = (FOLDER / "css/ekc.css").read_text("utf-8")
    pieces = {}
    for face in re.findall(r"@font-face \{(.*?)\}", css, re.DOTALL):
        file, ranges = (
            re.findall(r'url\("\.\./(fonts/[^"]+)"\)', face)[0],
            re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face),
        )
        pieces[file] = {code for first, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1)}
    # A browser that looks for a bolder one than some pieces have takes no letter from those.
    assert set(re.findall(r"font-weight: ([^;]+); font-display", css)) == {"400 650"}
    letters = {*range(0x20, 0x7F), *range(0xA0, 0x149), *range(0x14A, 0x180), *range(0x218, 0x21C)}
    held = {}
    for file, said in pieces.items():
        with TTFont(FOLDER / file) as font:
            held[file] = said & font.getBestCmap().keys() & letters
            assert (font["fvar"].axes[0].minValue, font["fvar"].axes[0].maxValue) in {(400, 650), (200, 900)}, file
    assert Counter(code for codes in held.values() for code in codes) == Counter(letters)
    assert Counter(code for codes in pieces.values() for code in codes & letters) == Counter(letters)
