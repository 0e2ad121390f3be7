"""Reading how often something was attempted."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.people.models import Attempt


def attempts_by_key(session: Session, at: datetime, keys: Collection[bytes]) -> dict[bytes, int]:
    """How many attempts still count, by key; a key without any is left out."""
    live = (Attempt.key.in_(keys), Attempt.until > at)
    counted = select(Attempt.key, func.count().label("number")).where(*live).group_by(Attempt.key)
    return {row.key: row.number for row in session.execute(counted)}


def retry_after(session: Session, at: datetime, key: bytes, most: int) -> datetime:
    """When fewer than so many attempts will count, if none is added."""
    newest = select(Attempt.until).where(Attempt.key == key, Attempt.until > at).order_by(Attempt.until.desc())
    return session.scalar(newest.offset(most - 1).limit(1)) or at
