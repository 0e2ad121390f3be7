"""Every visitor opens every page and document of a case in which each text is a unique word (`marked.py`).

The words they see must be exactly those that the tables of the workflow grant them in that phase.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice, product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ekc import schema
from ekc.accounts.access import By, Visitor
from ekc.conferences.access import open_case
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.routes import Access, declared_access
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
from tests.work import handed_out

pytestmark = PRINTER
#: Pages do not depend on the database.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: What a gate says that refuses nobody.
LET_IN = 200
#: Addresses outside the case that may show something of it.
ELSEWHERE = (
    "/",
    "/register/thanks",
    "/follow-ups?state=all",
    "/follow-ups.csv?state=all",
)
#: Search terms: a prefix of every name in the case, and its number.
SEARCHED = ("qn", "ekc-2026-0001")
#: What fills the blanks of an address: more than there is, so that what is not there is asked for as well.
BLANKS: dict[str, list[object]] = {
    "account_id": [*range(1, 8)],
    "participant_id": [*range(1, 14)],
    "follow_up_id": [1, 2, 3, 4],
    "number": [1, 2],
    "draft_id": [1],  # nobody's
    "step": [*Step],
    "matter": [*VoiceMatter],
    "key": ["g1", "a2", "a3", "a4", "w5", "w6", "g7", "a8"],
}
#: Encrypted columns without words of the case: fixed sentences, names of staff, documents not printed yet.
WITHOUT_A_WORD = {
    "account.employer",  # of no case: what a manager notes of a coordinator
    "account.phone",  # nor is this: by which the circle reaches them
    "coordinator_profile.background",  # of no case: what a coordinator says of themselves
    "coordinator_profile.gender",
    "coordinator_profile.lives_in",
    "coordinator_profile.training",
    "file_order.content",  # what is printed, as long as it is kept
    "file_piece.content",
    "form_draft.content",  # of whoever typed it, in their browser alone
    "authenticator.secret",  # of no case: what an app of staff counts with
    "issued_document.content",
    "meeting_invitation.words",  # of whoever was invited: tests/meetings/test_invitations.py
    "outbox_message.body",
    "outbox_message.calendar",
    "outbox_message.link",  # a link to be sent
    "outbox_message.ring",  # who of the staff can be rung
    "outbox_message.subject",
    "participant.informed_of",  # words of a list
    "participant.need_kinds",  # of our own words: none of anybody's
    "participant.born_until",  # of an estimate; here the days are known
    "personal_link.answer_hash",  # a hash: nobody reads the answer in it
    "phase_change.actor_name",
    "school_holiday.name",  # of no case: what a region knows
    "venue.access",  # nor these: a meeting has words of its own
    "venue.address",
    "venue.hours",
    "venue.phone",
    "postbox_item.recipient",  # of the demonstration alone
    "postbox_item.subject",
    "postbox_item.text",
    "safety_concern.arrangement_before",  # of the round before; here is one round
    "view_picture.jpeg",  # what it shows is told in words
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
    visitor: Visitor
    seen: dict[str, str] = field(default_factory=dict)  # where each word was seen first
    found: set[str] = field(default_factory=set)  # for which of `SEARCHED` they were shown the case

    def look_everywhere(self, app: Flask, session: Session, case: Marked) -> None:
        """Opens every address, and searches.

        Where a gate refuses somebody, the rest of the address makes no difference: one is opened of all that ask the
        same of their gate.
        """
        for address in ELSEWHERE:
            self.look(address)
        access = declared_access(app)
        rules = sorted(looked_at(app), key=lambda rule: str(access[rule.endpoint]))
        for asks, those in groupby(rules, key=lambda rule: access[rule.endpoint]):
            said = verdict(session, self.visitor, case, asks)
            found = (address for rule in those for address in addresses(app, rule, case))
            for address in found if said == LET_IN else islice(found, 1):
                self.look(address, said)
        for asked in SEARCHED:
            page = self.client.get("/search")
            if page.status_code == 200:
                answer = self.client.post("/search", data={"csrf_token": token_of(page.text), "q": asked})
                assert answer.status_code == 200, (self.name, asked, answer.status_code)
                self.read(answer, f"search for {asked}")
                self.found |= {asked} if mark("title") in answer.text else set()

    def look(self, address: str, said: int = LET_IN) -> None:
        """Opens an address, follows where it leads, and reads what comes: what the gate says, if it refuses."""
        answer = handed_out(self.client, self.client.get(address))
        for _ in range(3):
            answer = self.client.get(answer.location) if answer.status_code in (302, 303) else answer
        wanted = (200, 403, 404) if said == LET_IN else (said,)
        assert answer.status_code in wanted, (self.name, address, answer.status_code)
        self.read(answer, address)

    def read(self, answer: TestResponse, address: str) -> None:
        """Notes what is met in an answer."""
        if answer.mimetype == "image/jpeg":
            return
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


def verdict(session: Session, visitor: Visitor, case: Marked, access: Access) -> int:
    """What the gate of a route says to a visitor: the status with which it refuses, or that it lets them in."""
    if access.kind == "office":
        return LET_IN if visitor.roles & {Role(role) for role in access.detail.split(", ")} else Unknown.status
    activity, *others = (Activity(one) for one in access.detail.split(", "))
    try:
        open_case(By(session, visitor, START), case.id, activity, *others)
    except Refusal as refusal:
        return refusal.status
    finally:
        session.rollback()
    return LET_IN


def looked_at(app: Flask) -> Iterator[Rule]:
    """Every page of a case; and where the cases of an account are handed over."""
    yield from of_the_case(app, "GET")
    yield from app.url_map.iter_rules("matching.handing_over")


def of_the_case(app: Flask, method: str) -> Iterator[Rule]:
    """Every rule whose address names a case."""
    for rule in app.url_map.iter_rules():
        if "conference_id" in rule.arguments and method in (rule.methods or ()):
            yield rule


def addresses(app: Flask, rule: Rule, case: Marked) -> Iterator[str]:
    """Every address of a rule, in the case."""
    blanks = BLANKS | {"conference_id": [case.id]}
    names = sorted(rule.arguments)
    for values in product(*[blanks[name] for name in names]):
        yield app.url_map.bind("").build(rule.endpoint, dict(zip(names, values, strict=True)))


def everybody(app: Flask, session: Session, cast: Cast, case: Marked) -> list[Eyes]:
    """All who might ask, each at a browser of their own; by link also who should have none."""
    other = build.registered_case(session, cast, START)
    visitors = {name: getattr(cast, name) for name in OTHERS if name != "stranger"}
    cookies = {name: session_of(session, START, visitor) for name, visitor in visitors.items()}
    links = {name: (case, name) for name in CIRCLE}
    links["stranger"] = (Marked(other.id, other.people), "marieke")
    for name, (whose, called) in links.items():
        begun = sign_in_by_link(session, START, Method.DEMO, "", link_of(session, whose, called))
        assert begun is not None
        cookies[name] = {"_user_id": f"link:{begun.token}", "_fresh": True}
        visitors[name] = participant(whose.id, whose.people[called])
    found = []
    for name, holds in cookies.items():
        client = FlaskClient(app)  # not the one that checks pages: that is done elsewhere, and takes its time
        with client.session_transaction() as cookie:
            cookie.update(holds)
        found.append(Eyes(name, client, visitors[name]))
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


def print_plan(people: list[Eyes], case: Marked) -> bytes:
    """The first version on paper, as a main person gets it."""
    (marieke,) = (eyes for eyes in people if eyes.name == "marieke")
    paper = handed_out(marieke.client, marieke.client.get(f"/conferences/{case.id}/plan/versions/1.pdf"))
    assert paper.mimetype == "application/pdf"
    return bytes(paper.data)


@one_database
def test_the_paper_is_read_glyph_by_glyph(app: Flask, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = marked_case(db_session, cast)
    people = everybody(app, db_session, cast, case)
    db_session.rollback()

    paper = print_plan(people, case)

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

    every = list(case_routes(app, db_session, case))
    said = {verdict(db_session, eyes.visitor, case, one) for eyes in people for one in {access for *_, access in every}}
    # Each route is requested in one phase; in each phase, one of each method and of all that asks the same of its gate.
    requested = {(method, access): address for method, address, access in every}
    asked = {(method, address) for method, address, _ in every[[*Phase].index(phase) :: len(Phase)]}
    asked |= {(method, address) for (method, _), address in requested.items()}
    let_in = []
    for eyes in people:
        sent = {"csrf_token": token_of(eyes.client.get("/nothing").text)}
        for method, address in sorted(asked):
            status = eyes.client.open(address, method=method, data=sent if method == "POST" else None).status_code
            if status != 404:
                let_in.append((eyes.name, method, address, status))

    assert len(people) == 2
    assert said == {404}
    assert let_in == []


def case_routes(app: Flask, session: Session, case: Marked) -> Iterator[tuple[str, str, Access]]:
    """Every method and address of the case routes, with existing ids where the case has such rows (the oldest of each).

    And what its gate asks. The account is the coordinator's.
    """
    numbers = numbers_of(session.connection(), case.id)
    there: dict[str, object] = {name: min(numbers[table], default=1) for name, table in NAMED.items()}
    account = session.scalar(select(Conference.coordinator_id).where(Conference.id == case.id))
    there |= {**SPOKEN, "account_id": account, "participant_id": case.people["kees"]}
    session.rollback()
    access = declared_access(app)
    for method in ("GET", "POST"):
        for rule in of_the_case(app, method):
            values = {name: there[name] for name in rule.arguments - {"conference_id"}} | dict(rule.defaults or {})
            address = app.url_map.bind("").build(rule.endpoint, {**values, "conference_id": case.id})
            yield method, address, access[rule.endpoint]


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
    people = everybody(app, db_session, cast, case)
    db_session.rollback()
    print_plan(people, case)  # in private time a paper is handed out that was made before
    set_phase(db_session, case, phase)
    db_session.rollback()

    for eyes in sorted(people, key=lambda eyes: sees_who(ROLES[eyes.name])):
        eyes.look_everywhere(app, db_session, case)

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
    people["marieke"].look_everywhere(app, db_session, case)

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
        people[name].look_everywhere(app, db_session, case)

    asked = granted("denise", phase, frozenset({Role.ASKED_COORDINATOR}))
    if phase is Phase.PRIVATE_TIME:  # they can answer then too: what the case is, not who
        asked |= {"number", "municipality"}
    compare([people["denise"], people["noor"]], {"denise": asked, "noor": granted("noor", phase)})
