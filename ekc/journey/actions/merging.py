"""Two registrations that look alike: told apart, or merged into one that keeps the facts of both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import bottom_lines, circle, consents, voices
from ekc.conferences.actions.name_index import index_name_anew
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import (
    CallAttempt,
    Conference,
    Consent,
    ContactEntry,
    Notice,
    Offer,
    Participant,
    SafetyConcern,
    Trace,
    ViewPicture,
    Voice,
)
from ekc.conferences.queries.registration import case_of_number
from ekc.core.db import Base
from ekc.core.errors import Refusal
from ekc.core.reading import one_of
from ekc.core.transaction import nested, writing
from ekc.journey.actions.steps import take_step
from ekc.journey.effects import other_open_case
from ekc.journey.models import LookAlike, PhaseChange
from ekc.journey.queries.merging import OF_PERSON, TEXTS, pairs
from ekc.names import plain
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import (
    N_,
    PROFESSIONAL_PARTS,
    Activity,
    Attends,
    InformedOf,
    Part,
    Phase,
    Step,
    StopReason,
    VoiceMatter,
)

#: In the order of their ids, so that two who merge them into each other do not wait for each other for ever.
_LOCK_BOTH = (
    select(Conference.id).where(one_of(Conference.id, "cases")).order_by(Conference.id).with_for_update(key_share=True)
)
_LISTS = ("topics", "wishes", "sides", "sought")
#: Of a person, beside `OF_PERSON`: taken over where the other registration does not say it.
_WHERE_EMPTY = (
    *("language", "second_language", "timezone", "speaks_for", "closeness", "for_themselves", "needs_interpreter"),
    *("address_secret", "safe_on", "safe_by", "plan_phone", "plan_phone_on", "lines_asked_on", "lines_none_on"),
    *("no_stands", "came_as_professional", "view_destroyed_on"),
)
_EXCLUSION = ("attends", "exclusion_reason", "excluded_by", "excluded_on")
_TOLD = ("informed_of", "told_on", "informed_how", "informed_by", "informed_on", "informed_at")
#: Rows about the conference and its people, taken over as they were written.
_ROWS: tuple[type[Base], ...] = (ContactEntry, CallAttempt, SafetyConcern, Offer, Trace)
#: What is still owed about somebody, whichever number their conference has.
_OWED = frozenset({NoticeKind.NOT_COMING, NoticeKind.PART})
_VOICES = (VoiceMatter.CONFERENCE, VoiceMatter.STOPPING, VoiceMatter.READING)


def merge(by: By, conference_id: int, number: str, chosen: Mapping[str, str]) -> int:
    """Take what this registration says over into another open one, and stop this one; returns the id of the other.

    `chosen`: of each difference by its key, which of both is right, or both. Raises Unknown, NotNow, Stale, Blocked,
    Refusal (no such case, one that is not as far as this one, or people whose roles differ too much).
    """
    with nested(by.session) as inside:
        one = replace(by, session=inside)
        with writing(inside):
            other = case_of_number(inside, number.strip().upper())
            inside.execute(_LOCK_BOTH, {"cases": [conference_id, other.id if other else conference_id]})
            here, _ = lock_case(one, conference_id, Activity.CORRECT_REGISTRATION)
            found = other_open_case(inside, here, number, by.visitor.account_id)
            there, _ = lock_case(one, found.id, Activity.CORRECT_REGISTRATION)
            _refuse_further(one, here, there)
            _take_over(here, there, chosen)
            people = _people(one, here, there, chosen)
            now = {before: person.id for before, person in people.items()}
            _voices(one, here, there, now)
            for kind in _ROWS:
                _rows(one, kind, here, there, now)
            _owed(one, here, there, now)
            consents.take_over(one, there, _moved(one, Consent, here, there, now))
            bottom_lines.take_over(one, here, there, now)
            one.record("registration.merged", there.id, number=here.number)
        twice = StopReason.REGISTERED_TWICE
        take_step(one, conference_id, Taking(Step.REGISTERED_TWICE, stop_reason=twice, other=there.number))
    return there.id


def tell_apart(by: By, conference_id: int, number: str) -> None:
    """Remember that this case and another open one of the visitor's regions are two conferences.

    Raises Unknown, NotNow, Refusal (no such case).
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CORRECT_REGISTRATION)
        other = other_open_case(by.session, conference, number, by.visitor.account_id)
        known = [by.session.get(LookAlike, ids) for ids in ((conference_id, other.id), (other.id, conference_id))]
        if any(known):
            return
        apart = {"conference_id": conference_id, "other_id": other.id, "same": False}
        by.session.add(LookAlike(**apart, at=by.at, account_id=by.visitor.account_id))
        by.record("registration.told_apart", conference_id, number=other.number)


def _refuse_further(by: By, here: Conference, there: Conference) -> None:
    """What one day brought about is not moved to another case: the one that is further goes on."""
    met = select(PhaseChange.id).where(PhaseChange.conference_id == here.id, PhaseChange.target == Phase.INFORMATION)
    phases = list(Phase)
    if phases.index(here.phase) > phases.index(there.phase) or by.session.scalar(met.limit(1)) is not None:
        raise Refusal(
            N_("This conference is further than %(number)s. Merge that one into this one, or only stop this one."),
            number=there.number,
        )


def _take_over(here: Conference, there: Conference, chosen: Mapping[str, str]) -> None:
    agreed = {there.question: there.question_agreed_on}
    if here.question_agreed_on:
        agreed.setdefault(here.question, here.question_agreed_on)
    for name in TEXTS:
        mine, other = getattr(here, name), getattr(there, name)
        match chosen.get(name):
            case "both":
                setattr(there, name, f"{other}\n\n{mine}")
            case "here":
                setattr(there, name, mine)
            case _:
                setattr(there, name, other or mine)
    there.question_agreed_on = agreed.get(there.question)  # to other words nobody agreed
    if chosen.get("legal_context") == "here":
        there.legal_context = here.legal_context
    for name in _LISTS:
        setattr(there, name, _united(getattr(there, name), getattr(here, name)))
    for name in ("follows_id", "follows_said", "no_bottom_lines_on"):
        setattr(there, name, getattr(there, name) or getattr(here, name))


def _united(one: Iterable[Any], other: Iterable[Any]) -> list[Any]:
    """All of both, each once; words that differ in capitals alone are the same."""
    found: dict[str, Any] = {}
    for item in (*one, *other):
        found.setdefault(str(item).casefold(), item)
    return list(found.values())


def _people(by: By, here: Conference, there: Conference, chosen: Mapping[str, str]) -> dict[int, Participant]:
    """By id here: everybody in the other one, with what this one says of them. Who was removed stays removed."""
    both = pairs(by.session, here.id, there.id)
    people = {person.id: same or _join(by, here, there, person) for person, same in both}
    for person, same in both:
        if same is not None:
            _refuse_other_role(there, person, same)
        _one_of_both(by, there, person, people[person.id], chosen)
    gone = select(Participant).where(Participant.conference_id == here.id, Participant.removed_at.is_not(None))
    for person in by.session.scalars(gone.order_by(Participant.id)).all():
        columns = {column.key: getattr(person, column.key) for column in Participant.__table__.columns}
        columns |= {"id": None, "conference_id": there.id, "support_id": None, "brought_by_id": None}
        people[person.id] = Participant(**columns)
        by.session.add(people[person.id])
        by.session.flush()
        _pictures(by, person, people[person.id])
    for person, _same in both:
        for name in ("support_id", "brought_by_id"):
            other, now = people.get(getattr(person, name) or 0), people[person.id]
            if other is not None and other is not now and getattr(now, name) is None:
                setattr(now, name, other.id)
    return people


def _join(by: By, here: Conference, there: Conference, person: Participant) -> Participant:
    """Add somebody who is in this registration alone; `_one_of_both` adds what else is known of them."""
    has_referrer = there.registered_by is Part.REFERRER
    details = PersonDetails(
        name=person.name,
        part=Part.PROFESSIONAL if person.part is Part.REFERRER and has_referrer else person.part,
        relation=person.relation,
        organisation=person.organisation,
        for_themselves=person.for_themselves,
        informed_on=person.informed_on,
    )
    now = circle.add_in(by, there, details, why=here.number)
    for name in _TOLD:
        setattr(now, name, getattr(person, name))
    return now


def _refuse_other_role(there: Conference, person: Participant, same: Participant) -> None:
    """Who stays away, who is a main person and who is a professional is decided by people, not by a merge."""
    if person.attends is Attends.EXCLUDED and same.attends is not Attends.EXCLUDED:
        raise Refusal(
            N_(
                "It was decided that %(name)s stays away: here, and not in the other one. Write it down there first, "
                "or take it back here."
            ),
            name=person.name,
        )
    for parts in (PROFESSIONAL_PARTS, {Part.MAIN_PERSON}):
        if (person.part in parts) != (same.part in parts):
            raise Refusal(
                N_("%(name)s has another role in %(number)s. Give them the same role in both first."),
                name=person.name,
                number=there.number,
            )


def _one_of_both(by: By, there: Conference, person: Participant, now: Participant, chosen: Mapping[str, str]) -> None:
    """Of somebody who is in both, `now` in the one that goes on: what either says; of what differs, what was chosen."""
    is_chosen = {name for name in OF_PERSON if chosen.get(f"{name}_{person.id}") == "here"}
    if "born" in is_chosen or now.born is None:
        now.born_until = person.born_until
    for name in (*OF_PERSON, *_WHERE_EMPTY):
        if name in is_chosen or not getattr(now, name):
            setattr(now, name, getattr(person, name))
    if "attends" in is_chosen:
        circle.trace_attends(by, there, now)
    sides = {plain(side): side for side in there.sides}
    now.side = sides.get(plain(now.side), now.side)
    if person.attends is Attends.EXCLUDED:
        for name in _EXCLUSION:
            setattr(now, name, getattr(now, name) or getattr(person, name))
    now.needs, now.need_kinds = _united(now.needs, person.needs), _united(now.need_kinds, person.need_kinds)
    now.worries = "\n".join(_united(filter(None, (now.worries,)), filter(None, (person.worries,))))
    _told(person, now)
    _view(by, there, person, now)
    index_name_anew(by.session, there, now)


def _told(person: Participant, now: Participant) -> None:
    """They were told what they were told in either; the last day and way count."""
    of = {*person.informed_of, *now.informed_of}
    if of == set(now.informed_of):
        return
    last = person if person.informed_on else max((person, now), key=lambda one: one.told_on or date.min)
    for name in _TOLD:
        setattr(now, name, getattr(last, name))
    now.informed_of = [one.value for one in InformedOf if one in of]
    if len(of) == len(InformedOf):
        now.informed_on = now.informed_on or now.told_on


def _view(by: By, there: Conference, person: Participant, now: Participant) -> None:
    """What they want to have said, in words and in pictures. It stays as closed as the more closed of both."""
    if not (_pictures(by, person, now) or person.view):
        return
    if person.view.split() != now.view.split():
        now.view_read_back_on = None if now.view else person.view_read_back_on
        now.view = "\n\n".join(filter(None, (now.view, person.view)))
    closed = any(one.view_own and not one.view_open for one in (person, now))
    now.view_on = now.view_on or person.view_on
    now.view_own |= person.view_own
    now.view_open = now.view_own and not closed
    circle.mark_view(by, there, now)
    circle.leave_letter(by, there, now)


def _pictures(by: By, person: Participant, now: Participant) -> bool:
    """Take the pictures of somebody over; returns whether there are any."""
    mine = select(ViewPicture).where(ViewPicture.participant_id == person.id).order_by(ViewPicture.number)
    last = by.session.scalar(select(func.max(ViewPicture.number)).where(ViewPicture.participant_id == now.id)) or 0
    moved = [
        ViewPicture(
            participant_id=now.id,
            number=number,
            shows=picture.shows,
            jpeg=picture.jpeg,
            width=picture.width,
            height=picture.height,
        )
        for number, picture in enumerate(by.session.scalars(mine), last + 1)
    ]
    by.session.add_all(moved)
    by.session.flush()
    return bool(moved)


def _voices(by: By, here: Conference, there: Conference, now: Mapping[int, int]) -> None:
    """What people said of the conference, of stopping and of who reads the plan; of both the last answer counts."""
    mine = select(Voice).where(Voice.conference_id == here.id, Voice.matter.in_(_VOICES)).order_by(Voice.id)
    own = [column.key for column in Voice.__table__.columns if column.key not in {"id", "conference_id"}]
    for voice in by.session.scalars(mine).all():
        about = {VoiceMatter.STOPPING: there.round, VoiceMatter.READING: now.get(voice.about)}.get(voice.matter, 0)
        if about is None:
            continue
        said = {name: getattr(voice, name) for name in own}
        said |= {"about": about, "participant_id": now[voice.participant_id]}
        row = voices.said(by, there.id, voice.matter, about, said["participant_id"], voice.text)
        if row is None:
            by.session.add(Voice(conference_id=there.id, **said))
        elif (row.said_on, row.written_at) < (voice.said_on, voice.written_at):
            for name, value in said.items():
                setattr(row, name, value)
        by.session.flush()


def _moved(
    by: By, kind: type[Base], here: Conference, there: Conference, now: Mapping[int, int]
) -> list[dict[str, Any]]:
    """The rows of a table about this case, as they are of the other."""
    columns = [column for column in kind.__table__.columns if column.key != "id"]
    of_people = [column.key for column in columns if column.references(Participant.__table__.c.id)]
    of_case = kind.__table__.c.conference_id == here.id
    rows = by.session.execute(select(*columns).where(of_case).order_by(kind.__table__.c.id)).mappings()
    moved = [{**row, "conference_id": there.id} | {name: now.get(row[name]) for name in of_people} for row in rows]
    return [row | {"round": there.round} if "round" in row else row for row in moved]


def _rows(by: By, kind: type[Base], here: Conference, there: Conference, now: Mapping[int, int]) -> None:
    """Take the rows of a table over. What stands there to the letter is not written twice."""
    stand = _moved(by, kind, there, there, {id_: id_ for id_ in _ids(by, there)})
    sides = {plain(side): side for side in there.sides}
    if new := [row for row in _moved(by, kind, here, there, now) if row not in stand]:
        for row in new:
            if side := row.get("apart_from_side"):  # as it is written there
                row["apart_from_side"] = sides.get(plain(side), side)
        by.session.execute(insert(kind), new)


def _ids(by: By, there: Conference) -> Iterable[int]:
    return by.session.scalars(select(Participant.id).where(Participant.conference_id == there.id)).all()


def _owed(by: By, here: Conference, there: Conference, now: Mapping[int, int]) -> None:
    """What somebody still has to hear or decide about one of these people."""
    owed = [row for row in _moved(by, Notice, here, there, now) if row["kind"] in _OWED]
    if owed:
        by.session.execute(insert(Notice), owed)
