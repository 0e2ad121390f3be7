"""Where the people of a circle live, for a conference at somebody's home, and so that no home becomes a venue."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.core.reading import read_rows
from ekc.names import told_apart, words
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Attends, Part

_ADDRESSES = (
    select(
        *(Participant.__table__.c[name] for name in ("id", "name", "relation", "organisation", "part", "attends")),
        *(Participant.__table__.c[name] for name in ("address", "address_secret")),
    )
    .where(Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
    .order_by(Participant.id)
)


@dataclass(frozen=True, slots=True)
class LivingPlace:
    """Where somebody lives. `can_host`: it may be offered as a place, which everybody reads who comes."""

    participant_id: int
    name: str
    address: str
    secret: bool
    can_host: bool

    def is_at(self, address: str) -> bool:
        """Whether this is the address: the same street and number."""
        street = words(self.address.replace(",", "\n").splitlines()[0])
        found = words(address)
        numbered = any(word[0].isdigit() for word in street)
        return numbered and any(found[n : n + len(street)] == street for n in range(len(found)))


def homes(session: Session, conference_id: int) -> tuple[LivingPlace, ...]:
    """The homes that are known, in the order of the circle."""
    rows = read_rows(session, _ADDRESSES, {"case": conference_id})
    return tuple(
        LivingPlace(
            row.id, name, row.address, row.address_secret, not row.address_secret and _may_host(row.part, row.attends)
        )
        for row, name in zip(rows, told_apart(rows), strict=True)
        if row.address.strip()
    )


def _may_host(part: Part, attends: Attends | None) -> bool:
    return part not in PROFESSIONAL_PARTS | {Part.INTERPRETER} and attends is not Attends.EXCLUDED
