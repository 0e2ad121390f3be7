"""What other features do to the circle of a case, in their own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ekc.conferences.mails import NOTICE
from ekc.conferences.models import Conference, Notice, Participant
from ekc.core.clock import local_date
from ekc.core.language import language_of
from ekc.core.outbox import MailRule, Recipient, queue
from ekc.workflow.owed import Listener, NoticeKind, concerned
from ekc.workflow.vocabulary import Attends


def queue_circle_mail(session: Session, conference: Conference, at: datetime, rule: MailRule, **fields: Any) -> None:
    """Queue a mail for everybody whose part is in the rule, except excluded people."""
    for person in _people(session, conference):
        if person.part in rule.parts and person.attends is not Attends.EXCLUDED:
            _queue(session, conference, at, rule, person, **fields)


def give_notice(session: Session, conference: Conference, at: datetime, kind: NoticeKind, was: str, now: str) -> None:
    """Record a change that people have to hear, and mail those of them who have an address.

    Nothing is recorded where nothing was known before. Of another coordinator there is a mail of its own.
    """
    if not was or was == now:
        return
    notice = Notice(conference_id=conference.id, kind=kind, round=conference.round, at=at, was=was, now=now)
    session.add(notice)
    session.flush()
    people = {person.id: person for person in _people(session, conference)}
    listeners = [Listener(one.id, one.name, one.part, one.attends, one.informed_on) for one in people.values()]
    for one in concerned(kind, local_date(at, conference.timezone), listeners):
        if one.part in NOTICE.parts and kind is not NoticeKind.COORDINATOR:
            _queue(session, conference, at, NOTICE, people[one.id], notice=notice.id)


def _people(session: Session, conference: Conference) -> Sequence[Row[Any]]:
    columns = ("id", "name", "part", "email", "language", "attends", "informed_on")
    here = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    return session.execute(select(*(getattr(Participant, name) for name in columns)).where(*here)).all()


def _queue(
    session: Session, conference: Conference, at: datetime, rule: MailRule, person: Row[Any], **fields: Any
) -> None:
    to = Recipient(person.id, person.email, language_of(person.language, conference.language))
    about = {"round": conference.round, "plan": conference.plan_number, **fields}
    queue(session, rule, to, at, case=conference.id, **about)
