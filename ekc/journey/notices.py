"""What is owed to whom in cases, many at once: from the rows that say it, by the rules of `ekc/workflow/owed/`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from ekc.conferences.queries.members import Circle, with_former_of_cases
from ekc.core.clock import local_date
from ekc.journey.queries import listeners
from ekc.journey.queries.notices import notices_of_cases
from ekc.journey.queries.settled import SettledNotices
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.owed.listeners import Listener, NoticeFacts
from ekc.workflow.owed.rows import RULES
from ekc.workflow.owed.still_owed import Owed, all_owed, owed, waits


def owed_in(
    session: Session, conference_ids: Collection[int], circles: Mapping[int, Circle] | None = None
) -> dict[int, tuple[Owed, ...]]:
    """By case what is owed now, settled or not; cases without a notice that counts in their round are missing.

    `circles`: those that were read already.
    """
    rows = [row for row in notices_of_cases(session, conference_ids) if row.phase in RULES[row.kind].phases]
    return _judged(session, rows, lambda row, found, circle: owed(row.phase, found, circle), circles or {})


def owed_so_far(session: Session, conference_id: int) -> tuple[Owed, ...]:
    """What was owed in this round of a case or goes on from one before, to whom and how cleared; oldest first."""
    rows = notices_of_cases(session, [conference_id])
    found = _judged(session, rows, lambda _row, found, circle: all_owed(found, circle), {})
    return found.get(conference_id, ())


def _judged(
    session: Session,
    rows: list[Row[Any]],
    judge: Callable[[Any, list[NoticeFacts], list[Listener]], tuple[Owed, ...]],
    read: Mapping[int, Circle],
) -> dict[int, tuple[Owed, ...]]:
    if not rows:
        return {}
    settle = SettledNotices(session, rows)
    by_case: dict[int, list[NoticeFacts]] = defaultdict(list)
    before: dict[tuple[int, NoticeKind, int | None], str] = {}
    for row in rows:  # oldest first
        what = (row.conference_id, row.kind, row.about)
        before[what] = row.was or before.get(what, "")
        by_case[row.conference_id].append(
            NoticeFacts(
                id=row.id,
                kind=row.kind,
                at=row.at,
                on=local_date(row.at, row.timezone),
                about=row.about,
                end=row.end,
                settled=settle.how(row),
                was=before[what],
                now=row.now or "",
                earlier=row.left_in < row.round,
            )
        )
    heads = {row.conference_id: row for row in rows}
    everybody = {**read, **with_former_of_cases(session, heads.keys() - read.keys())}
    circles = {case: [listeners.listener(one) for one in everybody.get(case, ()) if not one.left] for case in heads}
    if any(waits(notice, circles[case]) for case, found in by_case.items() for notice in found):
        circles = listeners.with_signs(session, heads, rows, circles)
    return {case: judge(heads[case], found, circles[case]) for case, found in by_case.items()}
