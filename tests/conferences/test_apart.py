"""Who may not be with whom: said by whom, in the way of opening until it is arranged, and warned where they meet."""

from dataclasses import fields, replace

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import safety
from ekc.conferences.actions.registration import change_registration
from ekc.conferences.entries import Concern, Registration
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.concerns import apart, concerns
from ekc.conferences.queries.registration import registration
from ekc.core.errors import Refusal, Unknown
from ekc.workflow.vocabulary import Attends, Variant
from tests.build import case_in_setup, change_details, prepared_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.page import text_of

NOT_TOGETHER = "not together with Omar El Amrani"


def test_a_pair_is_warned_about_where_they_meet_until_it_is_arranged(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = prepared_case(db_session, cast, START)
    linda, omar = case.people["linda"], case.people["omar"]
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/safety")
    said = {"Who": "Linda de Wit", "What are they afraid of?": "Threats.", "Whom may they not be with?": "Linda de Wit"}
    assert client.refused("Write it down", said, status=422).errors == [
        "Whom may they not be with? Choose two people.",
        "Who said or decided that? Write who said or decided that they may not be together.",
    ]
    alone = said | {"Whom may they not be with?": "nobody in particular", "Who said or decided that?": "The court"}
    assert client.refused("Write it down", alone, status=422).errors == [
        "Who said or decided that? This goes with another choice. Make that choice, or leave this empty."
    ]
    client.submit(
        "Write it down",
        said | {"Whom may they not be with?": "Omar El Amrani", "Who said or decided that?": "The court, on 3 March"},
    )
    assert f"{NOT_TOGETHER} Both come. Said or decided by: The court, on 3 March" in client.here.text.replace("\n", " ")
    circle = client.page(f"/conferences/{case.id}/circle").text
    assert f"{NOT_TOGETHER} Both come." in circle
    assert "not together with Linda de Wit Both come." in circle
    assert "There is no safety arrangement for Linda de Wit yet" in client.page(f"/conferences/{case.id}").text

    change_details(db_session, cast, START, case, omar, attends=None)
    assert (
        f"{NOT_TOGETHER} It is not known yet whether both come." in client.page(f"/conferences/{case.id}/circle").text
    )
    change_details(db_session, cast, START, case, omar, attends=Attends.VIDEO)
    change_details(db_session, cast, START, case, linda, support_id=omar)
    assert f"{NOT_TOGETHER} One supports the other." in client.page(f"/conferences/{case.id}/circle").text
    client.page(f"/conferences/{case.id}/safety")
    client.submit("Save", {"What was arranged?": "He joins by video."}, near="Linda de Wit")
    assert "There is no safety arrangement" not in client.page(f"/conferences/{case.id}").text


def test_a_pair_is_two_people_of_one_circle(cast: Cast, db_session: Session) -> None:
    case, other = case_in_setup(db_session, cast, START), case_in_setup(db_session, cast, START)
    linda = case.people["linda"]
    for stranger, refused in ((other.people["omar"], Unknown), (linda, Refusal)):
        pair = Concern(participant_id=linda, concern="x", apart_from_id=stranger, said_by="x")
        with pytest.raises(refused):
            safety.add_concern(By(db_session, cast.noor, START), case.id, pair)


def test_two_sides_that_may_not_meet_are_warned_about_wherever_somebody_of_each_comes(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    """Said once, of the sides: so of whoever is on one later too. It is arranged for all of them."""
    case = prepared_case(db_session, cast, START, variant=Variant.GROUP, sides=("Residents", "Young people"))
    linda, omar, kees = (case.people[name] for name in ("linda", "omar", "kees"))
    for who, side in ((linda, "Residents"), (omar, "Young people")):
        change_details(db_session, cast, START, case, who, side=side)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/safety")
    other = "Which side may their own side not meet?"
    said = {"Who": "Linda de Wit", "What are they afraid of?": "Threats.", other: "Residents"}
    assert client.refused("Write it down", said, status=422).errors == [
        "Which side may their own side not meet? They are on this side themselves. Choose the other one.",
        "Who said or decided that? Write who said or decided that they may not be together.",
    ]
    client.submit("Write it down", said | {other: "Young people", "Who said or decided that?": "The court"})
    assert "not together with Young people Both come." in client.here.text
    assert "There is no safety arrangement for Linda de Wit yet" in client.page(f"/conferences/{case.id}").text

    change_details(db_session, cast, START, case, kees, side="Residents")
    circle = client.page(f"/conferences/{case.id}/circle")
    rows = {row: next(n for n in circle.all("li") if n.get("id") == f"person-{row}") for row in (linda, omar, kees)}
    warned = {row: "not together with" in text_of(node) and text_of(node) for row, node in rows.items()}
    assert "not together with Young people Both come." in str(warned[kees])
    assert "not together with Residents Both come." in str(warned[omar])
    client.page(f"/conferences/{case.id}/safety")
    client.submit("Save", {"What was arranged?": "Two rooms."}, near="Linda de Wit")
    assert "There is no safety arrangement" not in client.page(f"/conferences/{case.id}").text


def test_a_side_that_may_not_be_met_keeps_its_name_and_is_not_taken_away(cast: Cast, db_session: Session) -> None:
    case = prepared_case(db_session, cast, START, variant=Variant.GROUP, sides=("Residents", "Young people"))
    noor = By(db_session, cast.noor, START)
    pair = Concern(participant_id=case.people["linda"], concern="x", apart_from_side="Young people", said_by="x")
    safety.add_concern(noor, case.id, pair)
    row = registration(db_session, case.id)
    shown = Registration(**{one.name: getattr(row, one.name) for one in fields(Registration)})
    change_registration(noor, case.id, replace(shown, sides=("Residents", "young  people")))
    assert [row.apart_from for row in concerns(refreshed(db_session), case.id)] == ["young  people"]
    with pytest.raises(Refusal, match="may not meet the side"):
        change_registration(noor, case.id, replace(shown, sides=("Residents",)))


def test_somebody_and_their_side_are_warned_about_once(cast: Cast, db_session: Session) -> None:
    case = prepared_case(db_session, cast, START, variant=Variant.GROUP, sides=("Residents", "Young people"))
    noor = By(db_session, cast.noor, START)
    linda, omar, kees = (case.people[one] for one in ("linda", "omar", "kees"))
    for who, side in ((linda, "Residents"), (omar, "Young people"), (kees, "Young people")):
        change_details(db_session, cast, START, case, who, side=side)
    both = Concern(
        participant_id=linda, concern="x", apart_from_id=omar, apart_from_side="Young people", said_by="the court"
    )
    safety.add_concern(noor, case.id, both)

    here = apart(concerns(db_session, case.id), circle(db_session, case.id))
    named = {who: [one.name for one in here[who]] for who in (linda, omar, kees)}
    assert named == {linda: ["Young people"], omar: ["Residents"], kees: ["Residents"]}

    safety.add_concern(noor, case.id, Concern(participant_id=kees, concern="x", apart_from_id=linda, said_by="Kees"))
    safety.add_concern(noor, case.id, Concern(participant_id=linda, concern="y", apart_from_id=kees, said_by="Linda"))
    here = apart(concerns(refreshed(db_session), case.id), circle(db_session, case.id))
    assert [one.name for one in here[linda]] == ["Young people", "Kees de Wit"]
