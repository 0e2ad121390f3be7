"""All that is stored, as text, to look for words in it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import Base


def everything(session: Session) -> str:
    """All values of all tables, decrypted, with the details of the audit."""
    session.rollback()
    found: list[object] = []
    for table in Base.metadata.sorted_tables:
        found += [value for row in session.execute(select(table)) for value in row]
    found += [read_detail(session, event) for event in session.scalars(select(AuditEvent))]
    return " ".join(map(str, found))
