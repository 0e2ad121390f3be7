"""Sharing the plan: who decides it, what it shows and hides, and who accepts without reading the plan."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import remove_person
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations import actions as evaluations
from ekc.journey.effects import EFFECTS
from ekc.journey.notices import owed_in
from ekc.journey.queries.notices import notices
from ekc.meetings.models import Stretch
from ekc.plans import edits
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.actions.sharing import share_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.owed.kinds import NoticeKind
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
NOT_YET = "sees nothing of the plan yet, only what it asks of them and has to meet."


@pytest.fixture
def family(db_session: Session, cast: Cast, clock: FrozenClock) -> Family:
    clock.set(PRESENTED)
    made = presented(db_session, cast)
    goal = change_plan(By(db_session, cast.noor, PRESENTED), made.id, 0, edits.add_goal(GOAL))
    asked = NewAction(what=ASKED, who=(made["priya"],), by=date(2026, 4, 24), kind=ActionKind.PROFESSIONAL)
    change_plan(By(db_session, cast.noor, PRESENTED), made.id, 1, edits.add_action(goal, asked))
    return made


def share(session: Session, cast: Cast, family: Family, whose: str = "marieke", **with_: PlanSharing) -> None:
    """Noor notes what a main person says."""
    choices = {family[name]: sharing for name, sharing in with_.items()}
    share_plan(By(session, cast.noor, PRESENTED), family.id, family[whose], choices)


def add_main_person(session: Session, family: Family) -> None:
    """Omar is a main person as well."""
    with writing(session):
        session.get_one(Participant, family["omar"]).part = Part.MAIN_PERSON


def seen(session: Session, family: Family) -> dict[str, str]:
    """What counts now, by the professional's first name."""
    session.rollback()
    found = plan_circle.professionals(plan_circle.circle(session, family.id))
    return {person.name.split()[0]: person.sharing.value for person in found}


def told(page: Page) -> list[str]:
    """What the page of the plan, or somebody's own page, says about each professional."""
    section = next(node for node in page.all("section") if node.get("id") == "sharing")
    return [" ".join("".join(item.itertext()).split()) for item in section.iter("li")]


def test_a_main_person_chooses_one_by_one(app: Flask, db_session: Session, family: Family) -> None:
    marieke = somebody(app, db_session, family, "marieke")
    marieke.follow("Say who else may read the plan")

    page = marieke.submit("Save my answer", {"Karim Jansen": "all of it", "Priya Nair": "nothing yet"})

    assert "The answer is saved. Here is what each of them sees now." in page.text
    assert told(page) == [
        "Karim Jansen sees all of the plan. Youth protection Rivierstad Your answer: all of it.",
        f"Priya Nair {NOT_YET} Mental health team Your answer: nothing yet.",
    ]
    of_reading = AuditEvent.action == "voice.reading"
    events = db_session.scalars(select(AuditEvent).where(of_reading).order_by(AuditEvent.seq))
    whose = {"person": family["marieke"]}
    assert [(event.actor_id, read_detail(db_session, event)) for event in events] == [
        (family["marieke"], whose | {"about": family["karim"], "sharing": "all"}),
        (family["marieke"], whose | {"about": family["priya"], "sharing": "nothing"}),
    ]


def test_the_coordinator_notes_for_all_at_once_what_a_main_person_said(
    client: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    sign_in(client, cast.noor)
    client.page(address(family))
    client.follow("Choose who sees what")
    assert client.refused("Set this for everyone", status=422).errors == [
        "All professionals may see: Choose how much of the plan they see."
    ]

    page = client.submit("Set this for everyone", {"All professionals may see": "all of it"})

    assert [line.partition(" sees ")[2].partition(".")[0] for line in told(page)] == ["all of the plan"] * 2
    assert "Your answer" not in page.text


def test_of_several_main_persons_the_coordinator_says_whose_answer_it_is(
    client: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    add_main_person(db_session, family)
    sign_in(client, cast.noor)
    assert client.page(address(family, "/sharing")).buttons == ["Sign out"]
    client.follow("Omar El Amrani")

    client.submit("Save their answer", {"Karim Jansen": "all of it", "Priya Nair": "what concerns them"})

    assert plan_circle.own_sharing(db_session, family.id, family["omar"]) == {
        family["karim"]: PlanSharing.ALL,
        family["priya"]: PlanSharing.CONCERNS,
    }
    assert plan_circle.own_sharing(db_session, family.id, family["marieke"]) == {}
    assert seen(db_session, family) == {"Karim": "nothing", "Priya": "nothing"}


def test_the_strictest_answer_counts_and_no_answer_is_nothing(db_session: Session, cast: Cast, family: Family) -> None:
    add_main_person(db_session, family)
    assert seen(db_session, family) == {"Karim": "nothing", "Priya": "nothing"}
    share(db_session, cast, family, "marieke", karim=PlanSharing.ALL, priya=PlanSharing.ALL)
    assert seen(db_session, family) == {"Karim": "nothing", "Priya": "nothing"}

    share(db_session, cast, family, "omar", karim=PlanSharing.CONCERNS, priya=PlanSharing.ALL)

    assert seen(db_session, family) == {"Karim": "concerns", "Priya": "all"}
    share(db_session, cast, family, "marieke", priya=PlanSharing.NOTHING)
    assert seen(db_session, family) == {"Karim": "concerns", "Priya": "nothing"}
    with writing(db_session):  # whoever stays away as was decided is not asked
        omar = db_session.get_one(Participant, family["omar"])
        omar.attends, omar.exclusion_reason = Attends.EXCLUDED, "x"
        omar.excluded_by, omar.excluded_on = "x", PRESENTED.date()
    assert seen(db_session, family) == {"Karim": "all", "Priya": "nothing"}


def test_each_main_person_sees_their_own_answer_and_what_counts(
    app: Flask, db_session: Session, cast: Cast, family: Family
) -> None:
    add_main_person(db_session, family)
    share(db_session, cast, family, "marieke", karim=PlanSharing.ALL)
    share(db_session, cast, family, "omar", karim=PlanSharing.CONCERNS, priya=PlanSharing.NOTHING)
    marieke, omar = (somebody(app, db_session, family, name) for name in ("marieke", "omar"))

    karim = "Karim Jansen sees only what concerns them, and what the plan has to meet."
    priya = f"Priya Nair {NOT_YET}"
    for client, answers in (
        (marieke, ["Your answer: all of it.", "You have not answered yet."]),
        (omar, ["Your answer: what concerns them.", "Your answer: nothing yet."]),
    ):
        expected = [f"{sentence} {answer}" for sentence, answer in zip((karim, priya), answers, strict=True)]
        assert told(client.page(f"/conferences/{family.id}/mine")) == expected
        page = client.page(address(family))
        assert [line.endswith(answer) for line, answer in zip(told(page), answers, strict=True)] == [True, True]
        assert "As long as one of you does not want it, they do not read it." in page.text


def test_every_main_person_hears_when_a_professional_sees_more(db_session: Session, cast: Cast, family: Family) -> None:
    add_main_person(db_session, family)
    with writing(db_session):
        for name in ("marieke", "omar", "yara"):
            db_session.get_one(Participant, family[name]).email = f"{name}@example.org"
    share(db_session, cast, family, "marieke", karim=PlanSharing.ALL, priya=PlanSharing.ALL)
    assert (mails_of(db_session), notices(db_session, family.id)) == ([], ())

    share(db_session, cast, family, "omar", karim=PlanSharing.ALL, priya=PlanSharing.CONCERNS)

    heard = [(f"{name}@example.org", "Somebody sees more of the plan") for name in ("marieke", "omar")]
    assert mails_of(db_session) == heard
    [row] = notices(db_session, family.id)
    assert (row.kind, row.readers) == (
        NoticeKind.READING,
        (("Karim Jansen", PlanSharing.ALL), ("Priya Nair", PlanSharing.CONCERNS)),
    )
    [owed] = owed_in(db_session, [family.id])[family.id]
    assert [one.id for one in owed.to] == [family["marieke"], family["omar"]]
    share(db_session, cast, family, "marieke", karim=PlanSharing.NOTHING, priya=PlanSharing.ALL)
    assert (mails_of(db_session), len(notices(db_session, family.id))) == (heard, 1)


def test_when_who_did_not_want_it_is_taken_out_the_others_are_asked_again_and_then_everybody_hears(
    db_session: Session, cast: Cast, family: Family
) -> None:
    add_main_person(db_session, family)
    share(db_session, cast, family, "marieke", karim=PlanSharing.ALL)
    share(db_session, cast, family, "omar", karim=PlanSharing.NOTHING)
    with writing(db_session):
        db_session.execute(update(Stretch).where(Stretch.participant_id == family["omar"]).values(left_at=PRESENTED))

    remove_person(By(db_session, cast.noor, PRESENTED), family.id, family["omar"], "he moved away")

    assert notices(db_session, family.id) == ()
    share(db_session, cast, family, "marieke", karim=PlanSharing.ALL)

    [row] = notices(db_session, family.id)
    assert row.readers == (("Karim Jansen", PlanSharing.ALL),)


def test_history_says_that_a_professional_sees_more(
    client: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    share(db_session, cast, family, karim=PlanSharing.ALL)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{family.id}/history")

    assert "Somebody sees more of the plan Karim Jansen sees all of the plan." in page.text
    page = client.page(f"/conferences/{family.id}/to-tell")
    assert "Karim Jansen sees all of the plan." in page.text


def mails_of(session: Session) -> list[tuple[str, str]]:
    """Whom the mails go to and what they are called."""
    rows = session.execute(select(OutboxMessage.recipient, OutboxMessage.subject).order_by(OutboxMessage.id))
    return [(row.recipient, row.subject) for row in rows]


def test_until_a_main_person_says_so_somebody_sees_what_is_asked_of_them(
    app: Flask, db_session: Session, family: Family
) -> None:
    priya, karim = (somebody(app, db_session, family, name) for name in ("priya", "karim"))

    asked, other = priya.page(address(family)), karim.page(address(family))

    assert [NOTHING in page.text for page in (asked, other)] == [True, True]
    assert [ASKED in page.text for page in (asked, other)] == [True, False]
    assert [GOAL in page.text for page in (asked, other)] == [False, False]
    assert "An adult is with the children every night. not looked at yet" in asked.text
    assert "Marieke" not in asked.text + other.text


@pytest.mark.both_databases
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


def freeze_ready(session: Session, cast: Cast, family: Family, revision: int = 2) -> None:
    """Agree the plan as it is, after adding an evaluation."""
    afternoon = datetime(2026, 7, 11, 14, 0)  # noqa: DTZ001 - local, as people agree it
    again = EvaluationPlan(at=afternoon, place="at Kees's", convenor=family["omar"])
    change_plan(By(session, cast.noor, PRESENTED), family.id, revision, edits.set_evaluation(again))
    freeze(session, family, PRESENTED + timedelta(minutes=20))


def test_with_nothing_shared_there_are_bottom_lines_and_requests_to_oneself(
    app: Flask, db_session: Session, cast: Cast, family: Family
) -> None:
    share(db_session, cast, family, priya=PlanSharing.NOTHING)
    called = NewWhatIf(if_="Marieke is ill again", then="Ring the team", who=(family["priya"], family["omar"]))
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 2, edits.add_what_if(called))
    priya = somebody(app, db_session, family, "priya")

    page = priya.page(address(family))

    assert (NOTHING in page.text, ASKED in page.text, "Marieke" in page.text) == (True, True, False)
    assert ASKED in priya.page(address(family, "/agreement")).text
    visitor = participant(family.id, family["priya"])
    answer_support(By(db_session, visitor, PRESENTED), family.id, 3, "a2", SupportAnswer.AGREED)
    freeze_ready(db_session, cast, family, 3)
    evaluations.tick(By(db_session, visitor, PRESENTED), family.id, "a2", ActionState.DONE)
    assert "11 July" not in priya.page(address(family)).text
    share(db_session, cast, family, priya=PlanSharing.CONCERNS)
    page = priya.page(address(family))
    assert (NOT_WHOLE in page.text, "Marieke is ill again" in page.text, "11 July" in page.text) == (True, True, True)


@pytest.mark.parametrize("name", ["yara", "omar", "joost", "karim"])
def test_nobody_else_decides_it(name: str, app: Flask, db_session: Session, family: Family) -> None:
    client = somebody(app, db_session, family, name)

    assert client.get(address(family, "/sharing")).status_code == 404
    visitor = participant(family.id, family[name])
    with pytest.raises(Unknown):
        share_plan(By(db_session, visitor, PRESENTED), family.id, family["marieke"], {family["karim"]: PlanSharing.ALL})


def test_nobody_answers_for_another_main_person(app: Flask, db_session: Session, family: Family) -> None:
    add_main_person(db_session, family)
    visitor = participant(family.id, family["omar"])
    choices = {family["karim"]: PlanSharing.ALL}

    with pytest.raises(Unknown):
        share_plan(By(db_session, visitor, PRESENTED), family.id, family["marieke"], choices)

    page = somebody(app, db_session, family, "omar")
    page.page(address(family, f"/sharing?of={family['marieke']}"))
    page.submit("Save my answer", {"Karim Jansen": "all of it", "Priya Nair": "all of it"})
    assert plan_circle.own_sharing(db_session, family.id, family["marieke"]) == {}
    assert len(plan_circle.own_sharing(db_session, family.id, family["omar"])) == 2


@pytest.mark.both_databases
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
        share_plan(By(db_session, visitor, PRESENTED), family.id, family["marieke"], {family["karim"]: PlanSharing.ALL})


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
        share_plan(
            By(db_session, cast.noor, PRESENTED), family.id, family["marieke"], {other["karim"]: PlanSharing.ALL}
        )
    for whose in ("karim", "yara"):
        with pytest.raises(Unknown):
            share(db_session, cast, family, whose, karim=PlanSharing.ALL)


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
            "The family agreed its plan. With your own link you see what the family shares of it with you.\n\n"
            "Do you have no link, or does it not open? Ring, and you hear it.",
        ),
    ]


def deciding(session: Session, family: Family) -> list[str]:
    """Who decides about acceptance."""
    session.rollback()
    return [row.name for row in plan_circle.deciders(session, family.id, plan_circle.circle(session, family.id))]


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
    assert plan_answers.is_accepted(plan_answers.acceptances(db_session, family.id, 1)) is True
    assert "accept the plan?" not in priya.page(address(family, "/agreement")).text
