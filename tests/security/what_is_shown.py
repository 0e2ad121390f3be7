"""What the pages of a person show them: each link and form is followed, from home on."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from ekc.core.routes import Access, declared_access
from tests.security.everybody import Comer

_TARGET = re.compile(r'(?:href|action|formaction)="(/[^"#]*)')
_PLACE = re.compile(r'href="([^"#]*)#([^"]+)"')
#: These change what the visitor is, or are the same on every page.
_LEFT_OUT = re.compile(r"/static/|/language/|/sign-out|/demo/")
#: An interpreter has no page: no link is made for them. The others have no part in this case.
_SHOWN_NOTHING = {"interpreter", "link to another case"}
#: What these pages show has nothing to do with the variants of conferences: no file in these folders names them.
KNOW_NO_VARIANT = ("signin", "staff")


def shown_to(comers: Iterable[Comer]) -> list[Comer]:
    """Whoever is shown something."""
    return [comer for comer in comers if comer.known and comer.label not in _SHOWN_NOTHING]


def shown(app: Flask, html: str) -> Iterator[str]:
    """Where the links of a page lead, and its forms, as far as they have a page."""
    urls = app.url_map.bind("localhost")
    for target in dict.fromkeys(_TARGET.findall(html)):
        address = unescape(target)
        if not _LEFT_OUT.match(address):
            try:
                urls.match(address.partition("?")[0], method="GET")
            except HTTPException as error:
                if error.code == 405:
                    continue
            yield address


def _nowhere(pages: Mapping[str, str]) -> dict[str, tuple[int | str, str]]:
    """Links from one of these pages, by address, to a place that is not on another of them."""
    found = dict[str, tuple[int | str, str]]()
    for there, html in pages.items():
        for target, place in _PLACE.findall(html):
            address = unescape(target) or there
            if address in pages and f'id="{place}"' not in pages[address]:
                found[f"{address}#{place}"] = "no such place", there
    return found


def _route(urls: MapAdapter, address: str) -> str:
    """The endpoint of an address; the address itself where there is none, so that it is asked."""
    try:
        return str(urls.match(address.partition("?")[0], method="GET")[0])
    except HTTPException:
        return address


def refused(
    app: Flask, comer: Comer, verdict: Callable[[Access, Comer], str], opened: Mapping[str, str] | None = None
) -> dict[str, tuple[int | str, str]]:
    """What a person is shown from home on and cannot open, or that is not where a link says: its status, and the page
    that shows it.

    `opened`: what they opened before, by address; without, only the first address of each route is asked, and of pages
    that are the same in all variants their gate. So it is of papers, which are not printed here: the tests of each
    feature do that.
    """
    access, urls = declared_access(app), app.url_map.bind("localhost")
    found = dict[str, tuple[int | str, str]]()
    seen, pages = set(opened or ()), dict(opened or {})
    ahead = [(target, there) for there, html in (opened or {}).items() for target in shown(app, html)] + [("/", "")]
    case = f"/conferences/{comer.case.id}"
    while ahead:
        address, there = ahead.pop()
        route = _route(urls, address)
        asked = route if opened is None else address
        if asked in seen:
            continue
        seen.add(asked)
        if ".pdf" in address or (opened is None and route.startswith(tuple(f"{one}." for one in KNOW_NO_VARIANT))):
            if (said := verdict(access[route], comer)) != "in":
                found[address] = said, there
            continue
        answer = comer.ask("GET", address)
        while answer.status_code in (302, 303):
            answer = comer.ask("GET", answer.location)
        if answer.status_code != 200:
            found[address] = answer.status_code, there
        elif answer.mimetype == "text/html" and (address == "/" or re.match(rf"{case}(?:[/?]|$)", address)):
            pages[address] = answer.text
            ahead += [(target, address) for target in shown(app, answer.text)]
    return found | _nowhere(pages)
