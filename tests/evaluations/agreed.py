"""A case with an agreed plan of two goals and three actions, its call and evaluation planned."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant
from ekc.core.transaction import writing
from ekc.evaluations import queries
from ekc.evaluations.effects import plan_follow_ups
from ekc.evaluations.models import FollowUp
from ekc.plans.draft import Action, Draft, EvaluationPlan, Goal
from ekc.plans.effects import store_version
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import ActionKind, Every, Part, Phase, Step
from tests.build import registered_case
from tests.cast import Cast
from tests.stages import stage

EVALUATION_AT = datetime(2026, 7, 11, 14, 0)  # noqa: DTZ001 - local, as people agree it


@dataclass(frozen=True)
class AgreedCase:
    """Ids of the case, its people and follow-ups; keys of the actions 1.1, 1.2 and 2.1."""

    id: int
    marieke: int
    karim: int
    omar: int
    yara: int
    call: int
    evaluation: int
    nights: str = "a2"
    roster: str = "a3"
    school: str = "a5"


#: The kinds that these tests are about. Other kinds have a test of their own.
CALL_AND_EVALUATION = frozenset({FollowUpKind.CALL, FollowUpKind.EVALUATION})


@stage
def agreed_case(
    session: Session,
    cast: Cast,
    at: datetime,
    kinds: frozenset[FollowUpKind] = CALL_AND_EVALUATION,
    **changes: object,
) -> AgreedCase:
    """Omar sleeps over (1.1), Yara makes the roster (1.2), Omar and Karim help with school (2.1). Omar convenes.

    Only the follow-ups of `kinds` are kept.
    """
    made = registered_case(session, cast, at, **changes)
    with writing(session):
        conference = session.get_one(Conference, made.id)
        omar, yara = (
            Participant(conference_id=made.id, part=Part.FAMILY, name=name, relation="family", phone="06 1234 5678")
            for name in ("Omar El Amrani", "Yara El Amrani")
        )
        session.add_all([omar, yara])
        conference.phase, conference.phase_since, conference.presentation = Phase.PRESENTATION, at, 1
        conference.coordinator_id = cast.noor.account_id
        omar.convenes = True
        session.flush()
        draft = plan_of(omar.id, yara.id, made.people["karim"])
        store_version(session, conference, at, draft, 0)
        conference.phase = Phase.EVALUATION
        plan_follow_ups(session, conference, at, Taking(Step.AGREE_PLAN))
        session.execute(delete(FollowUp).where(FollowUp.conference_id == made.id, FollowUp.kind.not_in(kinds)))
    planned = {row.kind: row.id for row in queries.follow_ups(session, made.id, at.date())}
    session.rollback()  # so that later reads see what a page changes
    return AgreedCase(
        made.id,
        made.people["marieke"],
        made.people["karim"],
        omar.id,
        yara.id,
        planned[FollowUpKind.CALL],
        planned[FollowUpKind.EVALUATION],
    )


def plan_of(omar: int, yara: int, karim: int) -> Draft:
    """The plan; its actions have the keys a2, a3 and a5."""
    nights = Action(key="a2", what="Sleeps over on Wednesday", who=(omar,), every=Every.WEEK)
    roster = Action(key="a3", what="Hangs up the roster", who=(yara,), by=EVALUATION_AT.date())
    school = Action(key="a5", what="Rings school", who=(omar, karim), every=Every.WEEK, kind=ActionKind.PROFESSIONAL)
    return Draft(
        goals=(
            Goal(key="g1", text="Never alone at night", actions=(nights, roster)),
            Goal(key="g4", text="Back at school", actions=(school,)),
        ),
        evaluation=EvaluationPlan(at=EVALUATION_AT, place="at Kees's"),
        last_key=5,
    )


def revise(session: Session, case: AgreedCase, at: datetime, evaluation_at: datetime, step: Step) -> None:
    """Agree a next version of the same plan, with another evaluation date."""
    with writing(session):
        conference = session.get_one(Conference, case.id)
        draft = plan_of(case.omar, case.yara, case.karim)
        draft = replace(draft, evaluation=EvaluationPlan(at=evaluation_at, place="in the park"))
        store_version(session, conference, at, draft, 0)
        plan_follow_ups(session, conference, at, Taking(step))
