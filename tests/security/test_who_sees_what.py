"""Who sees what: everybody opens every page and paper of a case in which each text is a word of its own.

What they met must be what the table of the parts grants them in that phase: no word more, and no word less.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc import schema
from ekc.core.outbox import OutboxMessage
from ekc.people.actions import begin_by_link
from ekc.people.models import Method
from ekc.workflow.vocabulary import CasePart, Phase, Step
from tests import build
from tests.cast import Cast, session_of
from tests.clock import START, FrozenClock
from tests.security.marked import (
    CIRCLE,
    HOLDS,
    OTHERS,
    ROLES,
    WORDS,
    Marked,
    granted,
    link_of,
    mark,
    marked_case,
    put_in,
)
from tests.stories.paper import PRINTER, values_of, words_of

pytestmark = PRINTER
#: What is shown does not hang on the database.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: Addresses that are not of the case and yet may tell of it.
ELSEWHERE = (
    "/",
    "/register/thanks",
    "/search?q=qn",
    "/search?q=ekc-2026-0001",
    "/follow-ups?state=all",
    "/follow-ups.csv?state=all",
)
#: What fills the blanks of an address: more than there is, so that what is not there is asked for as well.
BLANKS: dict[str, list[object]] = {
    "participant_id": [*range(1, 14)],
    "follow_up_id": [1, 2, 3, 4],
    "number": [1, 2],
    "step": [*Step],
    "key": ["g1", "a2", "a3", "a4", "w5", "w6", "g7", "a8"],
}
#: What is encrypted and holds no word of the case: sentences and links of ours, names and secrets of staff, hashes, a
#: paper that nobody printed yet.
WITHOUT_A_WORD = {
    "account.employer",
    "authenticator.secret",
    "outbox_message.link",
    "personal_link.answer_hash",
    "outbox_message.subject",
    "outbox_message.body",
    "phase_change.actor_name",
    "issued_document.content",
}
#: Staff who have a task across the organisation, and no case.
NO_CASE = ("mila", "bas")
_TOKEN = re.compile(r'name="csrf_token"[^>]*>')
_FOUND = {word: re.compile(re.escape(mark(word))) for word in WORDS}


@dataclass
class Eyes:
    """Somebody who opens whatever there is."""

    name: str
    client: FlaskClient
    seen: dict[str, str] = field(default_factory=dict)  # each word, and where it was met first

    def look(self, address: str) -> None:
        """Opens an address, follows where it leads, and reads what comes."""
        answer = self.client.get(address, follow_redirects=True)
        assert answer.status_code in (200, 403, 404), (self.name, address, answer.status_code)
        if answer.mimetype == "application/pdf":
            read = words_of(answer.data)
            read += str(values_of(answer.data)) if "/plan/" in address else ""
        else:
            read = _TOKEN.sub("", answer.text)
        for word, pattern in _FOUND.items():
            if word not in self.seen and pattern.search(read):
                self.seen[word] = address


def addresses(app: Flask, case: Marked) -> Iterator[str]:
    """Every address of the case that can be looked at, and those elsewhere that may tell of it."""
    yield from ELSEWHERE
    for rule in app.url_map.iter_rules():
        if "conference_id" in rule.arguments and "GET" in (rule.methods or ()):
            names = sorted(rule.arguments - {"conference_id"})
            for values in product(*[BLANKS[name] for name in names]):
                filled = dict(zip(names, values, strict=True))
                yield app.url_map.bind("").build(rule.endpoint, {"conference_id": case.id, **filled})


def everybody(app: Flask, session: Session, cast: Cast, case: Marked) -> list[Eyes]:
    """All who might ask, each at a browser of their own; by link also who should have none."""
    other = build.registered_case(session, cast, START)
    links = {name: link_of(session, case, name) for name in CIRCLE}
    links["stranger"] = link_of(session, Marked(other.id, other.people), "marieke")
    keys: dict[str, Mapping[str, str | bool]] = {
        name: session_of(session, START, getattr(cast, name)) for name in OTHERS if name != "stranger"
    }
    for name, link in links.items():
        keys[name] = {"_user_id": f"link:{begin_by_link(session, START, Method.DEMO, '', link)}", "_fresh": True}
    found = []
    for name, key in keys.items():
        client = FlaskClient(app)  # not the one that checks pages: that is done elsewhere, and takes its time
        with client.session_transaction() as cookie:
            cookie.update(key)
        found.append(Eyes(name, client))
    assert {eyes.name for eyes in found} == set(ROLES)
    return found


def sides(name: str) -> set[str]:
    """How those of the other side are reached, and what they fear."""
    side = CIRCLE[name][1]
    across = [other for other in CIRCLE if CIRCLE[other][1] not in ("", side)]
    fears = {"sidea": {"fearb", "arrangedb"}, "sideb": {"feara", "arrangeda"}}[side]
    return fears | {what + other for other in across for what in ("phone", "mail", "address")}


@pytest.mark.parametrize("name", [name for name in CIRCLE if CIRCLE[name][1]])
def test_no_side_is_granted_how_to_reach_the_other_or_what_it_fears(name: str) -> None:
    """With what follows below, no page and no paper shows it either."""
    assert {word for phase in Phase for word in granted(name, phase)} & sides(name) == set()


@one_database
def test_the_paper_is_read_glyph_by_glyph(app: Flask, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = marked_case(db_session, cast)
    (marieke,) = (eyes for eyes in everybody(app, db_session, cast, case) if eyes.name == "marieke")
    db_session.rollback()

    paper = marieke.client.get(f"/conferences/{case.id}/plan/versions/1.pdf").data

    printed = {word for word, found in _FOUND.items() if found.search(words_of(paper))}
    assert printed == set(HOLDS[CasePart.PLAN])
    assert {word for word, found in _FOUND.items() if found.search(str(values_of(paper)))} == printed


@one_database
@pytest.mark.parametrize("phase", Phase)
def test_whoever_has_no_part_in_it_reaches_nothing(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Whoever is excluded, was taken out or only interprets, with a link that lives; and staff of other cases."""
    case = marked_case(db_session, cast)
    put_in(db_session, case, phase)
    people = [eyes for eyes in everybody(app, db_session, cast, case) if not ROLES[eyes.name] or eyes.name in NO_CASE]
    db_session.rollback()

    let_in = []
    for eyes in people:
        token = _TOKEN.search(eyes.client.get("/nothing").text)
        assert token is not None
        sent = {"csrf_token": re.findall(r'value="([^"]+)"', token[0])[0]}
        for method, address in doors(app, case):
            status = eyes.client.open(address, method=method, data=sent if method == "POST" else None).status_code
            if status != 404:
                let_in.append((eyes.name, method, address, status))

    assert {eyes.name for eyes in people} == {"hassan", "saskia", "tolk", "stranger", "denise", "iris", *NO_CASE}
    assert let_in == []


def doors(app: Flask, case: Marked) -> Iterator[tuple[str, str]]:
    """Every route of a case, to look and to send."""
    some = {"participant_id": case.people["kees"], "step": "stop", "kind": "food", "key": "g1"}
    for rule in app.url_map.iter_rules():
        if "conference_id" in rule.arguments:
            values = {name: some.get(name, 1) for name in rule.arguments} | dict(rule.defaults or {})
            address = app.url_map.bind("").build(rule.endpoint, {**values, "conference_id": case.id})
            yield from ((method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


@one_database
def test_every_text_that_is_kept_is_a_word_of_the_case(db_session: Session, cast: Cast) -> None:
    """A new encrypted column belongs to a part of the case too: put a word into it, and say in `HOLDS` which part."""
    case = marked_case(db_session, cast)
    link_of(db_session, case, "kees")

    without = set()
    for known in schema.metadata.sorted_tables:
        for name in schema.sealed(known):
            texts = str(db_session.scalars(select(known.c[name])).all())
            if not any(pattern.search(texts) for pattern in _FOUND.values()):
                without.add(f"{known.name}.{name}")

    assert without == WITHOUT_A_WORD


@one_database
def test_no_mail_says_anything_of_the_case(db_session: Session, cast: Cast) -> None:
    marked_case(db_session, cast)

    mails = db_session.execute(select(OutboxMessage.subject, OutboxMessage.body, OutboxMessage.recipient)).all()

    told = {word for mail in mails for word, found in _FOUND.items() if found.search(f"{mail.subject} {mail.body}")}
    written_to = {word for mail in mails for word, found in _FOUND.items() if found.search(mail.recipient)}
    assert told == set()
    assert written_to == {"mail" + name for name in CIRCLE if name not in ("hassan", "saskia", "tolk")}


@one_database
@pytest.mark.parametrize("phase", Phase)
def test_everybody_meets_what_the_table_grants(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = marked_case(db_session, cast)
    put_in(db_session, case, phase)
    people = everybody(app, db_session, cast, case)
    db_session.rollback()

    for eyes in people:
        for address in addresses(app, case):
            eyes.look(address)

    too_much = {
        eyes.name: {word: eyes.seen[word] for word in sorted(eyes.seen.keys() - granted(eyes.name, phase))}
        for eyes in people
    }
    too_little = {eyes.name: sorted(granted(eyes.name, phase) - eyes.seen.keys()) for eyes in people}
    assert {name: found for name, found in too_much.items() if found} == {}
    assert {name: found for name, found in too_little.items() if found} == {}
