"""Two registrations that look alike: told apart, or merged into one that keeps the facts of both."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import insert, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import circle, voices
from ekc.conferences.actions.name_index import index_name_anew
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import CallAttempt, Conference, Consent, ContactEntry, Participant, SafetyConcern
from ekc.core.errors import Refusal
from ekc.core.transaction import nested, writing
from ekc.journey.actions.steps import take_step
from ekc.journey.effects import other_open_case
from ekc.journey.models import LookAlike
from ekc.journey.queries.merging import OF_PERSON, TEXTS, pairs
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import N_, Activity, Agreed, Attends, Part, Step, StopReason, VoiceMatter

_LISTS = ("topics", "wishes", "sides", "sought")
#: Of a person, beside `OF_PERSON`: taken over where the other registration does not say it.
_WHERE_EMPTY = ("side", "language", "second_language", "speaks_for", "view", "attends", "closeness", "worries")


def merge(by: By, conference_id: int, number: str, chosen: Mapping[str, str]) -> int:
    """Take what this registration says over into another open one, and stop this one; returns the id of the other.

    `chosen`: of each difference by its key, which of both is right, or both. Raises Unknown, NotNow, Stale, Blocked,
    Refusal (no such case).
    """
    with nested(by.session) as inside:
        one = replace(by, session=inside)
        with writing(inside):
            here, _ = lock_case(one, conference_id, Activity.CORRECT_REGISTRATION)
            found = other_open_case(inside, here, number, by.visitor.account_id)
            there, _ = lock_case(one, found.id, Activity.CORRECT_REGISTRATION)
            _take_over(here, there, chosen)
            both = pairs(inside, here.id, there.id)
            people = {person.id: _person(one, there, person, same, chosen) for person, same in both}
            _between_them(both, people)
            _said_yes(one, here, there, people)
            _entries(one, here, there, people)
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


def _take_over(here: Conference, there: Conference, chosen: Mapping[str, str]) -> None:
    question = there.question
    for name in TEXTS:
        mine, other = getattr(here, name), getattr(there, name)
        match chosen.get(name):
            case "both":
                setattr(there, name, f"{other}\n\n{mine}")
            case "here":
                setattr(there, name, mine)
            case _:
                setattr(there, name, other or mine)
    if there.question != question:
        there.question_agreed_on = None  # nobody agreed to these words
    if chosen.get("legal_context") == "here":
        there.legal_context = here.legal_context
    for name in _LISTS:
        setattr(there, name, _united(getattr(there, name), getattr(here, name)))


def _united(one: Iterable[Any], other: Iterable[Any]) -> list[Any]:
    """All of both, each once; words that differ in capitals alone are the same."""
    found: dict[str, Any] = {}
    for item in (*one, *other):
        found.setdefault(str(item).casefold(), item)
    return list(found.values())


def _person(
    by: By, there: Conference, person: Participant, same: Participant | None, chosen: Mapping[str, str]
) -> Participant:
    """The person in the other registration, with what this one says of them."""
    if same is None:
        has_referrer = there.registered_by is Part.REFERRER
        part = Part.PROFESSIONAL if person.part is Part.REFERRER and has_referrer else person.part
        said = {field.name: getattr(person, field.name) for field in fields(PersonDetails)}
        said |= {"part": part, "needs": tuple(person.needs), "need_kinds": tuple(person.need_kinds)}
        said |= {"support_id": None, "brought_by_id": None}  # `_between_them`
        return circle.join(by, there, PersonDetails(**said))
    if person.attends is Attends.EXCLUDED and same.attends is not Attends.EXCLUDED:
        raise Refusal(
            N_(
                "It was decided that %(name)s stays away: here, and not in the other one. Write it down there first, "
                "or take it back here."
            ),
            name=person.name,
        )
    for name in (*OF_PERSON, *_WHERE_EMPTY):
        if chosen.get(f"{name}_{person.id}") == "here" or not getattr(same, name):
            setattr(same, name, getattr(person, name))
    if same.born is None:
        same.born, same.born_until = person.born, person.born_until
    same.needs, same.need_kinds = _united(same.needs, person.needs), _united(same.need_kinds, person.need_kinds)
    same.needs_interpreter = same.needs_interpreter or person.needs_interpreter
    same.address_secret = same.address_secret or person.address_secret
    index_name_anew(by.session, there, same)
    return same


def _between_them(both: Iterable[tuple[Participant, Participant | None]], people: Mapping[int, Participant]) -> None:
    """Who supports whom and who brought whom in, where the other registration does not say it."""
    for person, _same in both:
        there = people[person.id]
        for name in ("support_id", "brought_by_id"):
            other = people.get(getattr(person, name) or 0)
            if other is not None and other is not there and getattr(there, name) is None:
                setattr(there, name, other.id)


def _said_yes(by: By, here: Conference, there: Conference, people: Mapping[int, Participant]) -> None:
    """Who said yes to a conference there too."""
    matter = VoiceMatter.CONFERENCE
    for before, now in people.items():
        voice = voices.said(by, here.id, matter, 0, before)
        if voice is None or voice.answer is not Agreed.YES or now.part is not Part.MAIN_PERSON:
            continue
        if voices.said(by, there.id, matter, 0, now.id) is None:
            voices.say(by, there, matter, 0, now.id, Agreed.YES, on=voice.said_on)


def _entries(by: By, here: Conference, there: Conference, people: Mapping[int, Participant]) -> None:
    """The contact log, consents and safety concerns, as they were written; of whoever was removed only the log."""
    now = {before: person.id for before, person in people.items()}
    for kind in (ContactEntry, CallAttempt, Consent, SafetyConcern):
        columns = [column for column in kind.__table__.columns if column.key != "id"]
        mine = by.session.execute(select(*columns).where(kind.conference_id == here.id).order_by(kind.id)).mappings()
        rows = [dict(one) for one in mine if one["participant_id"] in now or kind is ContactEntry]
        for row in rows:
            row |= {"conference_id": there.id, "participant_id": now.get(row["participant_id"])}
            if "apart_from_id" in row:
                row["apart_from_id"] = now.get(row["apart_from_id"])
        if rows:
            by.session.execute(insert(kind), rows)
