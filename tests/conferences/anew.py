"""Looking again at a database that others have written to meanwhile."""

from sqlalchemy.orm import Session


def anew(session: Session) -> Session:
    """The same session, which now sees what was committed elsewhere."""
    session.rollback()
    return session
