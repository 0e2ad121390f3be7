"""The pages of the plan over HTTP: writing it, agreement, versions and their PDF."""

import sys
from datetime import date, datetime, timedelta
from hashlib import sha256
from types import FrameType

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.models import Conference
from ekc.journey.facts import gather_facts
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.sharing import share_plan
from ekc.plans.draft import EvaluationPlan, NewAction
from ekc.plans.draft import actions as actions_of
from ekc.plans.models import IssuedDocument
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.engine import STEP_RULES, judge
from ekc.workflow.vocabulary import Activity, Agreed, Every, Phase, PlanSharing, Step, SupportAnswer
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.counting import counted
from tests.page import Page
from tests.plans.presented import PRESENTED, Family, address, freeze, presented, somebody, write

# WeasyPrint leaves its colour profile open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")

REFUSED = "not accepted: it leaves somebody unsafe"
LATER = PRESENTED + timedelta(minutes=20)
GOAL = "De kinderen zijn nooit 's nachts alleen."


@pytest.fixture
def family(db_session: Session, cast: Cast, clock: FrozenClock) -> Family:
    clock.set(PRESENTED)
    return presented(db_session, cast)


@pytest.fixture
def noor(client: PageClient, cast: Cast, family: Family) -> PageClient:
    """Noor, the coordinator, in her browser."""
    sign_in(client, cast.noor)
    return client


def own_buttons(page: Page) -> list[str]:
    """The buttons of the page without those of the layout."""
    return [name for name in page.buttons if name != "Sign out"]


def drawn_fields(client: PageClient, path: str) -> int:
    """How often the page calls what draws its fields."""
    client.page(path)  # its templates are compiled
    calls = 0

    def count(frame: FrameType, event: str, _about: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.endswith("components/field.html")

    sys.setprofile(count)
    try:
        client.page(path)
    finally:
        sys.setprofile(None)
    return calls


def new_goal(session: Session, family: Family) -> str:
    """The key of the goal that was added last."""
    session.rollback()
    return plan_versions.stored_draft(session, family.id).draft.goals[-1].key


def test_the_form_for_an_action_is_drawn_once_however_many_goals_there_are(
    noor: PageClient, db_session: Session, family: Family
) -> None:
    """Each goal has one all the same, which opens without another page; what comes back stands under its own goal."""
    noor.page(address(family))
    noor.submit("Add this goal", {"Goal": GOAL})
    one = drawn_fields(noor, address(family))
    for more in ("Second goal", "Third goal"):
        noor.page(address(family))
        noor.submit("Add this goal", {"Goal": more})

    assert drawn_fields(noor, address(family)) == one > 0
    page = noor.here
    keys = [goal.key for goal in plan_versions.stored_draft(db_session, family.id).draft.goals]
    assert [box.get("name") for box in page.all("input") if (box.get("name") or "").endswith("-what")] == [
        f"{key}-what" for key in keys
    ]
    back = noor.refused("Add this action", {"What": ""}, near="Second goal", status=422)
    assert back.errors == ["What: Write what is done."]
    noor.submit("Add this action", {"What": "Brings Daan to school"}, near="Second goal")
    db_session.rollback()
    goals = plan_versions.stored_draft(db_session, family.id).draft.goals
    assert [[action.what for action in goal.actions] for goal in goals] == [[], ["Brings Daan to school"], []]


def test_a_whole_plan_is_written_by_form(noor: PageClient, db_session: Session, family: Family) -> None:
    page = noor.page(address(family))
    assert "The plan has no actions yet" in page.text

    noor.submit("Add this goal", {"Goal": GOAL})
    noor.submit(
        "Add this action",
        {
            "What": "Slaapt op zondag bij Marieke",
            "Who": ["Fatima El Amrani-Benali", "Omar El Amrani"],
            "How often": "every week",
            "From": date(2026, 4, 19),
        },
    )
    page = noor.submit("Add this action", {"What": "Hangt het weekrooster op"})
    assert "Action 1.2 has nobody who does it" in page.text
    assert "Action 1.2 does not say by when or how often" in page.text
    noor.submit(
        "Add this action", {"What": "Belt als Daan er niet is", "From": date(2026, 5, 4), "Who": ["Priya Nair"]}
    )
    noor.submit(
        "Add this what-if",
        {"If": "Het werkt niet", "Then": "Wij komen bijeen", "Who meets or rings": ["Omar El Amrani"]},
    )
    noor.submit("Save who keeps an eye on it", {"Who keeps an eye on the plan": "Omar El Amrani"})
    page = noor.submit(
        "Save when we meet again",
        {
            "When": datetime(2026, 7, 11, 14, 0),  # noqa: DTZ001 - local, as people type it
            "Where": "bij Kees thuis",
            "Who calls everyone together": "Omar El Amrani",
            "Who else is asked to come": ["Karim Jansen"],
        },
    )
    assert "Saturday 11 July 2026, 14:00, bij Kees thuis" in page.text
    assert "No what-if names two people or more who meet" in page.text
    assert "every week, from Sunday 19 April" in page.text

    noor.follow("Change action 1.2")
    noor.submit("Save", {"Who": ["Yara El Amrani"], "No later than": date(2026, 4, 20)})
    noor.follow("Change action 1.2")
    noor.submit("Move up")
    noor.follow("Change what-if 1")
    page = noor.submit("Save", {"Who meets or rings": ["Omar El Amrani", "Fatima El Amrani-Benali"]})
    assert "No what-if names two" not in page.text

    draft = plan_versions.stored_draft(db_session, family.id).draft
    assert [(a.what, a.who, a.by, a.starts, a.every) for a in actions_of(draft)] == [
        ("Hangt het weekrooster op", (family["yara"],), date(2026, 4, 20), None, None),
        (
            "Slaapt op zondag bij Marieke",
            (family["fatima"], family["omar"]),
            None,
            date(2026, 4, 19),
            Every.WEEK,
        ),
        ("Belt als Daan er niet is", (family["priya"],), None, date(2026, 5, 4), None),
    ]
    assert draft.evaluation == EvaluationPlan(
        at=datetime(2026, 7, 11, 14, 0),  # noqa: DTZ001 - local
        place="bij Kees thuis",
        convenor=family["omar"],
        others=(family["karim"],),
    )


def test_what_is_taken_out_is_gone(noor: PageClient, db_session: Session, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)

    noor.page(address(family))
    noor.follow("Change goal 1")
    noor.submit("Take it out")

    assert plan_versions.stored_draft(db_session, family.id).draft.goals == ()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"What": ""}, "What: Write what is done."),
        (
            {"What": "x", "How often": "every week", "No later than": date(2026, 5, 1)},
            "How often: Say how often, or a last day: not both. The first day goes under “From”.",
        ),
        (
            {"What": "x", "From": date(2026, 5, 2), "No later than": date(2026, 5, 1)},
            "From: It starts after it has to be done. Choose an earlier day.",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    values: dict[str, str | date], told: str, noor: PageClient, family: Family
) -> None:
    noor.page(address(family))
    noor.submit("Add this goal", {"Goal": GOAL})

    page = noor.refused("Add this action", values, status=422)

    assert page.errors == [told]
    assert noor.form("Add this action").shown("What") == values["What"]


def test_forged_choices_get_a_plain_answer(noor: PageClient, family: Family) -> None:
    noor.page(address(family))
    noor.submit("Add this goal", {"Goal": GOAL})
    token = noor.form("Add this action").fill({}).payload()["csrf_token"]
    sent = {"csrf_token": token, "revision": "1", "g1-what": "x", "g1-every": "never", "g1-kind": "magic"}

    for who in ("99", "mother", "9" * 30, "-1"):
        answer = noor.post(address(family, "/goals/g1/actions"), data={**sent, "g1-who": who})
        assert answer.status_code == 422
    of_other_forms = dict.fromkeys(("goal", "what-if", "monitor", "evaluation", "any-goal"), 404)
    for key, status in {"g9": 409, "a1": 409, "w1": 409, **of_other_forms}.items():
        stale = {
            "csrf_token": token,
            "revision": "7" * 40,
            f"{key}-what": "x",
            f"{key}-every": "",
            f"{key}-kind": "family",
        }
        assert noor.post(address(family, f"/goals/{key}/actions"), data=stale).status_code == status
    assert noor.get(address(family, "/parts/g9")).status_code == 404
    assert noor.post(address(family, "/parts/g9"), data={"csrf_token": token}).status_code == 404


def test_two_at_once_lose_nothing(noor: PageClient, db_session: Session, cast: Cast, family: Family) -> None:
    noor.page(address(family))
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.add_goal("Written by Omar"))

    page = noor.refused("Add this goal", {"Goal": "Written by Noor"}, status=409)

    assert "Somebody changed the plan meanwhile" in page.text
    assert "Written by Omar" in page.text
    assert noor.form("Add this goal").shown("Goal") == "Written by Noor"
    noor.submit("Add this goal")
    assert [g.text for g in plan_versions.stored_draft(db_session, family.id).draft.goals] == [
        "Written by Omar",
        "Written by Noor",
    ]


def test_two_at_once_in_one_action(noor: PageClient, db_session: Session, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)
    noor.page(address(family))
    noor.follow("Change action 1.1")
    key = plan_versions.stored_draft(db_session, family.id).draft.goals[0].actions[0].key
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 6, edits.change_action(key, NewAction(what="By Omar")))

    page = noor.refused("Save", {"What": "By Noor"}, status=409)

    assert "By Omar" in page.text
    noor.submit("Save")
    assert next(actions_of(plan_versions.stored_draft(db_session, family.id).draft)).what == "By Noor"


def test_nothing_is_taken_out_of_a_plan_that_changed(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    write(db_session, cast, family)
    noor.page(address(family))
    noor.follow("Change goal 1")
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 6, edits.add_goal("Written by Omar"))

    page = noor.submit("Take it out")

    assert "nothing was moved or taken out" in page.text
    db_session.rollback()
    assert [g.text for g in plan_versions.stored_draft(db_session, family.id).draft.goals] == [GOAL, "Written by Omar"]


def test_an_action_under_a_goal_that_is_gone_is_shown_again(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    noor.page(address(family))
    noor.submit("Add this goal", {"Goal": GOAL})
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 1, edits.remove("g1"))

    page = noor.refused("Add this action", {"What": "Typed in vain"}, status=409)

    assert "Typed in vain" in page.text


def test_the_family_writes_and_professionals_read(
    app: Flask, db_session: Session, cast: Cast, family: Family, clock: FrozenClock
) -> None:
    write(db_session, cast, family)

    omar = somebody(app, db_session, family, "omar")
    assert "Add this goal" in omar.page(address(family)).buttons
    choices = {family["karim"]: PlanSharing.ALL}
    share_plan(By(db_session, cast.noor, PRESENTED), family.id, family["marieke"], choices)
    karim = somebody(app, db_session, family, "karim")
    page = karim.page(address(family))
    assert GOAL in page.text
    assert own_buttons(page) == []
    assert karim.post(address(family, "/goals")).status_code in (400, 404)
    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    sign_in(stranger, cast.denise)
    assert stranger.get(address(family)).status_code == 404
    assert stranger.get(address(family, "/agreement")).status_code == 404


def test_the_plan_is_closed_to_the_coordinator_in_private_time(
    noor: PageClient, db_session: Session, family: Family
) -> None:
    db_session.execute(update(Conference).values(phase=Phase.PRIVATE_TIME))
    db_session.commit()

    for rest in ("", "/agreement", "/versions/1"):
        noor.page(address(family, rest), status=403)


def test_who_agrees_is_recorded_by_form(noor: PageClient, db_session: Session, family: Family) -> None:
    page = noor.page(address(family, "/agreement"))
    assert "was not there; can be asked later" in page.text

    noor.submit("They all say yes", {"They say yes": ["Marieke de Wit", "Omar El Amrani", "Joost Lammers"]})
    noor.submit(
        "Save what they say",
        {"Who": "Yara El Amrani", "What they say": "agrees with part of it", "In their words": "my part, in a drawing"},
    )

    assert {(r.participant_id, r.answer, r.words) for r in plan_answers.agreements(db_session, family.id, 1)} == {
        (family["marieke"], Agreed.YES, ""),
        (family["omar"], Agreed.YES, ""),
        (family["joost"], Agreed.YES, ""),
        (family["yara"], Agreed.PART, "my part, in a drawing"),
    }
    page = noor.refused("They all say yes", status=422)
    assert page.errors == ["They say yes: Choose who says yes."]


def test_all_in_the_room_say_yes_at_once_after_whoever_is_away_said_it(
    app: Flask, noor: PageClient, db_session: Session, family: Family
) -> None:
    with counted(app) as sent:
        noor.page(address(family, "/agreement"))
    # each thing once, though every form asks for some of it; four begin the chain of the audit
    assert len(sent) <= 18, "\n".join(sent)
    by_letter = {"Who": "Hassan El Amrani", "What they say": "agrees", "How they said it": "by letter"}
    noor.submit("Save what they say", by_letter)
    assert "How they said it" not in noor.form("They all say yes").labels

    noor.submit("They all say yes", {"They say yes": ["Marieke de Wit", "Omar El Amrani"]})

    assert {(r.participant_id, r.answer) for r in plan_answers.agreements(db_session, family.id, 1)} == {
        (family["hassan"], Agreed.YES),
        (family["marieke"], Agreed.YES),
        (family["omar"], Agreed.YES),
    }


def test_bottom_lines_and_acceptance_by_form(noor: PageClient, db_session: Session, family: Family) -> None:
    noor.page(address(family, "/agreement"))
    noor.submit("The plan meets it", near="An adult is with the children")
    noor.submit("It does not", near="Daan is at school")
    assert plan_answers.bottom_line_checks(db_session, family.id, 1) == {family.lines[0]: True, family.lines[1]: False}

    page = noor.refused("Save the decision", {"Who decides": "Karim Jansen", "The plan is": REFUSED}, status=422)
    assert page.errors == ["Which safety concern: Say which safety concern the plan leaves open."]
    assert plan_answers.acceptances(db_session, family.id) == ()
    noor.page(address(family, "/agreement"))
    noor.refused("Save the decision", {"Who decides": "Karim Jansen", "The plan is": REFUSED}, status=422)
    page = noor.submit("Save the decision", {"Which safety concern": "One night without an adult"})
    assert "“One night without an adult”" in page.text
    worry = {"Who decides": "Karim Jansen", "The plan is": "accepted", "Which safety concern": "Still one night"}
    page = noor.refused("Save the decision", worry, status=422)  # which of the two?
    assert page.errors == [
        "Which safety concern: This goes with another choice. Make that choice, or leave this empty."
    ]
    noor.page(address(family, "/agreement"))
    noor.submit("Save the decision", {"Who decides": "Karim Jansen", "The plan is": "accepted"})
    db_session.rollback()
    assert plan_answers.is_accepted(plan_answers.acceptances(db_session, family.id, 1)) is True


def test_a_professional_answers_for_themselves(
    app: Flask, db_session: Session, cast: Cast, family: Family, clock: FrozenClock
) -> None:
    key = write(db_session, cast, family)
    karim = somebody(app, db_session, family, "karim")
    page = karim.page(address(family, "/agreement"))
    assert own_buttons(page) == ["Save the decision"]
    assert karim.form("Save the decision").labels == [
        "The plan is",
        "accepted",
        REFUSED,
        "Which safety concern",
    ]

    priya = somebody(app, db_session, family, "priya")
    priya.page(address(family, "/agreement"))
    priya.submit("Save the answer", {"Answer": "agreed", "In their words": "room booked until July"})
    assert "Change the answer to request" in priya.here.text
    karim.submit("Save the decision", {"The plan is": "accepted"})
    assert ("Change the decision" in karim.here.text, "Write down a decision" in karim.here.text) == (True, False)

    found = [a for a in actions_of(plan_versions.stored_draft(db_session, family.id).draft) if a.key == key]
    assert [(a.answer, a.answer_words) for a in found] == [(SupportAnswer.AGREED, "room booked until July")]


def test_a_version_is_read_and_printed_the_same_ever_after(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    write(db_session, cast, family)
    freeze(db_session, family, LATER)

    page = noor.page(address(family, "/versions/1"))
    assert "Agreed on Saturday 18 April 2026" in page.text
    assert "Fatima El Amrani-Benali Slaapt bij Marieke, every week, from Sunday 19 April." in page.text
    first = noor.paper(address(family, "/versions/1.pdf"))
    assert (first.status_code, first.mimetype, first.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert first.headers["Content-Disposition"] == 'inline; filename="EKC-2026-0007-plan-1.pdf"'
    assert first.headers["Cache-Control"] == "private, no-store"
    assert first.headers["ETag"] == f'"{sha256(first.data).hexdigest()}"'

    db_session.get_one(Conference, family.id).title = "Another title"
    db_session.commit()
    again = noor.get(address(family, "/versions/1.pdf"))
    assert again.data == first.data
    assert len(db_session.scalars(select(IssuedDocument.id)).all()) == 1
    known = noor.get(address(family, "/versions/1.pdf"), headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert noor.get(address(family, "/versions/2.pdf")).status_code == 404
    assert noor.get(address(family, "/versions/2")).status_code == 404


def test_a_letter_without_a_font_does_not_keep_the_paper_back(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    write(db_session, cast, family)
    noor.page(address(family))
    told = noor.submit("Add this goal", {"Goal": "Rongorongo: \U00012000"}).flashes
    assert ["Only paper cannot print this: \U00012000." in one for one in told] == [True]
    case = open_case(By(db_session, cast.noor, PRESENTED), family.id, Activity.SEE_CASE)
    asked = judge(STEP_RULES[Step.AGREE_PLAN], gather_facts(db_session, case, PRESENTED), case.roles).questions
    assert [one.params for one in asked] == [{"signs": "\U00012000"}]
    freeze(db_session, family, LATER)

    first, again = (noor.paper(address(family, "/versions/1.pdf")).data for _ in range(2))

    assert (first[:5], again) == (b"%PDF-", first)
    assert "\U00012000" in noor.page(address(family, "/versions/1")).text
    assert db_session.scalars(select(IssuedDocument.sha256)).all() == [sha256(first).digest()]


def test_after_the_agreement_readers_see_what_was_agreed(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    write(db_session, cast, family)
    freeze(db_session, family, LATER)
    page = noor.page(address(family))
    assert "Version 1 is in force and does not change." in page.text
    page = noor.submit("Add this goal", {"Goal": "Something new"})
    assert ("New goal 2: Something new", address(family, f"#{new_goal(db_session, family)}")) in [
        (name, target.split("#")[0].split("?")[0] + "#" + target.split("#")[1])
        for name, target in page.links
        if "#" in target
    ]

    fatima = somebody(app, db_session, family, "fatima")
    assert "Something new" not in fatima.page(address(family)).text
    omar = somebody(app, db_session, family, "omar")  # the convenor may change the plan
    assert "Something new" in omar.page(address(family)).text
