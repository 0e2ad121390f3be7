"""In private time no page of the meeting can be opened by anybody."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from ekc.workflow.vocabulary import Phase
from tests.cast import Cast, enter_as_before, make_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.meetings.gathering import gathered

SENTENCE = "The family has private time now. Nobody else sees or changes anything until they come out."


def addresses(app: Flask, conference_id: int) -> list[tuple[str, str]]:
    """Method and URL of every route of meetings and private time in a case."""
    every: list[Rule] = list(app.url_map.iter_rules())
    here = (rule for rule in every if rule.endpoint.split(".")[0] in ("meetings", "privatetime"))
    rules = [rule for rule in here if "conference_id" in rule.arguments]
    found = []
    for rule in rules:
        values = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            built = app.url_map.bind("localhost").build(rule.endpoint, {**values, "conference_id": conference_id})
        found += [(method, built) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def answers(client: PageClient, app: Flask, conference_id: int) -> list[tuple[int, bool]]:
    """The status of each route's response, and whether the response has the sentence."""
    token = next(c.attrib["value"] for c in client.here.all("input") if c.get("name") == "csrf_token")
    responses = [
        client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        for method, address in addresses(app, conference_id)
    ]
    return [(response.status_code, SENTENCE in response.text) for response in responses]


def test_the_coordinator_hears_why(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.PRIVATE_TIME)
    sign_in(client, cast.noor)
    client.page("/")

    found = answers(client, app, case.id)

    # Only the room says what was read out there, and only the circle which dates suit and has its own invitation: to
    # others there is no such page.
    assert sorted(found) == [(403, True)] * 34 + [(404, False)] * 4


@pytest.mark.parametrize("who", ["iris", "mila", "bas"])
def test_to_strangers_the_pages_do_not_exist(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, who: str
) -> None:
    case = gathered(db_session, cast, START, Phase.PRIVATE_TIME)
    sign_in(client, getattr(cast, who))
    client.page("/")

    assert set(answers(client, app, case.id)) == {(404, False)}


@pytest.mark.parametrize(("who", "may_be_in_the_room"), [("karim", 0), ("els", 0), ("fatima", 1), ("marieke", 1)])
def test_nobody_of_the_circle_comes_in_here_either(
    app: Flask,
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    who: str,
    may_be_in_the_room: int,
) -> None:
    """Whoever of the family is not in the room hears that they cannot say now what was read out there; and each that
    they cannot say now which dates suit them, nor read their invitation.
    """
    case = gathered(db_session, cast, START, Phase.PRIVATE_TIME)
    enter_as_before(client, db_session, START, case.id, case.people[who])
    client.page(make_link(db_session, START, case.id, case.people[who]))  # any page with a form

    found = answers(client, app, case.id)
    own = 3 + may_be_in_the_room
    assert sorted(found) == [(403, True)] * own + [(404, False)] * (38 - own)
