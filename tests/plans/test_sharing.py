"""Sharing the plan: who decides it, what it shows and hides, and who accepts without reading the plan."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations import actions as evaluations
from ekc.journey.effects import EFFECTS
from ekc.plans import actions, edits, queries
from ekc.plans.draft import EvaluationPlan, NewAction
from ekc.workflow.definition import Taking
from ekc.workflow.vocabulary import (
    ActionKind,
    ActionState,
    Attends,
    Effect,
    Part,
    Phase,
    PlanSharing,
    Step,
    SupportAnswer,
)
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page
from tests.plans.presented import PRESENTED, Family, address, freeze, presented, somebody

GOAL = "The children are never alone at night."
ASKED = "Plans the treatment"
NOT_WHOLE = "It has not shared the whole of it with you."
NOTHING = "It has not shared it with you."


@pytest.fixture
def family(db_session: Session, cast: Cast, clock: FrozenClock) -> Family:
    clock.set(PRESENTED)
    made = presented(db_session, cast)
    goal = actions.change_plan(By(db_session, cast.noor, PRESENTED), made.id, 0, edits.add_goal(GOAL))
    asked = NewAction(what=ASKED, who=(made["priya"],), by=date(2026, 4, 24), kind=ActionKind.PROFESSIONAL)
    actions.change_plan(By(db_session, cast.noor, PRESENTED), made.id, 1, edits.add_action(goal, asked))
    return made


def share(session: Session, cast: Cast, family: Family, **with_: PlanSharing) -> None:
    """Noor notes what the family decided."""
    choices = {family[name]: sharing for name, sharing in with_.items()}
    actions.share_plan(By(session, cast.noor, PRESENTED), family.id, choices)


def told(page: Page) -> list[str]:
    """What the plan page says about each professional."""
    section = next(node for node in page.all("section") if node.get("id") == "sharing")
    return [" ".join("".join(item.itertext()).split()) for item in section.iter("li")]


def test_a_main_person_chooses_one_by_one(app: Flask, db_session: Session, family: Family) -> None:
    marieke = somebody(app, db_session, family, "marieke")
    marieke.follow("Choose which professional sees the plan")

    page = marieke.submit("Save who sees what", {"Karim Jansen": "all of it", "Priya Nair": "nothing yet"})

    assert "It is noted who sees what of the plan." in page.text
    assert told(page) == [
        "Karim Jansen sees all of the plan. Youth protection Rivierstad",
        "Priya Nair sees nothing of the plan yet, only what it has to meet. Mental health team",
    ]
    events = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "plan.shared").order_by(AuditEvent.seq))
    assert [(event.actor_id, read_detail(db_session, event)) for event in events] == [
        (family["marieke"], {"name": "Karim Jansen", "sharing": "all"}),
        (family["marieke"], {"name": "Priya Nair", "sharing": "nothing"}),
    ]


def test_the_coordinator_notes_for_all_at_once_what_the_family_said(
    client: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    sign_in(client, cast.noor)
    client.page(address(family))
    client.follow("Choose who sees what")
    assert client.refused("Do this for all", status=422).errors == [
        "All professionals see: Choose how much of the plan is seen."
    ]

    page = client.submit("Do this for all", {"All professionals see": "all of it"})

    assert [line.partition(" sees ")[2].partition(".")[0] for line in told(page)] == ["all of the plan"] * 2


def test_until_the_family_says_so_somebody_sees_what_concerns_them(
    app: Flask, db_session: Session, family: Family
) -> None:
    priya, karim = (somebody(app, db_session, family, name) for name in ("priya", "karim"))

    asked, other = priya.page(address(family)), karim.page(address(family))

    assert [NOT_WHOLE in page.text for page in (asked, other)] == [True, True]
    assert [ASKED in page.text for page in (asked, other)] == [True, False]
    assert [GOAL in page.text for page in (asked, other)] == [False, False]
    assert "An adult is with the children every night. not looked at yet" in asked.text
    assert "Marieke" not in asked.text + other.text


def test_what_is_shared_opens_and_closes_at_once(app: Flask, db_session: Session, cast: Cast, family: Family) -> None:
    freeze_ready(db_session, cast, family)
    karim = somebody(app, db_session, family, "karim")
    assert karim.get(address(family, "/versions/1")).status_code == 404

    share(db_session, cast, family, karim=PlanSharing.ALL)
    assert GOAL in karim.page(address(family, "/versions/1")).text
    assert "Read the plan" in [name for name, _ in karim.page(f"/conferences/{family.id}/mine").links]

    share(db_session, cast, family, karim=PlanSharing.CONCERNS)
    assert karim.get(address(family, "/versions/1")).status_code == 404
    assert karim.get(address(family, "/versions/1.pdf")).status_code == 404
    assert karim.get(address(family, "/versions/9")).status_code == 404  # one that is not there looks the same


def freeze_ready(session: Session, cast: Cast, family: Family) -> None:
    """Agree the plan as it is, after adding an evaluation."""
    afternoon = datetime(2026, 7, 11, 14, 0)  # noqa: DTZ001 - local, as people agree it
    again = EvaluationPlan(at=afternoon, place="at Kees's", convenor=family["omar"])
    actions.change_plan(By(session, cast.noor, PRESENTED), family.id, 2, edits.set_evaluation(again))
    freeze(session, family, PRESENTED + timedelta(minutes=20))


def test_with_nothing_shared_there_are_bottom_lines_and_no_requests(
    app: Flask, db_session: Session, cast: Cast, family: Family
) -> None:
    share(db_session, cast, family, priya=PlanSharing.NOTHING)
    priya = somebody(app, db_session, family, "priya")

    page = priya.page(address(family))

    assert NOTHING in page.text
    assert ASKED not in page.text + priya.page(address(family, "/agreement")).text
    visitor = participant(family.id, family["priya"])
    with pytest.raises(Unknown):
        actions.answer_support(By(db_session, visitor, PRESENTED), family.id, 2, "a2", SupportAnswer.AGREED)
    freeze_ready(db_session, cast, family)
    with pytest.raises(Unknown):
        evaluations.tick(By(db_session, visitor, PRESENTED), family.id, "a2", ActionState.DONE)


@pytest.mark.parametrize("name", ["yara", "omar", "joost", "karim"])
def test_nobody_else_decides_it(name: str, app: Flask, db_session: Session, family: Family) -> None:
    client = somebody(app, db_session, family, name)

    assert client.get(address(family, "/sharing")).status_code == 404
    visitor = participant(family.id, family[name])
    with pytest.raises(Unknown):
        actions.share_plan(By(db_session, visitor, PRESENTED), family.id, {family["karim"]: PlanSharing.ALL})


def test_whoever_is_too_young_to_consent_alone_decides_it_with_others(
    app: Flask, db_session: Session, family: Family
) -> None:
    with writing(db_session):
        db_session.get_one(Participant, family["marieke"]).born = date(2014, 4, 19)  # twelve tomorrow
    marieke = somebody(app, db_session, family, "marieke")

    page = marieke.page(address(family, "/sharing"))

    assert "Decide this together with your family." in page.text
    assert page.buttons == ["Sign out"]
    visitor = participant(family.id, family["marieke"])
    with pytest.raises(Refusal, match="together with your family"):
        actions.share_plan(By(db_session, visitor, PRESENTED), family.id, {family["karim"]: PlanSharing.ALL})


def test_only_who_is_there_as_a_professional_can_be_chosen(db_session: Session, cast: Cast, family: Family) -> None:
    with writing(db_session):
        priya = db_session.get_one(Participant, family["priya"])
        priya.attends, priya.exclusion_reason = Attends.EXCLUDED, "x"
        priya.excluded_by, priya.excluded_on = "x", PRESENTED.date()
    for name in ("omar", "priya", "interpreter"):
        with pytest.raises(Unknown):
            share(db_session, cast, family, **{name: PlanSharing.ALL})
    other = presented(db_session, cast, "EKC-2026-0008")
    with pytest.raises(Unknown):
        actions.share_plan(By(db_session, cast.noor, PRESENTED), family.id, {other["karim"]: PlanSharing.ALL})


def test_it_is_decided_while_there_is_a_plan(db_session: Session, cast: Cast, family: Family) -> None:
    for phase in (Phase.SETUP, Phase.PRIVATE_TIME):
        with writing(db_session):
            db_session.get_one(Conference, family.id).phase = phase
        with pytest.raises(NotNow):
            share(db_session, cast, family, karim=PlanSharing.ALL)


def test_a_professional_is_told_no_more_than_is_shared(db_session: Session, cast: Cast, family: Family) -> None:
    with writing(db_session):
        for name in ("karim", "omar"):
            db_session.get_one(Participant, family[name]).email = f"{name}@example.org"
        EFFECTS[Effect.ISSUE_DOCUMENTS](
            db_session, db_session.get_one(Conference, family.id), PRESENTED, Taking(Step.AGREE_PLAN)
        )

    mails = db_session.execute(select(OutboxMessage.recipient, OutboxMessage.body).order_by(OutboxMessage.id))
    assert [tuple(mail) for mail in mails] == [
        (
            "omar@example.org",
            "The plan is written down as it was agreed. Ask your coordinator for it, or open it with your own link.",
        ),
        (
            "karim@example.org",
            "The family agreed its plan. With your own link you see what the family shares of it with you.",
        ),
    ]


def deciding(session: Session, family: Family) -> list[str]:
    """Who decides about acceptance."""
    session.rollback()
    return [row.name for row in queries.deciders(session, family.id, queries.circle(session, family.id))]


def test_the_referrer_decides_and_whoever_set_a_bottom_line(db_session: Session, cast: Cast, family: Family) -> None:
    assert deciding(db_session, family) == ["Karim Jansen"]
    with writing(db_session):
        db_session.get_one(BottomLine, family.lines[1]).set_by = family["priya"]
    assert deciding(db_session, family) == ["Karim Jansen", "Priya Nair"]


def test_without_them_any_professional_decides(db_session: Session, cast: Cast, family: Family) -> None:
    with writing(db_session):
        db_session.get_one(Participant, family["karim"]).part = Part.PROFESSIONAL
        for line in family.lines:
            db_session.delete(db_session.get_one(BottomLine, line))

    assert deciding(db_session, family) == ["Karim Jansen", "Priya Nair"]


def test_who_decides_sees_the_bottom_lines_and_not_the_plan(app: Flask, db_session: Session, family: Family) -> None:
    karim, priya = (somebody(app, db_session, family, name) for name in ("karim", "priya"))

    page = karim.page(address(family, "/agreement"))

    assert page.heading == "Your answer to the plan"
    assert "The family tells its plan aloud at the presentation." in page.text
    assert "An adult is with the children every night." in page.text
    assert "Everybody is asked" not in page.text
    karim.submit("Save the decision", {"The plan is": "accepted"})
    db_session.rollback()
    assert queries.is_accepted(queries.acceptances(db_session, family.id, 1)) is True
    assert "Is the plan accepted?" not in priya.page(address(family, "/agreement")).text
