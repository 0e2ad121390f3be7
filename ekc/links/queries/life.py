"""How long each link works: what decides it, read from the tables in one statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Date, Row, column, exists, func, or_, select, table
from sqlalchemy.orm import Session

from ekc.core.clock import local_date
from ekc.core.db import Instant
from ekc.links.models import PersonalLink
from ekc.workflow.link_life import LinkFacts, link_life
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Agreed, Part, Phase, TraceKind, VoiceMatter

#: Of features that stand above, read by name: the case of a link, its owner, and the follow-ups.
case_table = table(
    "conference",
    *map(column, ("id", "profile", "timezone", "coordinator_id", "region_id", "phase", "round", "plan_number")),
    *(column(name, Date) for name in ("tasks_ended_on", "closed_on")),
)
_owner = table("participant", column("id"), column("part"), column("tasks_until", Date))
_follow_up = table(
    "follow_up",
    *map(column, ("conference_id", "version_number", "written_by")),
    column("wants_new_version", Boolean),
    *(column(name, Date) for name in ("due_on", "held_on", "given_up_on")),
)
_said = table("voice", *map(column, ("participant_id", "matter", "about", "answer", "spoken_at")))
_match = table("match", column("id"), column("ended_on", Date))
_concern = table("safety_concern", *map(column, ("conference_id", "participant_id", "said_at", "arrangement")))
_answered = table("trace", column("participant_id"), column("kind"), column("at", Instant()))
#: What the owner of a link wished for and nobody answered yet: to come together again, another coordinator, a new
#: version of the plan. While a wish to stop can be granted the conference lies ahead, and that makes a link work.
_WISH_WAITS = or_(
    exists().where(
        _said.c.participant_id == _owner.c.id,
        _said.c.matter == VoiceMatter.AGAIN,
        _said.c.about == case_table.c.round,
        _said.c.answer == Agreed.YES,
        _said.c.spoken_at.is_(None),
    ),
    exists()
    .where(_said.c.participant_id == _owner.c.id, _said.c.matter == VoiceMatter.COORDINATOR)
    .where(_said.c.answer == Agreed.NO, _match.c.id == _said.c.about, _match.c.ended_on.is_(None)),
    exists().where(
        _follow_up.c.conference_id == case_table.c.id,  # by which rows are found
        _follow_up.c.written_by == _owner.c.id,
        _follow_up.c.version_number == case_table.c.plan_number,
        _follow_up.c.wants_new_version,
        _follow_up.c.held_on.is_not(None),
    ),
)
_SAFETY_WAITS = exists().where(
    _concern.c.conference_id == case_table.c.id,
    _concern.c.participant_id == _owner.c.id,
    _concern.c.said_at.is_not(None),
    _concern.c.arrangement.is_(None),
)
_ANSWERED_AT = (
    select(func.max(_answered.c.at))
    .where(
        _answered.c.participant_id == _owner.c.id,
        _answered.c.kind.in_((TraceKind.ANSWERED, TraceKind.SAFETY_ANSWERED)),
    )
    .scalar_subquery()
)
_REPLACED_ON = (
    select(func.max(_match.c.ended_on))
    .where(_said.c.participant_id == _owner.c.id, _said.c.matter == VoiceMatter.COORDINATOR)
    .where(_said.c.answer == Agreed.NO, _match.c.id == _said.c.about)
    .scalar_subquery()
)
NOT_REVOKED = PersonalLink.revoked_at.is_(None)
#: What decides how long each link works (`ekc/workflow/link_life.py`).
LIFE = (
    select(
        PersonalLink.id.label("link_id"),
        *(case_table.c[name] for name in ("phase", "profile", "timezone", "tasks_ended_on", "closed_on")),
        _owner.c.part,
        _owner.c.tasks_until,
        select(func.max(_follow_up.c.due_on))
        .where(
            _follow_up.c.conference_id == case_table.c.id,
            _follow_up.c.held_on.is_(None),
            _follow_up.c.given_up_on.is_(None),
        )
        .scalar_subquery()
        .label("open_follow_up"),
        _WISH_WAITS.label("wish_waits"),
        _SAFETY_WAITS.label("safety_waits"),
        _ANSWERED_AT.label("answered_at"),
        _REPLACED_ON.label("replaced_on"),
    )
    .join(case_table, case_table.c.id == PersonalLink.conference_id)
    .join(_owner, _owner.c.id == PersonalLink.participant_id)
    .subquery()
)
LIFE_COLUMNS = tuple(one.name for one in LIFE.c if one.name != "link_id")


def life_facts(row: Row[*tuple[Any, ...]], expires_at: datetime) -> LinkFacts:
    """What decides how long a link works, of a row of `LIFE`."""
    answered = local_date(row.answered_at, row.timezone) if row.answered_at else None
    return LinkFacts(
        phase=Phase(row.phase),
        profile=row.profile,
        part=Part(row.part),
        promised_until=local_date(expires_at, row.timezone),
        open_follow_up=row.open_follow_up,
        tasks_until=row.tasks_until,
        ended_on=max(filter(None, (row.tasks_ended_on, row.closed_on)), default=None),
        wish_waits=bool(row.wish_waits),
        safety_waits=bool(row.safety_waits),
        answered_on=max(filter(None, (answered, row.replaced_on)), default=None),
    )


def lives(session: Session, at: datetime, link_id: int, expires_at: datetime) -> bool:
    """Whether a link that is not revoked works. The day that was promised is asked first: mostly that is enough."""
    return expires_at > at or works(
        session.execute(select(LIFE).where(LIFE.c.link_id == link_id)).one(), expires_at, at
    )


def works(row: Row[*tuple[Any, ...]], expires_at: datetime, at: datetime) -> bool:
    """Whether the link of this row of `LIFE` works, if it is not revoked."""
    today = local_date(at, row.timezone)
    return today <= link_life(life_facts(row, expires_at), today).until


def access_is_over(case: Row[*tuple[Any, ...]], at: datetime) -> bool:
    """Whether the coordinator's access has ended."""
    ended = case.tasks_ended_on
    return ended is not None and local_date(at, case.timezone) > PROFILES[case.profile].open_until(ended)
