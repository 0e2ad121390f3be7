"""What coordinators say of themselves: over HTTP and by actions, by whom, and what is kept of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.errors import Refusal, Unknown
from ekc.matching.actions import profile as actions
from ekc.matching.entries import Absence, SelfDescription
from ekc.matching.models import CoordinatorAbsence, CoordinatorLanguage, CoordinatorProfile, CoordinatorRegion
from ekc.matching.queries.coordinators import can_be_asked
from ekc.matching.queries.profile import profile_page
from ekc.staff.actions.closing import close_account
from ekc.workflow.matching import Gender, Hours, LanguageLevel
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value

GREW_UP, WHOLE, SIMPLE = (
    "Languages you grew up with",
    "Languages in which you can lead a conversation with a whole family",
    "Languages in which you can have a simple conversation",
)
AT_MOST = "Conferences at the same time, at most"
TOLD: dict[str, Value] = {
    "One line about yourself": "Nurse, knows the city.",
    GREW_UP: "Dutch",
    WHOLE: "engels, Arabic",
    SIMPLE: "tr",
    "When are you free?": ["at weekends", "on weekdays, in the evening"],
    AT_MOST: "2",
    "Village, town or district where you live": "Amal",
    "Municipality where you live": "Rivierstad",
    "So many kilometres you travel at most, one way": "40",
    "Other regions where you take conferences": ["South"],
    "Are you a woman or a man?": "a woman",
    "Your background, in your own words": "Riffian, Muslim",
    "Training": "Basic training, 2021.",
    "Fee for a conference": "650,50",
}
KEPT = SelfDescription(
    introduction="Nurse, knows the city.",
    languages={
        "nl": LanguageLevel.NATIVE,
        "ar": LanguageLevel.FLUENT,
        "en": LanguageLevel.FLUENT,
        "tr": LanguageLevel.SOME,
    },
    gender=Gender.WOMAN,
    background="Riffian, Muslim",
    lives_in="Amal",
    municipality="Rivierstad",
    travel_km=40,
    hours=frozenset({Hours.WEEKENDS, Hours.EVENINGS}),
    load_wanted=2,
    training="Basic training, 2021.",
    fee_cents=65050,
)


def of(session: Session, cast: Cast) -> SelfDescription:
    return profile_page(session, cast.noor, cast.noor.account_id or 0, START).profile


def test_a_coordinator_says_all_of_themselves(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.page("/")
    client.follow("My profile")

    page = client.submit("Save", TOLD)

    assert "Saved." in page.text
    assert of(db_session, cast) == replace(KEPT, regions=frozenset({cast.south}))
    form = client.form("Save")
    assert (form.shown(GREW_UP), form.shown(WHOLE), form.shown(SIMPLE)) == ("Dutch", "Arabic, English", "Turkish")
    assert (form.shown(AT_MOST), form.shown("Fee for a conference")) == ("2", "650.50")


def test_the_manager_of_the_region_changes_it_too(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page("/coordinators")
    client.follow("Noor van Dijk")

    client.submit("Save", TOLD)

    assert of(db_session, cast).load_wanted == 2
    assert "Dutch (as a mother tongue), Arabic, English, Turkish (enough for a conversation) · no open cases" in (
        client.page("/coordinators").text
    )


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        (GREW_UP, "Dutch, Klingon", f"{GREW_UP} We do not know the language Klingon. Write it as here: Dutch."),
        (SIMPLE, "Arabic", f"{SIMPLE} A language is in one of the three boxes. Take it out here or above."),
        (AT_MOST, "two", f"{AT_MOST}: Write a whole number, such as 2, or leave it empty."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: PageClient, cast: Cast, db_session: Session, field: str, typed: str, error: str
) -> None:
    sign_in(client, cast.noor)
    client.page("/my-profile")

    page = client.refused("Save", TOLD | {field: typed}, status=422)

    assert [told.replace(f"{field}: ", f"{field} ") if "?" not in field else told for told in page.errors] == [
        error.replace(f"{field}: ", f"{field} ")
    ]
    assert client.form("Save").shown(field) == typed
    assert of(db_session, cast).background == ""


def test_two_who_change_it_at_once_do_not_overwrite_each_other(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    client.page("/my-profile")
    actions.save_profile(By(db_session, cast.ruud, START), cast.noor.account_id or 0, KEPT)

    page = client.refused("Save", {"Training": "Still to come."}, status=409)

    assert "Now at “Training”, where you have something else: Basic training, 2021." in " ".join(page.errors)


def test_nobody_else_reads_or_changes_it(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    elsewhere = replace(cast.ruud, regions=frozenset({cast.south}))
    for somebody in (cast.denise, cast.iris, cast.mila, cast.bas, elsewhere, cast.nobody):
        with pytest.raises(Unknown):
            profile_page(db_session, somebody, noor, START)
        with pytest.raises(Unknown):
            actions.save_profile(By(db_session, somebody, START), noor, KEPT)
        with pytest.raises(Unknown):
            actions.add_absence(By(db_session, somebody, START), noor, Absence(START.date(), START.date()))
    for nobody in (cast.ruud.account_id or 0, 99):  # he coordinates nothing
        with pytest.raises(Unknown):
            profile_page(db_session, cast.ruud, nobody, START)


def test_what_is_sensitive_is_kept_encrypted_and_no_audit_has_it(db_session: Session, cast: Cast) -> None:
    actions.save_profile(By(db_session, cast.noor, START), cast.noor.account_id or 0, KEPT)

    row = db_session.execute(text("select gender, background, lives_in, training from coordinator_profile")).one()
    stored = b" ".join(bytes(value) for value in row)
    assert [word for word in (b"woman", b"Riffian", b"Amal", b"Basic") if word in stored] == []
    event = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert event is not None
    assert (event.action, read_detail(db_session, event)) == (
        "profile.changed",
        {"actor": "Noor van Dijk", "account": cast.noor.account_id},
    )


def test_a_closed_account_keeps_nothing_of_it(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    everything = replace(KEPT, regions=frozenset({cast.south}))
    actions.save_profile(By(db_session, cast.noor, START), noor, everything)
    actions.add_absence(By(db_session, cast.noor, START), noor, Absence(START.date(), START.date()))

    close_account(By(db_session, cast.bas, START), noor)

    kept = (CoordinatorProfile, CoordinatorLanguage, CoordinatorRegion, CoordinatorAbsence)
    counted = [select(func.count()).select_from(one).where(one.account_id == noor) for one in kept]
    assert [db_session.scalar(one) for one in counted] == [0, 0, 0, 0]


def test_whoever_takes_conferences_in_another_region_can_be_asked_there(db_session: Session, cast: Cast) -> None:
    iris = cast.iris.account_id or 0
    assert iris not in can_be_asked(db_session, cast.north)

    actions.save_profile(
        By(db_session, cast.iris, START), iris, SelfDescription(regions=frozenset({cast.north, cast.south}))
    )

    assert iris in can_be_asked(db_session, cast.north)
    with pytest.raises(Refusal, match="no such region"):
        actions.save_profile(By(db_session, cast.iris, START), iris, SelfDescription(regions=frozenset({99})))


def test_an_absence_is_noted_with_a_deputy_and_taken_away(client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    sign_in(client, cast.noor)
    client.page("/my-profile")
    days: dict[str, Value] = {"First day away": date(2026, 7, 3), "Last day away": date(2026, 7, 20)}

    page = client.submit("Note these days", days | {"Who covers for you?": "Denise Okafor"})

    assert "Friday 3 July 2026 to Monday 20 July 2026 Covered by Denise Okafor" in page.text
    assert "away 3 July to 20 July" not in page.text
    page = client.submit("Note these days", days | {"Who covers for you?": "nobody yet"})
    assert page.text.count("Friday 3 July 2026 to Monday 20 July 2026 Not covered yet") == 1
    page = client.submit("Take this absence away")
    assert "Friday 3 July 2026" not in page.text
    assert "Covered by Denise Okafor" not in page.text


@pytest.mark.parametrize(
    ("first", "last", "deputy", "why"),
    [
        (2, 1, False, "before the first day"),
        (-3, -1, False, "These days are over"),
        (1, 2, True, "cannot take conferences here"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    db_session: Session, cast: Cast, first: int, last: int, deputy: bool, why: str
) -> None:
    today = START.date()
    absence = Absence(
        today + timedelta(days=first), today + timedelta(days=last), cast.iris.account_id if deputy else None
    )
    with pytest.raises(Refusal, match=why):
        actions.add_absence(By(db_session, cast.noor, START), cast.noor.account_id or 0, absence)


def test_nobody_takes_away_the_absence_of_somebody_else(db_session: Session, cast: Cast) -> None:
    denise = cast.denise.account_id or 0
    actions.add_absence(By(db_session, cast.denise, START), denise, Absence(START.date(), START.date()))
    [absence_id] = db_session.scalars(select(CoordinatorAbsence.id)).all()

    with pytest.raises(Unknown):
        actions.remove_absence(By(db_session, cast.noor, START), cast.noor.account_id or 0, absence_id)
