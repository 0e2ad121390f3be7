"""Reading rows of plain values: what pages do by far the most. Mapped objects are read by the session itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.orm import Session


def read_rows(
    session: Session, statement: Executable, values: Mapping[str, Any] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """All rows of a statement that selects columns, in the transaction of the session, with what it has changed.

    The connection is asked itself: a session prepares each statement, and each row, for mapped objects, which costs a
    page of twenty statements a tenth of its time.
    """
    session.flush()
    return session.connection().execute(statement, values).all()
