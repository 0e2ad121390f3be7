"""The case of these tests: in the phase of presentation, after private time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.meetings.models import Meeting, Stretch
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.plans.effects import freeze_plan, present_plan
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import ActionKind, Attends, Every, LegalContext, Part, Phase, PresentBy, Step, Variant
from tests.cast import MUNICIPALITY, Cast, enter
from tests.client import PageClient
from tests.stages import stage

#: Saturday 18 April 2026, 14:40 in Rivierstad.
PRESENTED = datetime(2026, 4, 18, 12, 40, tzinfo=UTC)

#: The evaluation, in local time as people agree it.
EVALUATION = datetime(2026, 7, 11, 14, 0)  # noqa: DTZ001

_PEOPLE = {
    "marieke": ("Marieke de Wit", Part.MAIN_PERSON, "mother", ""),
    "yara": ("Yara El Amrani", Part.CHILD, "daughter", ""),
    "fatima": ("Fatima El Amrani-Benali", Part.FAMILY, "paternal grandmother", ""),
    "omar": ("Omar El Amrani", Part.FAMILY, "uncle", ""),
    "hassan": ("Hassan El Amrani", Part.FAMILY, "father", ""),
    "joost": ("Joost Lammers", Part.SUPPORTER, "advocate of Yara", ""),
    "karim": ("Karim Jansen", Part.REFERRER, "", "Youth protection Rivierstad"),
    "priya": ("Priya Nair", Part.PROFESSIONAL, "", "Mental health team"),
    "interpreter": ("Interpreter by telephone", Part.INTERPRETER, "", ""),
}


@dataclass(frozen=True)
class Family:
    """The case and its people by first name; `lines` are its bottom lines."""

    id: int
    people: dict[str, int]
    lines: tuple[int, int]

    def __getitem__(self, name: str) -> int:
        return self.people[name]


@stage
def presented(session: Session, cast: Cast, number: str = "EKC-2026-0007") -> Family:
    """The case at its presentation. Hassan is absent; everybody else came."""
    case = Conference(
        number=number,
        variant=Variant.FAMILY,
        profile="nl",
        workflow_version=1,
        language="nl",
        timezone="Europe/Amsterdam",
        legal_context=LegalContext.PRESSURE,
        municipality_id=row_of(By(session, cast.noor, PRESENTED), Listing.MUNICIPALITIES, MUNICIPALITY),
        region_id=cast.north,
        title="Family De Wit - El Amrani",
        question="Hoe zorgen wij er samen voor dat de kinderen veilig thuis kunnen blijven wonen?",
        registered_on=date(2026, 3, 2),
        registered_by=Part.REFERRER,
        reason="Two nights alone.",
        phase=Phase.PRESENTATION,
        phase_since=PRESENTED,
        coordinator_id=cast.noor.account_id,
        presentation=0,
    )
    session.add(case)
    session.flush()
    rows = {
        name: Participant(conference_id=case.id, part=part, name=full, relation=relation, organisation=organisation)
        for name, (full, part, relation, organisation) in _PEOPLE.items()
    }
    for row in rows.values():
        session.add(row)
        session.flush()
    rows["hassan"].attends = Attends.LETTER
    meeting = Meeting(
        conference_id=case.id, number=1, started_at=PRESENTED - timedelta(hours=4), venue_name="Buurthuis De Brug"
    )
    session.add(meeting)
    session.flush()
    for name, row in rows.items():
        if name != "hassan":
            session.add(
                Stretch(
                    meeting_id=meeting.id,
                    participant_id=row.id,
                    part=row.part,
                    how=PresentBy.IN_PERSON,
                    came_at=PRESENTED,
                )
            )
    lines = [
        BottomLine(conference_id=case.id, number=n, text=text, ground="safety", set_by=rows["karim"].id)
        for n, text in enumerate(("An adult is with the children every night.", "Daan is at school."), 1)
    ]
    session.add_all(lines)
    session.flush()
    present_plan(session, case, PRESENTED, Taking(Step.COME_OUT))
    session.commit()
    return Family(case.id, {name: row.id for name, row in rows.items()}, (lines[0].id, lines[1].id))


def write(session: Session, cast: Cast, family: Family) -> str:
    """A whole plan; returns the key of the request for support."""
    noor, at = cast.noor, PRESENTED
    goal = change_plan(By(session, noor, at), family.id, 0, edits.add_goal("De kinderen zijn nooit 's nachts alleen."))
    nights = NewAction(what="Slaapt bij Marieke", who=(family["fatima"],), starts=date(2026, 4, 19), every=Every.WEEK)
    change_plan(By(session, noor, at), family.id, 1, edits.add_action(goal, nights))
    asked = NewAction(
        what="Plant de behandeling op dinsdag",
        who=(family["priya"],),
        by=date(2026, 4, 24),
        kind=ActionKind.PROFESSIONAL,
    )
    key = change_plan(By(session, noor, at), family.id, 2, edits.add_action(goal, asked))
    what_if = NewWhatIf(if_="Iemand kan niet", then="Belt Omar", who=(family["omar"], family["fatima"]))
    change_plan(By(session, noor, at), family.id, 3, edits.add_what_if(what_if))
    change_plan(By(session, noor, at), family.id, 4, edits.set_monitor(family["omar"]))
    evaluation = EvaluationPlan(
        at=EVALUATION, place="bij Kees thuis", convenor=family["omar"], others=(family["karim"],)
    )
    change_plan(By(session, noor, at), family.id, 5, edits.set_evaluation(evaluation))
    return key


def freeze(session: Session, family: Family, at: datetime) -> None:
    """Store the plan as a version and go on to evaluation, as the step does."""
    session.rollback()
    case = session.get_one(Conference, family.id)
    freeze_plan(session, case, at, Taking(Step.AGREE_PLAN))
    case.phase = Phase.EVALUATION
    session.commit()


def somebody(app: Flask, session: Session, family: Family, name: str) -> PageClient:
    """Somebody of the circle as a visitor by personal link."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    enter(client, session, PRESENTED, family.id, family[name])
    return client


def address(family: Family, rest: str = "") -> str:
    """The URL of the plan, or of a page below it."""
    return f"/conferences/{family.id}/plan{rest}"
