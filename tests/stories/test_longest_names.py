"""Every page with the longest names and words: on a small screen with large text, and printed."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.workflow.vocabulary import Phase
from tests.cast import Cast, link_known_before
from tests.clock import START, FrozenClock
from tests.fits import what_does_not_fit
from tests.security.marked import marked_case, set_phase
from tests.tab import enter_as_before, sign_in

#: No pages, the same for everybody, or a way out.
LEFT_OUT = re.compile(r"\.(pdf|csv|xlsx|ics)\b|/static/|/language/|/demo/|^/l/")
#: Pages that differ by reader and phase; any other is opened once.
DIFFERS = re.compile(r"/|/conferences/#(/mine|/plan)?")
OPEN_TO_ALL = ("/", "/register", "/sign-in", "/forgotten-password", "/accessibility")
#: Who looks in which phase: everybody where most is shown, and in each some of those whose pages differ.
READERS = {
    Phase.EVALUATION: ("noor", "ruud", "marieke", "omar", "priya", "bas", "mila"),
    Phase.PRESENTATION: ("noor", "ruud", "marieke", "omar", "priya"),
    Phase.SETUP: ("noor", "ruud", "marieke", "omar", "priya"),
    Phase.PRIVATE_TIME: ("noor", "omar"),
    Phase.REGISTRATION: ("ruud",),
    Phase.CLOSED: ("omar", "priya"),
}
_LINKS = """() => [...document.links].filter(a => a.host === location.host && !a.closest('footer'))
    .map(a => a.pathname + a.search)"""


def test_pages_hold_the_longest_names(visitor: Page, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = marked_case(db_session, cast)
    seen, found = set[str](), list[str]()
    for address in OPEN_TO_ALL:
        visitor.goto(address)
        found += [f"nobody, {address}, {fault}" for fault in what_does_not_fit(visitor)]
    for phase, readers in READERS.items():
        set_phase(db_session, case, phase)
        for name in readers:
            if name in case.people:
                enter_as_before(visitor, *link_known_before(db_session, START, case.id, case.people[name]))
            else:
                sign_in(visitor, getattr(cast, name).actor.name)
            found += _look_everywhere(visitor, f"{name} {phase}", seen)
            visitor.context.clear_cookies()

    assert not found, "\n".join(found)


def _look_everywhere(tab: Page, reader: str, seen: set[str]) -> list[str]:
    """What does not fit on the page somebody is on, and on one of each kind that they reach from there."""
    found, addresses = list[str](), [urlsplit(tab.url).path]
    while addresses:
        address = addresses.pop()
        kind = re.sub(r"\d+|\?.*", "#", address)
        key = f"{kind} {reader}" if DIFFERS.fullmatch(kind) else kind
        if key in seen or LEFT_OUT.search(address):
            continue
        seen.add(key)
        tab.goto(address)
        found += [f"{reader}, {address}, {fault}" for fault in what_does_not_fit(tab)]
        addresses += tab.evaluate(_LINKS)
    return found
