"""What the clocks about a referrer ask: whether there is one, and when they were spoken to and bottom lines shared."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import BottomLine, ContactEntry, Participant
from ekc.workflow.vocabulary import Part


@dataclass(slots=True)
class Referrer:
    """Of one case: whether somebody referred it, and the days that clocks about them ask for."""

    referred: bool = False
    spoken: list[date] = field(default_factory=list)
    shared: list[date] = field(default_factory=list)


def referrers_of_cases(session: Session, conference_ids: Collection[int]) -> defaultdict[int, Referrer]:
    """When the referrer of each case was contacted, and bottom lines were shared."""
    found: defaultdict[int, Referrer] = defaultdict(Referrer)
    if not conference_ids:
        return found
    theirs = select(Participant.conference_id, Participant.id, Participant.removed_at).where(
        Participant.conference_id.in_(conference_ids), Participant.part == Part.REFERRER
    )
    ids = []
    for case, participant_id, removed_at in session.execute(theirs):
        ids.append(participant_id)
        found[case].referred |= removed_at is None
    contacts = select(ContactEntry.conference_id, ContactEntry.on).where(ContactEntry.participant_id.in_(ids))
    for case, on in session.execute(contacts):
        found[case].spoken.append(on)
    lines = select(BottomLine.conference_id, BottomLine.shared_on).where(BottomLine.conference_id.in_(conference_ids))
    for case, shared_on in session.execute(lines):
        if shared_on is not None:
            found[case].shared.append(shared_on)
    return found
