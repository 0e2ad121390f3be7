"""Somebody says that it does not feel safe: who hears it, what waits for it, and who never learns of it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle, safety
from ekc.conferences.entries import Concern, PersonDetails
from ekc.conferences.models import Conference
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.voices import voices
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import Blocked, take_step
from ekc.staff.actions import closing
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Part, Phase, Step, StopReason, VoiceMatter
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed

VERA = PersonDetails(name="Vera Smit", part=Part.MAIN_PERSON, relation="mother", phone="06 12345678")
MARK = PersonDetails(name="Mark Bos", part=Part.MAIN_PERSON, relation="father")
TWO = (VERA, MARK)
NOT_SAFE = Taking(Step.STOP, stop_reason=StopReason.NOT_SAFE)
MAIL = "Somebody says that it does not feel safe: ring them today"
TO_STAFF = ["noor@example.org", "ruud@example.org"]
Browser = Callable[[], PageClient]


@pytest.fixture
def browser(someone: Browser) -> Browser:
    """Each call gives a client of its own."""
    return someone


def one(session: Session, case: Made, name: str) -> By:
    return By(session, participant(case.id, case.people[name]), START)


def mailed(session: Session) -> list[str]:
    """Who got the mail that somebody does not feel safe."""
    found = select(OutboxMessage.recipient, OutboxMessage.subject).order_by(OutboxMessage.id)
    return sorted(who for who, subject in refreshed(session).execute(found) if subject == MAIL)


def phase_of(session: Session, case: Made) -> Phase:
    return refreshed(session).get_one(Conference, case.id).phase


def pages_of(client: PageClient, case: Made) -> list[str]:
    """What somebody of the circle reads on their own page and where they stop."""
    return [client.page(f"/conferences/{case.id}/{rest}").text for rest in ("mine", "steps/stop")]


def staff_read(browser: Browser, case: Made, who: object, name: str = "Vera Smit, 06 12345678") -> None:
    """Home, the case page and the page of safety name whom to ring, with a number that rings."""
    client = browser()
    sign_in(client, who)  # type: ignore[arg-type]
    home = client.page("/")
    assert "It does not feel safe: ring today " + name in home.text
    assert ("06 12345678", "tel:0612345678") in home.links
    page = client.page(f"/conferences/{case.id}")
    assert f"{name}: said on Monday 2 March 2026, 10:00 that it does not feel safe." in page.text
    assert "Nobody else in the circle heard this." in page.text
    safety_page = client.page(f"/conferences/{case.id}/safety").text
    assert f"{name} nothing arranged yet Said themselves, on Monday 2 March 2026, 10:00: it does not" in safety_page


def test_whoever_stops_because_it_does_not_feel_safe_is_heard_by_staff_alone(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    vera, mark = browser(), browser()
    enter(vera, db_session, START, case.id, case.people["vera"])
    enter(mark, db_session, START, case.id, case.people["mark"])
    before = pages_of(mark, case)
    vera.page(f"/conferences/{case.id}/steps/stop")

    page = vera.submit("I want to stop the conference", {"Why does it stop?": "it does not feel safe"})

    assert (
        "You said that it does not feel safe. The others do not hear this. Noor van Dijk or your region rings you."
    ) in page.text
    assert (
        "Are you in danger now? Ring the emergency number: 112 In another country: England 999, New Zealand 111"
    ) in page.text
    assert "You said that it" not in vera.page(f"/conferences/{case.id}/mine").text  # for whoever looks along
    assert pages_of(mark, case) == before  # to the letter
    assert mailed(db_session) == TO_STAFF
    assert phase_of(db_session, case) is Phase.SETUP
    for who in (cast.noor, cast.ruud):
        staff_read(browser, case, who)
    noor = browser()
    sign_in(noor, cast.noor)
    page = noor.page(f"/conferences/{case.id}")
    assert "They want to stop." in page.text
    assert "There is no safety arrangement for Vera Smit yet" in page.text
    assert "Every worry about safety has an arrangement (to do)" in page.text


def test_a_child_is_told_whom_else_it_can_ring(browser: Browser, cast: Cast, db_session: Session) -> None:
    case = build.case_in_setup(db_session, cast, START)
    kay = circle.add_person(By(db_session, cast.noor, START), case.id, PersonDetails(name="Kay", part=Part.CHILD))
    child, uncle = browser(), browser()
    enter(child, db_session, START, case.id, kay)
    enter(uncle, db_session, START, case.id, case.people["omar"])
    address, line = f"/conferences/{case.id}/not-safe", ("0800 0432", "tel:08000432")
    assert line in child.page(address).links
    assert line not in uncle.page(address).links


@pytest.mark.parametrize(
    ("make", "step"),
    [
        (build.prepared_case, Step.OPEN_CONFERENCE),
        (build.prepared_case, Step.PLAN_WITHOUT_CONFERENCE),
        (build.case_in_information, Step.BEGIN_PRIVATE_TIME),
        (build.case_in_presentation, Step.GO_BACK),
        (build.case_in_presentation, Step.AGREE_PLAN),
    ],
)
def test_the_case_goes_no_further_until_it_is_answered(
    cast: Cast, db_session: Session, clock: FrozenClock, make: Callable[..., Made], step: Step
) -> None:
    case = make(db_session, cast, START)
    safety.say_not_safe(one(db_session, case, "linda"), case.id, "")

    def safe() -> bool:
        with pytest.raises(Blocked) as refused:
            build.step(db_session, cast, START, case, step, "why")
        return "safety_decided" not in {reason.guard for reason in refused.value.verdict.reasons}

    [row] = concerns(db_session, case.id)
    assert not safe()
    safety.answer_concern(By(db_session, cast.noor, START), case.id, row.id, "She sits next to Omar.")
    if step in {Step.OPEN_CONFERENCE, Step.PLAN_WITHOUT_CONFERENCE}:
        build.step(db_session, cast, START, case, step, "why")
    elif step is not Step.GO_BACK:
        assert safe()
    assert [row.arrangement for row in concerns(db_session, case.id)] == ["She sits next to Omar."]


def test_it_outlives_the_end_until_somebody_answered_it(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=(VERA,))

    phase = take_step(one(db_session, case, "vera"), case.id, NOT_SAFE)

    assert (phase, mailed(db_session)) == (Phase.CLOSED, TO_STAFF)
    clock.advance(days=20)  # the line that tells of an end is gone by then
    for who in (cast.noor, cast.ruud):
        staff_read(browser, case, who)
    ruud = browser()
    sign_in(ruud, cast.ruud)
    ruud.page(f"/conferences/{case.id}")
    ruud.follow("Write down what was said or arranged")
    ruud.submit("Save", {"What was said or arranged?": "She is with her sister, and rings us."})
    assert "06 12345678" not in ruud.page("/").text
    assert "She is with her sister, and rings us." in ruud.page(f"/conferences/{case.id}/safety").text
    seen = ruud.page(f"/conferences/{case.id}/history").text
    assert "Vera Smit Said that it does not feel safe" in seen
    assert "It was written down what was said or arranged for safety (noted by Ruud" in seen


def test_another_main_persons_wish_to_stop_does_not_close_the_case(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, NOT_SAFE)
    vera, mark = browser(), browser()
    enter(vera, db_session, START, case.id, case.people["vera"])
    enter(mark, db_session, START, case.id, case.people["mark"])
    mark.page(f"/conferences/{case.id}/steps/stop")

    page = mark.submit("I want to stop the conference", {"Why does it stop?": "another reason"})

    assert phase_of(db_session, case) is Phase.SETUP
    assert "It is written down as your own wish. Your coordinator and the regional manager hear of it." in page.text
    assert "Should the conference stop?" not in vera.page(f"/conferences/{case.id}/mine").text
    staff_read(browser, case, cast.noor)
    noor = browser()
    sign_in(noor, cast.noor)
    seen = noor.page(f"/conferences/{case.id}").text
    assert "Nobody else was asked: somebody in this case is worried about safety. Speak with Mark Bos first." in seen

    noor.submit("Ask them")  # the coordinator decides
    assert "Should the conference stop?" in vera.page(f"/conferences/{case.id}/mine").text


def test_what_others_were_asked_before_is_said_as_it_was(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    mark = browser()
    enter(mark, db_session, START, case.id, case.people["mark"])
    before = pages_of(mark, case)
    take_step(one(db_session, case, "vera"), case.id, NOT_SAFE)

    assert pages_of(mark, case) == before
    assert "Should the conference stop?" in before[0]
    noor = browser()
    sign_in(noor, cast.noor)
    seen = noor.page(f"/conferences/{case.id}").text
    assert "Mark Bos: asked on their own page since Monday 2 March 2026, 10:00." in seen
    # his yes does not close it: hers is none as long as nobody answered her
    take_step(one(db_session, case, "mark"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    assert phase_of(db_session, case) is Phase.SETUP


def test_who_is_asked_is_said_before_the_click_and_does_not_tell_of_a_worry(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    mark = browser()
    enter(mark, db_session, START, case.id, case.people["mark"])
    sentence = "There are two of you, so when Vera Smit is asked, they know that it is you."
    page = mark.page(f"/conferences/{case.id}/steps/stop").text
    assert sentence in page

    safety.say_not_safe(one(db_session, case, "vera"), case.id, "He reads my phone.")
    assert mark.page(f"/conferences/{case.id}/steps/stop").text == page
    take_step(one(db_session, case, "mark"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    [wish] = [row for row in voices(db_session, case.id) if row.matter is VoiceMatter.STOPPING]
    assert wish.asked_at is None


@pytest.mark.parametrize(
    ("make", "taking", "ends_in"),
    [
        (
            build.case_in_information,
            Taking(Step.ANOTHER_DAY, reason="Not today.", unsafe=True),
            Phase.SETUP,
        ),
        (
            build.case_in_evaluation,
            Taking(Step.RECONVENE, reason="It is worse.", unsafe=True),
            Phase.EVALUATION,
        ),
    ],
)
def test_it_is_said_with_other_steps_too(
    cast: Cast,
    db_session: Session,
    clock: FrozenClock,
    make: Callable[..., Made],
    taking: Taking,
    ends_in: Phase,
) -> None:
    case = make(db_session, cast, START, main_persons=TWO)

    assert take_step(one(db_session, case, "vera"), case.id, taking) is ends_in

    [row] = concerns(db_session, case.id)
    assert (row.name, row.said_with, row.unanswered) == ("Vera Smit", taking.step, True)
    assert mailed(db_session) == TO_STAFF
    assert [row for row in voices(db_session, case.id) if row.matter is VoiceMatter.AGAIN] == []


def test_an_unsafe_wish_to_come_together_again_is_for_staff_alone(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START, main_persons=TWO)
    vera, noor = browser(), browser()
    enter(vera, db_session, START, case.id, case.people["vera"])
    before = vera.page(f"/conferences/{case.id}/mine").text
    vera.page(f"/conferences/{case.id}/steps/reconvene")
    vera.submit(
        "I want to come together again",
        {"Why is a new conference needed?": "It is worse.", "It does not feel safe to me": True},
    )

    assert vera.page(f"/conferences/{case.id}/mine").text == before
    sign_in(noor, cast.noor)
    for page in ("", "/safety"):
        seen = noor.page(f"/conferences/{case.id}{page}").text
        assert "They want to come together again." in seen
        assert "“It is worse.”" in seen
        assert "They want to stop." not in seen


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_last_yes_reads_the_same_whether_it_is_safe_or_not(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock, unsafe: bool
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    if unsafe:
        take_step(one(db_session, case, "vera"), case.id, NOT_SAFE)
    mark = browser()
    enter(mark, db_session, START, case.id, case.people["mark"])
    mark.page(f"/conferences/{case.id}/steps/stop")

    page = mark.submit("I want to stop the conference", {"Why does it stop?": "another reason"})

    assert "It is written down as your own wish. Your coordinator and the regional manager hear of it." in page.text
    assert (
        "When you all want it, your coordinator speaks with each of you and writes it down; then it stops." in page.text
    )
    assert phase_of(db_session, case) is Phase.SETUP
    for who in (cast.noor, cast.ruud):
        staff = browser()
        sign_in(staff, who)
        told = [
            ("All main persons want it: take the step" in staff.page(path).text)
            for path in ("/", f"/conferences/{case.id}")
        ]
        assert told == [not unsafe] * 2
    if not unsafe:
        staff.follow("All main persons want it: take the step")
        assert staff.here.url == f"/conferences/{case.id}/steps/stop"


def test_whoever_is_the_only_main_person_left_decides(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    circle.remove_person(By(db_session, cast.noor, START), case.id, case.people["mark"], "He moved away.")
    noor, vera = browser(), browser()
    sign_in(noor, cast.noor)
    assert "All main persons want it: take the step" in noor.page("/").text
    assert "All main persons want it: take the step" in noor.page(f"/conferences/{case.id}").text
    enter(vera, db_session, START, case.id, case.people["vera"])
    assert "You are the only main person now, so you decide." in vera.page(f"/conferences/{case.id}/mine").text
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    assert phase_of(db_session, case) is Phase.CLOSED


def test_the_form_of_a_step_asks_the_circle_alone(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, START)
    omar, noor = browser(), browser()
    enter(omar, db_session, START, case.id, case.people["omar"])
    omar.page(f"/conferences/{case.id}/steps/another_day")
    sign_in(noor, cast.noor)
    assert "It does not feel safe to me" not in noor.page(f"/conferences/{case.id}/steps/another_day").text

    page = omar.submit("Go on another day", {"Why on another day?": "It is late.", "It does not feel safe to me": True})

    assert "You said that it does not feel safe." in page.text
    assert mailed(db_session) == TO_STAFF


def test_everyone_of_the_family_can_say_it_in_every_phase(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    for name in ("marieke", "omar", "joost"):
        client = browser()
        enter(client, db_session, START, case.id, case.people[name])
        client.page(f"/conferences/{case.id}/mine")
        client.follow("It does not feel safe")
        client.submit("Say that it does not feel safe", {"Do you want to say more?": f"Words of {name}."})
    els = browser()
    enter(els, db_session, START, case.id, case.people["els"])
    assert "It does not feel safe" not in els.page(f"/conferences/{case.id}/mine").text
    assert els.get(f"/conferences/{case.id}/not-safe").status_code == 404
    said = [(row.name, row.concern) for row in concerns(db_session, case.id)]
    assert said == [
        ("Marieke de Wit", "Words of marieke."),
        ("Omar El Amrani", "Words of omar."),
        ("Joost Lammers", "Words of joost."),
    ]


def test_in_private_time_it_stays_with_the_family_until_it_has_come_out(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    linda = browser()
    enter_as_before(linda, db_session, START, case.id, case.people["linda"])
    linda.page(f"/conferences/{case.id}/not-safe")

    page = linda.submit("Say that it does not feel safe")

    assert "While you have private time nobody outside reads it." in page.text
    noor = browser()
    sign_in(noor, cast.noor)
    assert mailed(db_session) == []
    assert "ring today" not in noor.page("/").text
    assert "feel safe" not in noor.page(f"/conferences/{case.id}").text

    take_step(one(db_session, case, "omar"), case.id, Taking(Step.COME_OUT))
    assert mailed(db_session) == TO_STAFF
    assert "It does not feel safe: ring today Linda de Wit (no number known)" in noor.page("/").text


def test_once_the_coordinator_cannot_act_others_hear_it_and_the_page_promises_no_more(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    mark = browser()
    enter(mark, db_session, START, case.id, case.people["mark"])
    bas = By(db_session, cast.bas, START)
    closing.close_account(bas, cast.noor.account_id or 0)
    page = mark.page(f"/conferences/{case.id}/not-safe")
    assert "The regional manager hears of it at once, and rings you." in page.text
    page = mark.submit("Say that it does not feel safe")
    assert "The others do not hear this. Your region rings you." in page.text
    assert "Noor van Dijk" not in page.text
    assert mailed(db_session) == ["ruud@example.org"]

    closing.close_account(bas, cast.ruud.account_id or 0)
    promise = "An administrator hears of it, and sees to it that somebody rings you."
    assert promise in mark.page(f"/conferences/{case.id}/not-safe").text
    vera = browser()
    enter(vera, db_session, START, case.id, case.people["vera"])
    assert promise in vera.page(f"/conferences/{case.id}/not-safe").text
    vera.submit("Say that it does not feel safe")
    assert mailed(db_session) == ["ruud@example.org"]
    found = select(OutboxMessage.recipient, OutboxMessage.subject)
    told = [who for who, subject in refreshed(db_session).execute(found) if "and no manager sees it" in subject]
    assert told == ["bas@example.org"]


def test_after_the_end_of_their_access_a_coordinator_hears_no_more_of_it(
    cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=(VERA,))
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    later = clock.advance(days=400)
    safety.say_not_safe(By(db_session, participant(case.id, case.people["vera"]), later), case.id, "He is back.")
    assert mailed(db_session) == ["ruud@example.org"]


def test_staff_answer_it_and_do_not_change_what_was_said(cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    safety.say_not_safe(one(db_session, case, "linda"), case.id, "Not now.")
    [row] = concerns(db_session, case.id)
    noor = By(db_session, cast.noor, START)
    with pytest.raises(NotNow):
        safety.answer_concern(noor, case.id, row.id, "Spoken.")
    take_step(one(db_session, case, "omar"), case.id, Taking(Step.COME_OUT))
    with pytest.raises(Refusal, match="stays as they said it"):
        safety.remove_concern(noor, case.id, row.id)
    with pytest.raises(Refusal, match="Write what was said or arranged"):
        safety.answer_concern(noor, case.id, row.id, "")
    with pytest.raises(Unknown):
        safety.answer_concern(one(db_session, case, "omar"), case.id, row.id, "It is nothing.")


def test_an_answer_from_before_the_newest_words_is_refused_and_shows_them(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=(VERA,))
    safety.say_not_safe(one(db_session, case, "vera"), case.id, "He reads my phone.")
    noor = browser()
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/safety")
    later = clock.advance(minutes=5)
    safety.say_not_safe(By(db_session, participant(case.id, case.people["vera"]), later), case.id, "He is at my door.")

    page = noor.refused("Save", {"What was said or arranged?": "She puts a code on it."}, status=409)

    assert (
        "Now at “It does not feel safe”: Monday 2 March 2026, 10:05, He reads my phone. He is at my door." in page.text
    )
    [row] = concerns(refreshed(db_session), case.id)
    assert row.unanswered
    noor.submit("Save")  # what was typed stands there still
    [row] = concerns(refreshed(db_session), case.id)
    assert row.arrangement == "She puts a code on it."


def test_what_staff_noted_is_not_answered_as_if_somebody_said_it(
    browser: Browser, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=(VERA,))
    noted = safety.add_concern(
        By(db_session, cast.noor, START),
        case.id,
        Concern(participant_id=case.people["vera"], concern="It.", arrangement=""),
    )
    noor = browser()
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/safety")
    token = noor.form("Write it down").fill({}).payload()["csrf_token"]
    sent = {"csrf_token": token, f"concern-{noted}-arrangement": ["Spoken."]}
    codes = [
        noor.post(f"/conferences/{case.id}/safety/{noted}/answer", data=data).status_code
        for data in (sent, {"csrf_token": token})
    ]
    assert codes == [409, 422]
    [row] = concerns(refreshed(db_session), case.id)
    assert row.arrangement is None
