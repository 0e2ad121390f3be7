"""Keeping what was printed: the bytes of a document as they were first made."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.plans.document import PLAN
from ekc.plans.models import IssuedDocument
from ekc.plans.queries import issued, version


def issue_document(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, number: int, language: str, content: bytes
) -> IssuedDocument:
    """Keep the printed plan of a version, and give what is kept: of two at once, both get what came first.

    The bytes are made before, outside any transaction that writes.
    """
    with writing(session):
        lock_case(session, visitor, conference_id, PLAN.activity, at)
        found = version(session, conference_id, number)
        if found is None:
            raise Unknown
        document = issued(session, found.id)
        if document is None:
            document = IssuedDocument(
                version_id=found.id,
                kind=PLAN.name,
                language=language,
                content=content,
                sha256=hashlib.sha256(content).digest(),
                made_at=at,
            )
            session.add(document)
            record(session, visitor.actor, at, "plan.printed", conference_id, number=number)
    return document
