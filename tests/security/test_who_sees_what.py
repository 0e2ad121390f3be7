"""Every visitor opens every page and document of a case in which each text is a unique word (`marked.py`).

The words they see must be exactly those that the tables of the workflow grant them in that phase.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc import schema
from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.outbox import OutboxMessage
from ekc.links.actions import sign_in_by_link
from ekc.matching.actions.independence import confirm_coordinator
from ekc.signin.models import Method
from ekc.workflow.engine import may, sees
from ekc.workflow.vocabulary import Activity, CasePart, Phase, Role, Step, VoiceMatter
from tests import build
from tests.cast import Cast, participant, session_of
from tests.clock import START, FrozenClock
from tests.security.marked import (
    CIRCLE,
    HOLDS,
    OTHERS,
    ROLES,
    WORDS,
    Marked,
    asked_instead,
    granted,
    link_of,
    mark,
    marked_case,
    set_phase,
)
from tests.security.strange_case import numbers_of
from tests.security.whole_case import NAMED, SPOKEN
from tests.stories.paper import PRINTER, values_of, words_of

pytestmark = PRINTER
#: Pages do not depend on the database.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: Addresses outside the case that may show something of it.
ELSEWHERE = (
    "/",
    "/register/thanks",
    "/follow-ups?state=all",
    "/follow-ups.csv?state=all",
    *(f"/handing-over/{account_id}" for account_id in range(1, 8)),
)
#: Search terms: a prefix of every name in the case, and its number.
SEARCHED = ("qn", "ekc-2026-0001")
#: What fills the blanks of an address: more than there is, so that what is not there is asked for as well.
BLANKS: dict[str, list[object]] = {
    "participant_id": [*range(1, 14)],
    "follow_up_id": [1, 2, 3, 4],
    "number": [1, 2],
    "step": [*Step],
    "matter": [*VoiceMatter],
    "key": ["g1", "a2", "a3", "a4", "w5", "w6", "g7", "a8"],
}
#: Encrypted columns without words of the case: fixed sentences, names of staff, documents not printed yet.
WITHOUT_A_WORD = {
    "account.employer",  # of no case: what a manager notes of a coordinator
    "account.phone",  # nor is this: by which the circle reaches them
    "authenticator.secret",  # of no case: what an app of staff counts with
    "issued_document.content",
    "outbox_message.body",
    "outbox_message.link",  # a link to be sent
    "outbox_message.ring",  # who of the staff can be rung
    "outbox_message.subject",
    "participant.born_until",  # of an estimate; here the days are known
    "personal_link.answer_hash",  # a hash: nobody reads the answer in it
    "phase_change.actor_name",
    "safety_concern.arrangement_before",  # of the round before; here is one round
}
_TOKEN = re.compile(r'name="csrf_token"[^>]*>')
_WORD_OF = {mark(word): word for word in WORDS}
_MARK = re.compile("Q[a-z0-9]+Z")
_OTHER_MARKS = [marked for marked in _WORD_OF if not _MARK.fullmatch(marked)]


@dataclass
class Eyes:
    """A visitor who opens all pages."""

    name: str
    client: FlaskClient
    seen: dict[str, str] = field(default_factory=dict)  # where each word was seen first
    found: set[str] = field(default_factory=set)  # for which of `SEARCHED` they were shown the case

    def look_everywhere(self, app: Flask, case: Marked) -> None:
        """Opens every address, and searches."""
        for address in addresses(app, case):
            self.look(address)
        for asked in SEARCHED:
            page = self.client.get("/search")
            if page.status_code == 200:
                answer = self.client.post("/search", data={"csrf_token": token_of(page.text), "q": asked})
                assert answer.status_code == 200, (self.name, asked, answer.status_code)
                self.read(answer, f"search for {asked}")
                self.found |= {asked} if mark("title") in answer.text else set()

    def look(self, address: str) -> None:
        """Opens an address, follows where it leads, and reads what comes."""
        answer = self.client.get(address, follow_redirects=True)
        assert answer.status_code in (200, 403, 404), (self.name, address, answer.status_code)
        self.read(answer, address)

    def read(self, answer: TestResponse, address: str) -> None:
        """Notes what is met in an answer."""
        if answer.mimetype == "application/pdf":
            values = values_of(answer.data) if "/plan/" in address else ""  # the plan has them within
            read = words_of(answer.data) + str(values)
        else:
            read = _TOKEN.sub("", answer.text)
        for word in marked_in(read) - self.seen.keys():
            self.seen[word] = address


def marked_in(text: str) -> set[str]:
    """The words of the case that a text contains."""
    found = {*_MARK.findall(text), *(marked for marked in _OTHER_MARKS if marked in text)}
    return {_WORD_OF[marked] for marked in found & _WORD_OF.keys()}


def token_of(html: str) -> str:
    """What the forms of a page send along."""
    token = _TOKEN.search(html)
    assert token is not None
    return str(re.findall(r'value="([^"]+)"', token[0])[0])


def addresses(app: Flask, case: Marked) -> Iterator[str]:
    """Every GET address of the case, and others that may show something of it."""
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
    cookies = {name: session_of(session, START, getattr(cast, name)) for name in OTHERS if name != "stranger"}
    links = {name: link_of(session, case, name) for name in CIRCLE}
    links["stranger"] = link_of(session, Marked(other.id, other.people), "marieke")
    for name, link in links.items():
        begun = sign_in_by_link(session, START, Method.DEMO, "", link)
        assert begun is not None
        cookies[name] = {"_user_id": f"link:{begun.token}", "_fresh": True}
    found = []
    for name, holds in cookies.items():
        client = FlaskClient(app)  # not the one that checks pages: that is done elsewhere, and takes its time
        with client.session_transaction() as cookie:
            cookie.update(holds)
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

    printed = marked_in(words_of(paper))
    assert printed == set(HOLDS[CasePart.PLAN])
    assert marked_in(str(values_of(paper))) == printed


@one_database
@pytest.mark.parametrize("phase", Phase)
def test_whoever_has_no_part_in_it_reaches_nothing(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Excluded and removed people get 404, even if their link were still valid.

    For interpreters, strangers and staff of other cases `tests/test_access_matrix.py` asks the same.
    """
    case = marked_case(db_session, cast)
    set_phase(db_session, case, phase)
    people = [eyes for eyes in everybody(app, db_session, cast, case) if eyes.name in ("hassan", "saskia")]
    db_session.rollback()

    every, let_in = list(case_routes(app, db_session, case)), []
    for eyes in people:
        sent = {"csrf_token": token_of(eyes.client.get("/nothing").text)}
        for method, address in every:
            status = eyes.client.open(address, method=method, data=sent if method == "POST" else None).status_code
            if status != 404:
                let_in.append((eyes.name, method, address, status))

    assert len(people) == 2
    assert let_in == []


def case_routes(app: Flask, session: Session, case: Marked) -> Iterator[tuple[str, str]]:
    """Every method and address of the case routes, with existing ids where the case has such rows (the oldest of each).

    The account is the coordinator's.
    """
    numbers = numbers_of(session.connection(), case.id)
    there: dict[str, object] = {name: min(numbers[table], default=1) for name, table in NAMED.items()}
    account = session.scalar(select(Conference.coordinator_id).where(Conference.id == case.id))
    there |= {**SPOKEN, "account_id": account, "participant_id": case.people["kees"]}
    session.rollback()
    for rule in app.url_map.iter_rules():
        if "conference_id" in rule.arguments:
            values = {name: there[name] for name in rule.arguments - {"conference_id"}} | dict(rule.defaults or {})
            address = app.url_map.bind("").build(rule.endpoint, {**values, "conference_id": case.id})
            yield from ((method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


@one_database
def test_every_text_that_is_kept_is_a_word_of_the_case(db_session: Session, cast: Cast) -> None:
    """Every encrypted column has a word. For a new column, add a word, and its part of the case to `HOLDS`."""
    case = marked_case(db_session, cast)
    link_of(db_session, case, "kees")

    without = set()
    for known in schema.metadata.sorted_tables:
        for name in schema.encrypted_columns(known):
            texts = str(db_session.scalars(select(known.c[name])).all())
            if not marked_in(texts):
                without.add(f"{known.name}.{name}")

    assert without == WITHOUT_A_WORD


@one_database
def test_no_mail_says_anything_of_the_case(db_session: Session, cast: Cast) -> None:
    marked_case(db_session, cast)

    mails = db_session.execute(select(OutboxMessage.subject, OutboxMessage.body, OutboxMessage.recipient)).all()

    told = {word for mail in mails for word in marked_in(f"{mail.subject} {mail.body}")}
    written_to = {word for mail in mails for word in marked_in(mail.recipient)}
    assert told == set()
    assert written_to == {"mail" + name for name in CIRCLE if name not in ("hassan", "saskia", "tolk")}


@one_database
@pytest.mark.parametrize("phase", Phase)
def test_everybody_meets_what_the_table_grants(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = marked_case(db_session, cast)
    set_phase(db_session, case, phase)
    people = everybody(app, db_session, cast, case)
    db_session.rollback()

    for eyes in sorted(people, key=lambda eyes: sees_who(ROLES[eyes.name])):
        eyes.look_everywhere(app, case)

    compare(people, {eyes.name: granted(eyes.name, phase) for eyes in people})
    searching = [name for name in ("noor", "ruud") if may(Activity.SEE_CASE, phase, ROLES[name])]
    by_name = {name: sees(CasePart.NAMES, phase, ROLES[name]) is not None for name in searching}
    assert {eyes.name: eyes.found for eyes in people if eyes.found} == {
        name: set(SEARCHED) if named else {"ekc-2026-0001"} for name, named in by_name.items()
    }


def sees_who(roles: frozenset[Role]) -> bool:
    """Whether they may read who opened the case: they look last, when everybody has."""
    return bool(roles & {Role.MAIN_PERSON, Role.COORDINATOR})


def compare(people: list[Eyes], grants: dict[str, set[str]]) -> None:
    """The words seen are exactly those granted."""
    too_much = {
        eyes.name: {word: eyes.seen[word] for word in sorted(eyes.seen.keys() - grants[eyes.name])} for eyes in people
    }
    too_little = {eyes.name: sorted(grants[eyes.name] - eyes.seen.keys()) for eyes in people}
    assert {name: found for name, found in too_much.items() if found} == {}
    assert {name: found for name, found in too_little.items() if found} == {}


@one_database
def test_the_declaration_is_read_before_and_after_the_yes(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """A main person sees it where they agree to the coordinator, and with the coordinator's details afterwards."""
    case = marked_case(db_session, cast)
    set_phase(db_session, case, Phase.SETUP)
    confirm_coordinator(By(db_session, participant(case.id, case.people["marieke"]), START), case.id)
    people = {eyes.name: eyes for eyes in everybody(app, db_session, cast, case)}
    db_session.rollback()

    for name in ("hassan", "saskia"):  # she also meets who tried and may not
        people[name].look(f"/conferences/{case.id}")
    people["marieke"].look_everywhere(app, case)

    compare([people["marieke"]], {"marieke": granted("marieke", Phase.SETUP)})


@one_database
@pytest.mark.parametrize("phase", Phase)
def test_whoever_is_asked_meets_the_request_alone(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """The current coordinator still sees what they saw before."""
    case = marked_case(db_session, cast)
    asked_instead(db_session, cast, case, phase)
    people = {eyes.name: eyes for eyes in everybody(app, db_session, cast, case)}
    db_session.rollback()

    for name in ("hassan", "saskia"):  # who tried and may not is told
        people[name].look(f"/conferences/{case.id}")
    for name in ("denise", "noor"):
        people[name].look_everywhere(app, case)

    asked = granted("denise", phase, frozenset({Role.ASKED_COORDINATOR}))
    if phase is Phase.PRIVATE_TIME:  # they can answer then too: what the case is, not who
        asked |= {"number", "municipality"}
    compare([people["denise"], people["noor"]], {"denise": asked, "noor": granted("noor", phase)})
