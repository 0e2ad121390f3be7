"""The printed plan, stored once it is made."""

import hashlib

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.plans.document import PLAN
from ekc.plans.models import IssuedDocument
from ekc.plans.queries.versions import issued, version


def issue_document(
    by: By, conference_id: int, number: int, language: str, content: bytes, kind: str = PLAN.name
) -> IssuedDocument:
    """Store the printed plan of a version, unless it is stored already; returns the stored document.

    `kind`: as of `document.paper_kind`.
    `content` is rendered before, outside any writing transaction. Of two concurrent calls the first one is kept.
    """
    with writing(by.session):
        lock_case(by, conference_id, PLAN.activity)
        found = version(by.session, conference_id, number)
        if found is None:
            raise Unknown
        document = issued(by.session, found.id, kind)
        if document is None:
            document = IssuedDocument(
                version_id=found.id,
                kind=kind,
                language=language,
                content=content,
                sha256=hashlib.sha256(content).digest(),
                made_at=by.at,
            )
            by.session.add(document)
            by.record("plan.printed", conference_id, number=number)
    return document
