"""The regional manager decides that one thing that ties a coordinator to the case is no obstacle."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.core.audit import record
from ekc.core.errors import Refusal, Stale
from ekc.core.transaction import writing
from ekc.matching.actions.asking import taken
from ekc.matching.models import Waiver
from ekc.matching.queries import open_conflicts
from ekc.people.access import Visitor
from ekc.people.models import Account
from ekc.workflow.vocabulary import N_, Activity


def waive_conflict(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, conflict: str, reason: str
) -> None:
    """Waive the open conflict with this key, for a reason that everybody on the case can read. Others stay open.

    Of an agency it holds for the tie that it has now, or a weaker one: a closer one is something to decide anew.

    Nobody decides about themselves: a manager may be coordinator as well. Raises Stale where it is not open any more:
    it has gone, was waived, or somebody else is coordinator now.
    """
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.MATCH_COORDINATOR, at)
        match = taken(session, conference_id)
        if not reason.strip():
            raise Refusal(N_("Write down why."))
        if match is not None and match.account_id == visitor.account_id:
            raise Refusal(N_("This is about yourself. Somebody else decides it, or takes the case over."))
        found = {one.key: one for one in open_conflicts(session, conference_id)}.get(conflict)
        if match is None or found is None or visitor.account_id is None:
            raise Stale(N_("This is not open any more. Look at what ties the coordinator to the case now."))
        waiver = Waiver(
            match_id=match.id,
            matter=found.matter,
            about=found.about,
            tie=found.tie,
            reason=reason.strip(),
            waived_at=at,
            waived_by=visitor.account_id,
        )
        session.add(waiver)
        name = session.get_one(Account, match.account_id).name
        detail = {"coordinator": name, "matter": found.matter.value, "about": found.about, "reason": waiver.reason}
        record(session, visitor.actor, at, "match.conflict_waived", conference_id, **detail)
