"""Reading the plan itself: the draft, and the versions that were agreed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.plans.draft import Draft, from_json
from ekc.plans.models import IssuedDocument, PlanDraft, PlanVersion


@dataclass(frozen=True, slots=True)
class Written:
    """The draft of a case: its revision is 0 and `changed_at` None where nothing was written yet."""

    draft: Draft
    revision: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list."""

    number: int
    agreed_on: date


def written(session: Session, conference_id: int) -> Written:
    """The draft, the revision a page must send back, and when it was last changed."""
    row = session.execute(
        select(PlanDraft.content, PlanDraft.revision, PlanDraft.changed_at).where(
            PlanDraft.conference_id == conference_id
        )
    ).one_or_none()
    return Written(from_json(row.content), row.revision, row.changed_at) if row else Written(Draft(), 0, None)


def draft(session: Session, conference_id: int) -> tuple[Draft, int]:
    """The draft and its revision; an empty one and 0 where nothing was written yet."""
    found = written(session, conference_id)
    return found.draft, found.revision


def versions(session: Session, conference_id: int) -> tuple[VersionRow, ...]:
    """All versions, the newest first."""
    rows = session.execute(
        select(PlanVersion.number, PlanVersion.agreed_on)
        .where(PlanVersion.conference_id == conference_id)
        .order_by(PlanVersion.number.desc())
    )
    return tuple(VersionRow(*row) for row in rows)


def version(session: Session, conference_id: int, number: int) -> PlanVersion | None:
    """One version, with `content` (a draft as JSON) and `snapshot` (a PlanDocument as JSON)."""
    return session.scalar(
        select(PlanVersion).where(PlanVersion.conference_id == conference_id, PlanVersion.number == number)
    )


def issued(session: Session, version_id: int, kind: str = "plan") -> IssuedDocument | None:
    """The document of a version as it was first made, if it was."""
    return session.scalar(
        select(IssuedDocument).where(IssuedDocument.version_id == version_id, IssuedDocument.kind == kind)
    )
