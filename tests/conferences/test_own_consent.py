"""Somebody's own consent: on their own page, taken back and given again; what staff and others read of it."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.actions.consents import add_consent, give_own_consent, withdraw_consent, withdraw_own_consent
from ekc.conferences.entries import CONSENT_SCOPES, OWN_WITHDRAWAL, RESEARCH, NewConsent, PersonDetails
from ekc.conferences.models import Consent, Participant, Trace
from ekc.conferences.queries.consents import consented, consents, said_yes_to
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Part
from tests import build
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.page import text_of

TWO = tuple(PersonDetails(name=name, part=Part.MAIN_PERSON) for name in ("Vera Smit", "Mark Bos"))
BACK = "Vera Smit took their consent back on Monday 2 March 2026"


def client_of(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.mark.both_databases
def test_a_main_person_takes_their_own_consent_back_and_gives_it_again(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    vera, noor = client_of(app), client_of(app)
    page = enter(vera, db_session, clock(), case.id, case.people["vera"])
    said = "You said yes to this conference, and to keeping a file, on Monday 2 March 2026."
    assert said in page.text
    assert "The conference goes no further without your consent." in page.text

    page = vera.submit("Take it back")

    assert "You took your consent back on Monday 2 March 2026." in page.text
    assert consented(refreshed(db_session), case.id) == {case.people["mark"]}
    sign_in(noor, cast.noor)
    assert BACK in noor.page("/").text
    page = noor.page(f"/conferences/{case.id}")
    assert (BACK in page.text, "is not here yet" in page.text) == (True, False)
    consents_page = noor.page(f"/conferences/{case.id}/consents").text
    assert "Taken back by themselves, Monday 2 March 2026, 10:00." in consents_page
    assert "10:00 Vera Smit Took a consent back" in noor.page(f"/conferences/{case.id}/history").text

    assert said in vera.submit("I give my consent").text
    assert consented(refreshed(db_session), case.id) == {case.people["mark"], case.people["vera"]}
    assert BACK not in noor.page(f"/conferences/{case.id}").text


def test_what_others_read_of_who_opened_the_file_does_not_tell_of_consents(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    mark = client_of(app)
    [first] = [row.id for row in consents(db_session, case.id) if row.participant_id == case.people["vera"]]
    withdraw_consent(By(db_session, cast.noor, START), case.id, first)
    withdraw_own_consent(By(db_session, participant(case.id, case.people["mark"]), START), case.id)
    enter(mark, db_session, clock(), case.id, case.people["mark"])

    read = mark.page(f"/conferences/{case.id}/opened").text

    assert "consent" not in read.lower()
    assert "changed the registration" in read


def test_consent_given_twice_is_one(cast: Cast, db_session: Session) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    vera = By(db_session, participant(case.id, case.people["vera"]), START)
    withdraw_own_consent(vera, case.id)
    first = give_own_consent(vera, case.id)
    before = consents(db_session, case.id), db_session.scalar(select(func.count(Trace.id)))

    assert give_own_consent(vera, case.id) == first
    assert (consents(db_session, case.id), db_session.scalar(select(func.count(Trace.id)))) == before


def test_nobody_gives_or_takes_back_what_is_not_theirs(cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    omar = By(db_session, participant(case.id, case.people["omar"]), START)
    before = consents(db_session, case.id)

    with pytest.raises(Unknown):
        give_own_consent(omar, case.id)  # his is not asked
    with pytest.raises(Refusal, match="no consent of yours"):
        withdraw_own_consent(omar, case.id)
    for who in (cast.noor, participant(case.id, case.people["els"])):
        with pytest.raises(Unknown):
            withdraw_own_consent(By(db_session, who, START), case.id)
    assert consents(db_session, case.id) == before


@pytest.mark.parametrize("born", ["about 10", "2019", ""])
def test_no_change_of_age_lifts_what_a_child_took_back(
    born: str, app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    noor, own = client_of(app), client_of(app)
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/circle")
    noor.submit("Add to the circle", {"Name": "Bo", "Role in the circle": "child"})
    noor.follow("Bo")
    noor.submit("Save", {"Born on": "12", "How they come": "in person", "Told on": "2-3-2026"})
    noor.page(f"/conferences/{case.id}/consents")
    noor.submit("Note the consent", {"Who": "Bo", "Says yes to": "the conference", "On": "2-3-2026"})
    bo = build.made(db_session, case.id).people["bo"]
    enter(own, db_session, clock(), case.id, bo)
    own.submit("Take it back")

    noor.page(f"/conferences/{case.id}/circle/{bo}")
    noor.submit("Save", {"Born on": born})

    page = noor.page(f"/conferences/{case.id}")
    assert ("Bo took their consent back on Monday 2 March 2026" in page.text, page.buttons) == (True, ["Sign out"])
    assert "Your own consent to this conference is asked" in own.page(f"/conferences/{case.id}/mine").text
    assert "Not here yet: the consent of Bo." in noor.page(f"/conferences/{case.id}/consents").text

    own.page(f"/conferences/{case.id}/mine")
    own.submit("I give my consent")
    assert "took their consent back" not in noor.page(f"/conferences/{case.id}").text


@pytest.mark.both_databases
def test_no_change_of_part_lifts_what_a_main_person_took_back(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    vera, noor = client_of(app), client_of(app)
    enter(vera, db_session, clock(), case.id, case.people["vera"])
    vera.submit("Take it back")
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/circle/{case.people['vera']}")

    asked = noor.refused("Save", {"Role in the circle": "family"}).errors
    assert asked == [
        "Why they have another role now: Vera Smit is a main person and said no to something. That no still holds. "
        "Write down why they are no longer a main person. The regional manager is told, and the reason is shown in the "
        "history."
    ]
    noor.submit("Save", {"Why they have another role now": "She only wants to listen."})

    page = noor.page(f"/conferences/{case.id}")
    assert (BACK in page.text, page.buttons) == (True, ["Sign out"])
    assert "Your own consent to this conference is asked" in vera.page(f"/conferences/{case.id}/mine").text
    vera.submit("I give my consent")
    assert BACK not in noor.page(f"/conferences/{case.id}").text


def test_a_consent_noted_by_mistake_is_taken_back_and_nobody_is_asked_for_it(
    app: Flask, cast: Cast, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, START)
    noor = client_of(app)
    sign_in(noor, cast.noor)
    before = noor.page(f"/conferences/{case.id}").buttons
    noor.page(f"/conferences/{case.id}/consents")
    whose = db_session.get_one(Participant, case.people["omar"]).name
    noor.submit("Note the consent", {"Who": whose, "Says yes to": "the conference", "On": "2-3-2026"})
    noor.submit("Take back the consent", near=whose)
    assert noor.page(f"/conferences/{case.id}").buttons == before


def test_a_worry_without_words_is_said_on_the_page_of_whoever_has_it(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    omar, noor = client_of(app), client_of(app)
    enter(omar, db_session, clock(), case.id, case.people["omar"])
    omar.follow("It does not feel safe")
    omar.submit(omar.here.buttons[-1])
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/circle/{case.people['omar']}")
    aside = [node for node in noor.here.all("aside") if node.get("class") == "page__side"]
    assert "It does not feel safe Nothing is arranged yet." in [text_of(p) for node in aside for p in node.iter("p")]


@pytest.mark.parametrize("scope", sorted(OWN_WITHDRAWAL))
def test_what_follows_is_said_to_whoever_takes_back_any_other_yes_of_theirs_and_done_at_once(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, scope: str
) -> None:
    """Omar's own consent to the conference is not asked; that of a main person stays as it was."""
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    with writing(db_session):
        db_session.get_one(Participant, case.people["omar"]).email = "omar@example.org"
    for who in ("omar", "vera"):
        new = NewConsent(participant_id=case.people[who], scope=scope, given_on=START.date())
        add_consent(By(db_session, cast.noor, START), case.id, new)
    before = consented(refreshed(db_session), case.id)
    page = enter(client, db_session, clock(), case.id, case.people["omar"])
    assert (OWN_WITHDRAWAL[scope] in page.text, "I give my consent" in page.text) == (True, False)

    page = client.submit("Take it back", near=CONSENT_SCOPES[scope])

    assert f"You said yes to: {CONSENT_SCOPES[scope]}." not in page.text
    assert said_yes_to(refreshed(db_session), case.id, scope) == {case.people["vera"]}
    assert consented(db_session, case.id) == before
    assert bool(db_session.get_one(Participant, case.people["omar"]).email) == (scope != "mail")


@pytest.mark.parametrize("scope", sorted(OWN_WITHDRAWAL))
def test_once_the_case_is_closed_what_goes_on_after_it_is_taken_back_and_nothing_else(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, scope: str
) -> None:
    case = build.closed_case(db_session, cast, START)
    marieke = case.people["marieke"]
    with writing(db_session):
        given = {"participant_id": marieke, "scope": scope, "given_on": START.date()}
        db_session.add(Consent(conference_id=case.id, note="", **given))
    own = By(db_session, participant(case.id, marieke), START)
    with pytest.raises(Unknown):
        give_own_consent(own, case.id)
    with pytest.raises(Refusal, match="no consent of yours"):
        withdraw_own_consent(own, case.id)
    page = enter(client, refreshed(db_session), START, case.id, marieke)
    assert "You said yes to this conference" not in page.text
    if scope == "file":  # what is kept of a closed case is decided by its period of retention
        assert "My consent" not in page.text
        with pytest.raises(Refusal, match="no consent of yours"):
            withdraw_own_consent(own, case.id, scope)
        return
    assert OWN_WITHDRAWAL[scope] in page.text
    client.submit("Take it back", near=CONSENT_SCOPES[scope])
    assert said_yes_to(refreshed(db_session), case.id, scope) == frozenset()


def test_a_child_too_young_to_be_asked_takes_part_in_no_research(cast: Cast, db_session: Session) -> None:
    case, noor = build.prepared_case(db_session, cast, START, main_persons=TWO), By(db_session, cast.noor, START)
    yara = add_person(noor, case.id, PersonDetails(name="Yara", part=Part.CHILD, born=date(2018, 5, 1)))
    with pytest.raises(Refusal, match="is too young: a child is asked from the age of"):
        add_consent(noor, case.id, NewConsent(participant_id=yara, scope=RESEARCH, given_on=START.date()))
