"""A merge of two registrations: nothing that hung on the one that stops is lost or doubled in the one that goes on."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Boolean, Date, Enum, Integer, String, Table, delete, insert, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle, consents
from ekc.conferences.entries import BESIDE_THE_CONFERENCE, CONSENT_SCOPES, PersonDetails
from ekc.conferences.models import BottomLine, Conference, Consent, LineWording, Participant, SafetyConcern, Voice
from ekc.conferences.queries.consents import consented
from ekc.core.crypto import SealedBytes, SealedDate, SealedJSON, SealedText
from ekc.core.db import Instant
from ekc.core.errors import Refusal
from ekc.journey.actions.merging import merge
from ekc.journey.models import PhaseChange
from ekc.schema import metadata
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Agreed, Attends, InformedHow, InformedOf, Part, Phase, VoiceMatter
from tests.cast import Cast
from tests.clock import START
from tests.journey.test_registered_twice import number_of, registered

#: Tables of which the rows go along.
TAKEN = {
    *("participant", "contact_entry", "call_attempt", "consent", "safety_concern", "offer", "trace", "voice"),
    *("bottom_line", "line_wording", "view_picture", "notice"),
}
_ITS_OWN = "of the case that stops, where it stays to be read"
_DAY = "one conference has one day; who coordinates it arranges that"
_LATER = "there is none before the conference begins, and one that began is not merged into another"
#: Tables of which they stay, and why.
STAYS = {
    "look_alike": _ITS_OWN,
    "phase_change": _ITS_OWN,
    "step_taken_back": _ITS_OWN,
    "step_words": _ITS_OWN,
    "correction": _ITS_OWN,
    "file_order": _ITS_OWN,
    "file_piece": _ITS_OWN,
    "outbox_message": _ITS_OWN,
    "pause": "what stood still were the deadlines of the case that stops",
    "cost_sheet": "hours are those that somebody worked on the case that stops",
    "avoided_cost": "an estimate of the case that stops",
    "coordinator_turn": "who was asked to coordinate the case that stops",
    "match": "who coordinated the case that stops",
    "waiver": "who coordinated the case that stops",
    "meeting": _DAY,
    "arrangement": _DAY,
    "date_option": _DAY,
    "date_answer": _DAY,
    "date_guest": _DAY,
    "day_move": _DAY,
    "meeting_invitation": _DAY,
    "mark": _DAY,
    "personal_link": "a link opens one case; whoever has one reads that it goes on under another number",
    "link_device": "of a personal link",
    "sign_in": "of a personal link",
    "name_key": "made anew of the names",
    "plan_draft": _LATER,
    "plan_version": _LATER,
    "issued_document": _LATER,
    "acceptance": _LATER,
    "action_tick": _LATER,
    "action_check": _LATER,
    "former_text": _LATER,
    "bottom_line_check": _LATER,
    "goal_score": _LATER,
    "follow_up": _LATER,
    "follow_up_presence": _LATER,
    "information_item": _LATER,
    "question": _LATER,
    "private_round": _LATER,
    "reading": _LATER,
    "stretch": _LATER,
}
_numbers = count(1)


def hang_on_a_case() -> set[str]:
    """The tables whose rows belong to a case or to somebody in its circle, directly or through another table."""
    found = {"conference"}
    while True:
        more = {
            table.name
            for table in metadata.sorted_tables
            if any(key.column.table.name in found for column in table.columns for key in column.foreign_keys)
        }
        if more <= found:
            return found - {"conference"}
        found |= more


def test_of_each_table_of_a_case_it_is_decided_whether_it_goes_along() -> None:
    assert hang_on_a_case() == TAKEN | STAYS.keys()
    assert not TAKEN & STAYS.keys()


def a_value(column: Any) -> Any:
    """Something that is found again: words and numbers of its own for each."""
    number = next(_numbers)
    kind = column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class or ()))
    of_kind: dict[type[Any], Any] = {
        SealedDate: date(1990, 1, 1) + timedelta(days=number),
        SealedJSON: [f"said {number}"],
        SealedText: f"said {number}",
        SealedBytes: f"said {number}".encode(),
        Instant: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        Date: date(2015, 1, 1) + timedelta(days=number),
        Boolean: True,
        Integer: number,
        String: f"s{number}",
    }
    return of_kind[type(kind)]


#: What rows must say for the merge to concern them.
_MUST: dict[str, dict[str, Any]] = {
    "voice": {"matter": VoiceMatter.CONFERENCE, "about": 0, "text": 0, "said_on": START.date() + timedelta(days=1)},
    "consent": {"withdrawn_on": None},  # what follows from taking one back is another test
    "notice": {"kind": NoticeKind.NOT_COMING, "round": 1},
    "trace": {"round": 1},
}


def a_row(session: Session, cast: Cast, table: Table, of: dict[str, int]) -> None:
    """A row of this case and person, with something in each column. `of`: the id by the table that a column names."""
    must = _MUST.get(table.name, {})
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.key in must:
            row[column.key] = must[column.key]
        elif column.foreign_keys:
            (key,) = column.foreign_keys
            row[column.key] = of.get(key.column.table.name, cast.ruud.account_id)
        elif column.key != "id":
            row[column.key] = a_value(column)
    session.execute(insert(table).values(row))
    session.commit()


def hung(session: Session, case: int) -> dict[str, Counter[tuple[Any, ...]]]:
    """By table the rows of a case: whose they are by name, and what they say; not their numbers."""
    session.rollback()
    people = {row.id: row.name for row in session.scalars(select(Participant).where(Participant.conference_id == case))}
    lines = set(session.scalars(select(BottomLine.id).where(BottomLine.conference_id == case)))
    found: dict[str, Counter[tuple[Any, ...]]] = {}
    for name in TAKEN - {"participant"}:
        table = metadata.tables[name]
        here = {"conference_id": {case}, "participant_id": set(people), "line_id": lines}
        key = next(one for one in here if one in table.c)
        rows = session.execute(select(table).where(table.c[key].in_(here[key]))).mappings()
        left_out = {"id", "conference_id", "line_id", "number"}
        whose = {one.key for one in table.c if one.references(metadata.tables["participant"].c.id)}
        found[name] = Counter(
            tuple(repr(people.get(row[one], "?") if one in whose else row[one]) for one in row if one not in left_out)
            for row in rows
        )
    return found


@pytest.fixture
def two(db_session: Session, cast: Cast) -> tuple[int, int]:
    """The registration that stops, and the one that goes on. Kim is in the former alone, Bo was removed from it."""
    there, here = registered(db_session, cast), registered(db_session, cast, reason="Two nights alone.", days=3)
    for case in (here, there):
        db_session.get_one(Conference, case).reason = "The same."
    by = By(db_session, cast.ruud, START + timedelta(days=4))
    circle.add_person(by, here, PersonDetails(name="Kim Kok", part=Part.FRIEND))
    bo = circle.add_person(by, here, PersonDetails(name="Bo Bos", part=Part.FRIEND))
    circle.remove_person(by, here, bo, "Moved away.")
    db_session.commit()
    return here, there


def person(session: Session, case: int, name: str) -> Participant:
    session.rollback()
    rows = session.scalars(select(Participant).where(Participant.conference_id == case)).all()
    (found,) = (row for row in rows if row.name == name)
    return found


def merged(session: Session, cast: Cast, two: tuple[int, int], **chosen: str) -> None:
    here, there = two
    merge(By(session, cast.ruud, START + timedelta(days=5)), here, number_of(session, there), chosen)


@pytest.mark.both_databases
def test_nothing_that_hung_on_it_is_lost_or_doubled(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    """Rows with something in each column: of whoever is in both, joins, and was removed."""
    here, there = two
    db_session.execute(delete(Voice).where(Voice.conference_id == here))  # of Marieke, when she was registered
    db_session.commit()
    tables = [table for table in metadata.sorted_tables if table.name in TAKEN - {"participant", "line_wording"}]
    for who in ("Marieke de Wit", "Kim Kok", "Bo Bos"):
        of = {"conference": here, "participant": person(db_session, here, who).id}
        for table in tables:
            a_row(db_session, cast, table, of)
    for line in db_session.scalars(select(BottomLine.id).where(BottomLine.conference_id == here)).all():
        a_row(db_session, cast, metadata.tables["line_wording"], {"bottom_line": line})
    before, stood = hung(db_session, here), hung(db_session, there)
    assert all(before[name].total() >= 3 for name in before)

    merged(db_session, cast, two)

    after = hung(db_session, there)
    for name, rows in before.items():
        came = after[name] - stood[name]
        came_once = {row: number for row, number in came.items() if row in rows}
        assert came_once == dict(rows - stood[name]), name
    people = {
        row.name: row for row in db_session.scalars(select(Participant).where(Participant.conference_id == there))
    }
    assert {name for name, row in people.items() if row.removed_at} == {"Bo Bos"}
    assert len(people) == 4  # Karim is one person


#: Columns of somebody in the circle that a merge does not take over, and why.
_STAYS_OF_PERSON = {
    "earlier_plans": "versions of the case in which they are",
    "attends_before": _LATER,
    "asked_again": _DAY,
    "informed_before_on": _LATER,
    "safe_before_on": _LATER,
    "convenes": _LATER,
    "tasks_until": _LATER,
}
_STAYS_OF_CASE = {
    **dict.fromkeys(("id", "number", "version", "workflow_version", "phase", "phase_since", "round"), _ITS_OWN),
    **dict.fromkeys(("presentation", "plan_number", "earlier_plans", "without_conference", "outcome"), _ITS_OWN),
    **dict.fromkeys(("stop_reason", "tasks_ended_on", "closed_on", "norm_until", "paused_at"), _ITS_OWN),
    **dict.fromkeys(("silent_since", "asked_how_on", "registered_on", "registered_by", "searchable"), _ITS_OWN),
    **dict.fromkeys(("coordinator_id", "asked_coordinator_id", "agencies_before"), "who coordinated the other"),
    **dict.fromkeys(("variant", "profile", "language", "timezone", "title"), "corrected by people, in one case"),
    **dict.fromkeys(("municipality_id", "region_id"), "the same in both"),
    **dict.fromkeys(("question_agreed_before_on", "no_bottom_lines_before_on"), _LATER),
}


@pytest.mark.parametrize("who", ["Kim Kok", "Marieke de Wit"])
def test_all_that_is_known_of_somebody_goes_along(
    db_session: Session, cast: Cast, two: tuple[int, int], who: str
) -> None:
    """Each column of somebody: also of who is in both, where the other says nothing of it."""
    here, there = two
    mine = person(db_session, here, who)
    beside = person(db_session, here, "Karim Jansen")
    keys = {"id", "conference_id", "name", "part", "removed_at", "organisation", "relation"}
    said: dict[str, Any] = {}
    for column in Participant.__table__.columns:
        if column.key in keys | {"exclusion_reason", "excluded_by", "excluded_on"}:
            continue
        said[column.key] = beside.id if column.key in {"support_id", "brought_by_id"} else a_value(column)
        if column.key in {"informed_by", "safe_by"}:
            said[column.key] = cast.ruud.account_id
    said |= {"informed_of": [one.value for one in InformedOf], "attends": Attends.PHONE, "closeness": said["closeness"]}
    said |= {"view_destroyed_on": None, "email": "marieke@example.org", "view_open": False}
    for name, value in said.items():
        setattr(mine, name, value)
    db_session.commit()

    merged(db_session, cast, two)

    said |= dict.fromkeys(("support_id", "brought_by_id"), person(db_session, there, "Karim Jansen").id)
    now = person(db_session, there, who)
    taken = said.keys() - _STAYS_OF_PERSON.keys()
    assert {name: getattr(now, name) for name in taken} == {name: said[name] for name in taken}
    assert now.informed_how is InformedHow(said["informed_how"])


def test_all_that_is_known_of_a_case_is_decided(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    here, there = two
    taken = {column.key for column in Conference.__table__.columns} - _STAYS_OF_CASE.keys()
    closed = registered(db_session, cast, name="Somebody Else")
    row = db_session.get_one(Conference, here)
    said: dict[str, Any] = {name: a_value(Conference.__table__.c[name]) for name in taken}
    said |= {"follows_id": closed, "sought": [["gender", "said"]], "legal_context": row.legal_context}
    said |= {"sides": ["Of mother"], "question": "What helps?", "reason": "The same."}
    for name, value in said.items():
        setattr(row, name, value)
    there_row = db_session.get_one(Conference, there)
    for name in taken - {"legal_context", "reason"}:
        setattr(there_row, name, [] if isinstance(said[name], list) else "" if name == "question" else None)
    there_row.reason = "The same."
    db_session.commit()

    merged(db_session, cast, two)

    db_session.rollback()
    assert {name: getattr(db_session.get_one(Conference, there), name) for name in taken} == said


def test_who_was_told_of_half_in_each_was_told_of_all(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    halves = [[one.value for one in InformedOf][start::2] for start in (0, 1)]
    days = (START.date(), START.date() + timedelta(days=2))
    for case, half, day in zip(two, halves, days, strict=True):
        row = person(db_session, case, "Marieke de Wit")
        row.informed_of, row.told_on, row.informed_how = half, day, InformedHow.PHONE
        db_session.commit()
    merged(db_session, cast, two)
    now = person(db_session, two[1], "Marieke de Wit")
    assert (now.informed_on, now.informed_of) == (days[1], [one.value for one in InformedOf])


def test_what_is_sealed_in_either_stays_sealed(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    """A view that nobody else may read is not opened by one that the coordinator wrote down."""
    for case, own in zip(two, (True, False), strict=True):
        row = person(db_session, case, "Marieke de Wit")
        row.view, row.view_own, row.view_on = f"View {own}.", own, START.date()
        db_session.commit()
    merged(db_session, cast, two)
    now = person(db_session, two[1], "Marieke de Wit")
    assert (now.view, now.view_own, now.view_open) == ("View False.\n\nView True.", True, False)


def test_the_one_that_is_further_goes_on(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    """A day that people met, a plan and a room are not moved to another case."""
    here = two[0]
    row = db_session.get_one(Conference, here)
    row.phase, row.coordinator_id = Phase.SETUP, cast.noor.account_id
    db_session.commit()
    with pytest.raises(Refusal, match="is further than"):
        merged(db_session, cast, two)
    row = db_session.get_one(Conference, here)
    row.phase = Phase.REGISTRATION
    change = {"number": 1, "source": Phase.SETUP, "target": Phase.INFORMATION, "actor_name": "Noor"}
    change |= {"conference_id": here, "at": START, "step": "open_conference", "actor_kind": "account"}
    db_session.add(PhaseChange(**change))
    db_session.commit()
    with pytest.raises(Refusal, match="is further than"):
        merged(db_session, cast, two)


@pytest.mark.parametrize("part", [Part.FAMILY, Part.PROFESSIONAL])
def test_who_is_a_main_person_or_a_professional_is_not_decided_by_a_merge(
    db_session: Session, cast: Cast, two: tuple[int, int], part: Part
) -> None:
    here, there = two
    by = By(db_session, cast.ruud, START + timedelta(days=4))
    circle.add_person(by, there, PersonDetails(name="Kim Kok", part=part))
    person(db_session, here, "Kim Kok").part = Part.MAIN_PERSON if part is Part.FAMILY else Part.FRIEND
    db_session.commit()
    with pytest.raises(Refusal, match="has another role in"):
        merged(db_session, cast, two)


def test_a_side_that_may_not_meet_theirs_is_that_of_the_other(
    db_session: Session, cast: Cast, two: tuple[int, int]
) -> None:
    """However it is written in either."""
    here, there = two
    kim = person(db_session, here, "Kim Kok").id
    for case, sides in ((here, ["father's side"]), (there, ["Father's side"])):
        db_session.get_one(Conference, case).sides = sides
    worry = SafetyConcern(
        conference_id=here, participant_id=kim, concern="He hit her.", apart_from_side="father's side"
    )
    db_session.add(worry)
    db_session.commit()
    merged(db_session, cast, two)
    db_session.rollback()
    moved = db_session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == there)).one()
    assert moved.apart_from_side == "Father's side"


def test_one_line_in_the_same_words_stays_one_with_the_yes_of_both(
    db_session: Session, cast: Cast, two: tuple[int, int]
) -> None:
    here, there = two
    for case, yes in ((here, True), (there, False)):
        karim = person(db_session, case, "Karim Jansen").id
        line = BottomLine(conference_id=case, number=1, text="An adult sleeps there.", set_by=karim)
        if yes:
            line.agreed_on = line.shared_on = START.date()
        db_session.add(line)
        db_session.flush()
        db_session.add(
            LineWording(
                line_id=line.id,
                number=1,
                text=line.text,
                by_setter=True,
                written_on=START.date(),
                setter_on=START.date(),
                coordinator_on=START.date() if yes else None,
            )
        )
        db_session.commit()
    merged(db_session, cast, two)
    db_session.rollback()
    (stands,) = db_session.scalars(select(BottomLine).where(BottomLine.conference_id == there))
    assert (stands.agreed_on, stands.shared_on) == (START.date(), START.date())


def test_the_last_answer_counts(db_session: Session, cast: Cast, two: tuple[int, int]) -> None:
    """A yes to the conference there, and a later no here: it is a no."""
    here, there = two
    for case, answer, days in ((here, Agreed.NO, 3), (there, Agreed.YES, 1)):
        who = person(db_session, case, "Marieke de Wit").id
        (voice,) = db_session.scalars(select(Voice).where(Voice.participant_id == who))
        voice.answer, voice.said_on = answer, START.date() + timedelta(days=days)
        db_session.commit()
    merged(db_session, cast, two)
    marieke = person(db_session, there, "Marieke de Wit").id
    (voice,) = db_session.scalars(select(Voice).where(Voice.participant_id == marieke))
    assert voice.answer is Agreed.NO


_consent = some.tuples(
    some.sampled_from(sorted(CONSENT_SCOPES)),
    some.integers(0, 5),
    some.none() | some.integers(0, 5),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(here_said=some.lists(_consent, max_size=4), there_said=some.lists(_consent, max_size=4))
def test_of_a_person_and_scope_the_last_word_stands_alone(
    db_session: Session, cast: Cast, two: tuple[int, int], here_said: list[Any], there_said: list[Any]
) -> None:
    """Whatever was given and taken back in both; a consent to the conference is one, under each name of it."""
    here, there = two
    marieke = {case: person(db_session, case, "Marieke de Wit").id for case in two}
    rows = {
        case: [
            Consent(
                conference_id=case,
                participant_id=marieke[case],
                scope=scope,
                given_on=START.date() + timedelta(days=given_on),
                withdrawn_on=None if later is None else START.date() + timedelta(days=given_on + later),
                withdrawal_stands=later is not None,
            )
            for scope, given_on, later in said
        ]
        for case, said in ((here, here_said), (there, there_said))
    }
    every = (*rows[here], *rows[there])
    words = [(row.scope, row.withdrawn_on or row.given_on, row.withdrawn_on is not None) for row in every]
    said = {case: {row.scope for row in rows[case]} for case in two}
    stood = any(
        row.withdrawn_on is None
        and row.scope not in BESIDE_THE_CONFERENCE
        and not [
            one
            for one in rows[other]
            if one.withdrawn_on and one.withdrawn_on >= row.given_on and one.scope not in BESIDE_THE_CONFERENCE
        ]
        for case, other in ((here, there), (there, here))
        for row in rows[case]
    )
    theirs = [
        {one.key: getattr(row, one.key) for one in Consent.__table__.columns if one.key != "id"}
        | {"conference_id": there, "participant_id": marieke[there], "note": ""}
        for row in rows[here]
    ]
    db_session.add_all(rows[there])
    db_session.flush()
    try:
        by = By(db_session, cast.ruud, START + timedelta(days=20))
        consents.take_over(by, db_session.get_one(Conference, there), theirs)
        now = db_session.scalars(select(Consent).where(Consent.participant_id == marieke[there])).all()
        assert {row.scope for row in now} == said[here] | said[there]
        for scope in said[here] & said[there]:
            (row,) = (one for one in now if one.scope == scope)
            last = max((on, back) for named, on, back in words if named == scope)
            said_last = (row.withdrawn_on or row.given_on, row.withdrawn_on is not None)
            assert said_last == last or (scope not in BESIDE_THE_CONFERENCE and row.withdrawn_on is not None)
        assert stood or marieke[there] not in consented(db_session, there)
    finally:
        db_session.rollback()
