"""What the clocks about a referrer ask: whether there is one, and when they were spoken to and bottom lines shared."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import BottomLine, ContactEntry, Participant
from ekc.conferences.queries.rows import of_cases
from ekc.core.reading import one_of, read_rows
from ekc.workflow.vocabulary import Part


@dataclass(slots=True)
class Referrer:
    """Of one case: whether somebody referred it, and the days that clocks about them ask for."""

    referred: bool = False
    spoken: list[date] = field(default_factory=list)
    shared: list[date] = field(default_factory=list)


_REFERRERS = select(Participant.conference_id, Participant.id, Participant.removed_at).where(
    of_cases(Participant.conference_id), Participant.part == Part.REFERRER
)
_CONTACTS = select(ContactEntry.conference_id, ContactEntry.on).where(one_of(ContactEntry.participant_id, "referrers"))
_LINES = select(BottomLine.conference_id, BottomLine.shared_on).where(of_cases(BottomLine.conference_id))


def referrers_of_cases(session: Session, conference_ids: Collection[int]) -> defaultdict[int, Referrer]:
    """When the referrer of each case was contacted, and bottom lines were shared."""
    found: defaultdict[int, Referrer] = defaultdict(Referrer)
    if not conference_ids:
        return found
    asked = {"cases": list(conference_ids)}
    ids = []
    for case, participant_id, removed_at in read_rows(session, _REFERRERS, asked):
        ids.append(participant_id)
        found[case].referred |= removed_at is None
    for case, on in read_rows(session, _CONTACTS, {"referrers": ids}) if ids else ():
        found[case].spoken.append(on)
    for case, shared_on in read_rows(session, _LINES, asked):
        if shared_on is not None:
            found[case].shared.append(shared_on)
    return found
