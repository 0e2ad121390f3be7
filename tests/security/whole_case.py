"""A case with one of everything, in any phase, for the tests of access.

It has a participant in each part, and a row for each id in an address. Where no action creates such a row in this
phase, it is inserted directly. A new kind of id in an address needs its table in `NAMED`.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Map, Rule

from ekc.accounts.access import By, Visitor
from ekc.conferences.models import (
    BottomLine,
    Conference,
    Consent,
    LineWording,
    Notice,
    Participant,
    SafetyConcern,
    ViewPicture,
    Voice,
)
from ekc.core.db import Base
from ekc.evaluations import actions as evaluations
from ekc.evaluations.models import AvoidedCost, FollowUp
from ekc.evaluations.queries import follow_ups
from ekc.links.actions import new_link
from ekc.links.models import LinkDevice, PersonalLink
from ekc.matching.actions import asking
from ekc.matching.models import Match
from ekc.meetings.models import DateOption, InformationItem, Meeting, Question, Reading, Stretch
from ekc.plans import document, edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import Draft, NewAction, to_json
from ekc.plans.models import IssuedDocument, PlanVersion
from ekc.workflow.ends.kinds import End
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import (
    ActionKind,
    Agreed,
    Attends,
    InformationKind,
    Part,
    Phase,
    PresentBy,
    Step,
    VoiceMatter,
)
from tests import build
from tests.build import Made
from tests.cast import BY_CODE, Cast
from tests.clock import START
from tests.pictures import PICTURE
from tests.plans.printed import EMPTY
from tests.stages import stage

#: Rows of which table a number in an address names.
NAMED = {
    "account_id": "account",
    "avoided_id": "avoided_cost",
    "bottom_line_id": "bottom_line",
    "concern_id": "safety_concern",
    "consent_id": "consent",
    "device_id": "link_device",
    "follow_up_id": "follow_up",
    "item_id": "information_item",
    "line_id": "bottom_line",
    "meeting_id": "meeting",
    "option_id": "date_option",
    "participant_id": "participant",
    "reading_id": "reading",
    "stretch_id": "stretch",
    "question_id": "question",
}
#: Other parts of addresses. Keys are those of the plan: its goal, and the action for which support was asked.
SPOKEN: dict[str, int | str] = {
    "key": "g1",
    "number": 1,
    "step": "stop",
    "matter": "stopping",
    "verb": "hear",
    "draft_id": 1,  # nobody's
}
BY_ENDPOINT: dict[str, dict[str, int | str]] = {"plans.answer_support": {"key": "a5"}}
#: Who writes bottom lines, and takes out their own alone: as whom they come, and their first name.
SET_THEIR_OWN = {
    "referrer": "karim",
    "professional who sees their part of the plan": "paul",
    "professional who sees the plan": "petra",
}
#: What all main persons say about who reads the plan.
READS = {"paul": Agreed.PART, "petra": Agreed.YES}
#: Who is put into each circle beside those of `build.CIRCLE`.
OTHERS: dict[str, tuple[Part, dict[str, Any]]] = {
    "pieter": (Part.MAIN_PERSON, {"side": "Pieter's side"}),
    "yara": (Part.CHILD, {}),
    "nadia": (Part.INTERPRETER, {}),
    "rik": (
        Part.FAMILY,
        {"attends": Attends.EXCLUDED, "exclusion_reason": "-", "excluded_by": "-", "excluded_on": START.date()},
    ),
    "ria": (Part.FAMILY, {"removed_at": START}),
    "paul": (Part.PROFESSIONAL, {}),
    "petra": (Part.PROFESSIONAL, {}),
}


@dataclass(frozen=True)
class Whole:
    """A case: its id, its people by first name, and of each table the id of a row of it.

    Where only who wrote a row may change it, a person has one of their own: `bottom_line of referrer`.
    """

    id: int
    people: Mapping[str, int]
    rows: Mapping[str, int]

    def address(
        self, urls: Map, rule: Rule, label: str = "", other: Mapping[str, int | str] = MappingProxyType({})
    ) -> str:
        """The address of a rule for this case, for whoever is called so; `other` names something else than is in it."""
        rows = {name: self.rows.get(f"{table} of {label}", self.rows[table]) for name, table in NAMED.items()}
        spoken = SPOKEN | BY_ENDPOINT.get(rule.endpoint, {}) | rows
        values: dict[str, int | str] = {"conference_id": self.id, **spoken, **(rule.defaults or {}), **other}
        return str(urls.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments}))


@stage
def whole_case(session: Session, cast: Cast, phase: Phase, asked: Visitor | None = None, **changes: object) -> Whole:
    """A case in a phase. With `asked`, that coordinator was asked for it as well and has not answered yet."""
    made = _MAKE[phase](session, cast, START, **changes)
    if asked is not None:
        _ask(session, cast, made.id, phase, asked.account_id or 0)
    people = dict(made.people) | {name: _put_in(session, made.id, name) for name in OTHERS}
    if "kees" not in people:  # the circle of a registration is small
        people |= {
            person.name.split()[0].lower(): _put(session, Participant(conference_id=made.id, **_kept(person)))
            for person in build.CIRCLE
        }
    rows = _complete(session, made.id, people)
    rows["account"] = _coordinator(session, made.id) or cast.noor.account_id or 0
    session.commit()
    return Whole(made.id, people, rows)


def _kept(person: object) -> dict[str, object]:
    return {name: getattr(person, name) for name in ("name", "part", "relation", "organisation")}


def _in_presentation(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """A plan is written, in which support was asked of a professional."""
    case = build.case_in_presentation(session, cast, at, **changes)
    build.write_plan(session, cast, at, case)
    asks = NewAction(what="Helps", who=(case.people["els"],), by=at.date(), kind=ActionKind.PROFESSIONAL)
    change_plan(By(session, cast.noor, at), case.id, 6, edits.add_action("g1", asks))
    return case


def _in_evaluation(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    case = _in_presentation(session, cast, at, **changes)
    build.answer_plan(session, cast, at, case)
    build.step(session, cast, at, case, Step.AGREE_PLAN)
    return case


def _closed(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    case = _in_evaluation(session, cast, at, **changes)
    for row in follow_ups(session, case.id, at.date()):
        evaluations.give_up(By(session, cast.noor, at), case.id, row.id, "The family moved away.")
    build.step(session, cast, at, case, Step.CLOSE)
    return case


def _ask(session: Session, cast: Cast, case: int, phase: Phase, account_id: int) -> None:
    if phase not in (Phase.PRIVATE_TIME, Phase.CLOSED):
        asking.ask_coordinator(By(session, cast.ruud, START), case, account_id)
        return
    session.add(Match(conference_id=case, account_id=account_id, asked_at=START))
    session.execute(update(Conference).where(Conference.id == case).values(asked_coordinator_id=account_id))


_MAKE: dict[Phase, Callable[..., Made]] = {
    Phase.REGISTRATION: build.registered_case,
    Phase.SETUP: build.prepared_case,
    Phase.INFORMATION: build.case_in_information,
    Phase.PRIVATE_TIME: build.case_in_private_time,
    Phase.PRESENTATION: _in_presentation,
    Phase.EVALUATION: _in_evaluation,
    Phase.CLOSED: _closed,
}


def _coordinator(session: Session, case: int) -> int | None:
    return session.scalar(select(Conference.coordinator_id).where(Conference.id == case))


def _put(session: Session, row: Base) -> int:
    session.add(row)
    session.flush()
    number: int = row.id  # type: ignore[attr-defined]
    return number


def _put_in(session: Session, conference_id: int, name: str) -> int:
    part, more = OTHERS[name]
    return _put(session, Participant(conference_id=conference_id, part=part, name=name.capitalize(), **more))


def _complete(session: Session, case: int, people: Mapping[str, int]) -> dict[str, int]:
    """One row of the case in each table that an address names; gives their ids."""
    kees, els, today = people["kees"], people["els"], START.date()
    meeting = session.scalar(select(func.max(Meeting.id)).where(Meeting.conference_id == case))
    meeting = meeting or _put(session, Meeting(conference_id=case, number=1))
    held = _put(session, Meeting(conference_id=case, number=0, started_at=START, ended_at=START))
    there = Stretch(
        meeting_id=held,
        participant_id=kees,
        part=Part.FAMILY,
        how=PresentBy.IN_PERSON,
        came_at=START,
        left_at=START,
    )
    stretch = _put(session, there)
    version = session.scalar(select(PlanVersion.id).where(PlanVersion.conference_id == case))
    version = version or _put(session, _version(case))
    paper = IssuedDocument(
        version_id=version, kind="plan", language="nl", content=b"%PDF-", sha256=bytes(32), made_at=START
    )
    _put(session, paper)
    region = session.get_one(Conference, case).region_id
    new_link(session, START, conference_id=case, participant_id=kees, made_by=None, days=60, check=BY_CODE)
    link = session.scalars(select(func.max(PersonalLink.id))).one()
    new: dict[str, Base] = {
        "avoided_cost": AvoidedCost(conference_id=case, what="A night", amount=100, basis="A list"),
        "bottom_line": BottomLine(conference_id=case, number=9, text="A roof", set_by=els),
        "consent": Consent(conference_id=case, participant_id=kees, scope="file", given_on=today),
        "date_option": DateOption(meeting_id=meeting, starts_at=START + timedelta(days=99)),
        "information_item": InformationItem(meeting_id=meeting, kind=InformationKind.HELP, text="Help"),
        "notice": _notice(session, case),
        "reading": Reading(meeting_id=meeting, participant_id=kees, at=START),
        "question": Question(meeting_id=meeting, participant_id=kees, text="Who?"),
        "safety_concern": SafetyConcern(conference_id=case, participant_id=kees, concern="The stairs"),
        "link_device": LinkDevice(link_id=link, token_hash=os.urandom(32), device="A phone", asked_at=START, number=7),
        "follow_up": FollowUp(
            conference_id=case,
            region_id=region,
            version_number=1,
            kind=FollowUpKind.EVALUATION,
            due_on=today + timedelta(weeks=12),
            latest_on=today + timedelta(weeks=14),
        ),
    }
    for name, answer in READS.items():
        for whose in ("marieke", "pieter"):
            said = {"matter": VoiceMatter.READING, "about": people[name], "answer": answer, "said_on": today}
            _put(session, Voice(conference_id=case, participant_id=people[whose], written_at=START, **said))
    for number, (label, name) in enumerate(SET_THEIR_OWN.items(), 10):
        line = BottomLine(conference_id=case, number=number, text="Food", set_by=people[name])
        new[f"bottom_line of {label}"] = line
    rows = {"participant": kees, "meeting": held, "stretch": stretch} | {
        table: _put(session, row) for table, row in new.items()
    }
    for line_id in (id_ for table, id_ in rows.items() if table.startswith("bottom_line")):
        _put(session, LineWording(line_id=line_id, number=1, text="Food", by_setter=True, written_on=today))
    for id_ in people.values():
        seen = {"shows": "A house", "jpeg": PICTURE, "width": 1, "height": 1}
        _put(session, ViewPicture(participant_id=id_, number=1, **seen))
    return rows


def _notice(session: Session, case: int) -> Notice:
    """Of what is owed to people in this phase."""
    if session.get_one(Conference, case).phase is Phase.CLOSED:
        return Notice(conference_id=case, kind=NoticeKind.END, end=End.CLOSED, round=1, at=START, was="", now="")
    return Notice(conference_id=case, kind=NoticeKind.COORDINATOR, round=1, at=START, was="A", now="B")


def _version(case: int) -> PlanVersion:
    return PlanVersion(
        conference_id=case,
        number=1,
        agreed_on=START.date(),
        content=to_json(Draft()),
        snapshot=json.loads(document.to_json(EMPTY)),
        goals=0,
        family_actions=0,
        network_actions=0,
        professional_actions=0,
        evaluation_at=START + timedelta(weeks=12),
        made_at=START,
    )
