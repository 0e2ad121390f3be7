"""The manager's list: states and counts, only their own area, and never a name or a text."""

import csv
import io
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.audit import ActorKind, AuditEvent, read_detail
from ekc.core.routes import declared_access
from ekc.core.transaction import writing
from ekc.evaluations.actions import FollowUpReport, give_up, record_follow_up
from ekc.evaluations.models import FollowUp, FollowUpState
from ekc.reports import queries
from ekc.reports.queries import Counts, FollowUpFilter
from ekc.workflow.engine import sees
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import CasePart, Phase, Role, Step, Variant
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.evaluations.agreed import EVALUATION_AT, agreed_case, revise

pytestmark = pytest.mark.both_databases

CALL_DUE = START + timedelta(days=28)


def numbers(client: PageClient) -> list[tuple[str, str, str]]:
    """Case, kind and state of each row."""
    return [(row[0], row[3], row[1]) for row in client.here.table()[1:]]


def test_a_manager_sees_dates_and_states(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    held, open_ = agreed_case(db_session, cast, START), agreed_case(db_session, cast, START, variant=Variant.GROUP)
    record_follow_up(By(db_session, cast.noor, CALL_DUE), held.id, held.call, FollowUpReport(held_on=CALL_DUE.date()))
    clock.set(CALL_DUE)
    sign_in(client, cast.mila)

    page = client.page("/follow-ups")

    assert "due 1 · late 0 · held this month 1" in page.text
    assert page.table()[1] == [
        "EKC-2026-0002",
        "due",
        "30 March 2026",
        "call after four weeks",
        "Rivierstad",
        "neighbourhood or group conference",
        "Evaluation",
    ]
    assert numbers(client) == [
        ("EKC-2026-0002", "call after four weeks", "due"),
        ("EKC-2026-0001", "evaluation", "planned"),
        ("EKC-2026-0002", "evaluation", "planned"),
    ]
    client.submit("Show", {"Status": "held"})
    assert numbers(client) == [("EKC-2026-0001", "call after four weeks", "held")]
    client.submit("Show", {"Status": "all", "Due until": CALL_DUE.date()})
    assert [row[0] for row in numbers(client)] == ["EKC-2026-0001", "EKC-2026-0002"]
    client.submit("Show", {"Status": "still to do", "Kind of conference": "family conference", "Due until": ""})
    assert numbers(client) == [("EKC-2026-0001", "evaluation", "planned")]
    client.submit("Show", {"Status": "late"})
    assert "No follow-up found" in client.here.text
    assert client.follow("Show all again").url == "/follow-ups"
    assert open_.id != held.id


def test_nothing_that_a_family_said_reaches_a_manager(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    secrets = ["Zebedeus", "Quasimodo", "Xanthippe", "Oktopus"]
    case = agreed_case(db_session, cast, START, title=secrets[0], question=secrets[0], reason=secrets[0])
    found = FollowUpReport(held_on=CALL_DUE.date(), held_by=secrets[1], found=secrets[2], decision=secrets[2])
    record_follow_up(By(db_session, cast.noor, CALL_DUE), case.id, case.call, found)
    give_up(By(db_session, cast.noor, CALL_DUE), case.id, case.evaluation, secrets[3])
    clock.set(CALL_DUE)

    for manager in (cast.mila, cast.ruud):
        sign_in(client, manager)
        page = client.page("/follow-ups?state=all")
        assert len(page.table()) == 3
        file = client.paper(client.here.link("Download (CSV)"))
        shown = page.html + file.text
        names = [*secrets, "Omar", "Yara", "Marieke", "Karim", "Noor", "Sleeps", "school", "Kees"]
        assert [name for name in names if name in shown] == []
        assert list(csv.reader(io.StringIO(file.get_data().decode("utf-8-sig")))) == [
            ["case", "municipality", "variant", "phase", "kind", "due on", "state"],
            [
                "EKC-2026-0001",
                "Rivierstad",
                "family conference",
                "Evaluation",
                "call after four weeks",
                "2026-03-30",
                "held",
            ],
            ["EKC-2026-0001", "Rivierstad", "family conference", "Evaluation", "evaluation", "2026-07-11", "given up"],
        ]
        client.submit("Sign out")


def test_a_dutch_spreadsheet_finds_the_columns(client: PageClient, db_session: Session, cast: Cast) -> None:
    """Where decimals have a comma, a comma parts no columns: all of a line stood in the first one."""
    agreed_case(db_session, cast, START)
    sign_in(client, cast.mila)
    client.page("/follow-ups")
    client.follow("Nederlands")

    first = client.paper("/follow-ups.csv").get_data().decode("utf-8-sig").splitlines()[0]

    assert first == "dossier;gemeente;soort conferentie;fase;soort;uiterlijk op;status"


def test_only_the_own_area_is_listed(db_session: Session, cast: Cast) -> None:
    agreed_case(db_session, cast, START, municipality="Elsewhere", region_id=cast.north)
    agreed_case(db_session, cast, START, region_id=cast.south)
    today = CALL_DUE.date()

    def seen(visitor: object) -> list[str]:
        rows = queries.follow_ups(db_session, visitor, FollowUpFilter(), today)  # type: ignore[arg-type]
        return sorted({row.number for row in rows})

    assert seen(cast.ruud) == ["EKC-2026-0001"]
    assert seen(cast.mila) == ["EKC-2026-0002"]
    assert [seen(somebody) for somebody in (cast.noor, cast.bas, cast.nobody)] == [[], [], []]
    assert queries.municipalities(db_session, cast.ruud) == ("Elsewhere",)


def test_what_is_planned_stays_listed_in_a_new_round_and_is_counted_once(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    record_follow_up(By(db_session, cast.noor, CALL_DUE), case.id, case.call, FollowUpReport(held_on=CALL_DUE.date()))
    mila, late, everything = cast.mila, EVALUATION_AT.date() + timedelta(days=1), FollowUpFilter()
    seen = []
    for phase in (Phase.EVALUATION, Phase.SETUP, Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION):
        with writing(db_session):
            db_session.execute(update(Conference).values(phase=phase))
        rows = [(row.kind, row.state) for row in queries.follow_ups(db_session, mila, everything, late)]
        seen.append((rows, queries.counts(db_session, mila, everything, late)))
    listed = [(FollowUpKind.CALL, FollowUpState.HELD), (FollowUpKind.EVALUATION, FollowUpState.LATE)]
    assert seen == [(listed, Counts(0, 1, 0))] * 5

    revise(db_session, case, START + timedelta(days=140), EVALUATION_AT + timedelta(days=90), Step.AGREE_PLAN)
    still_open = FollowUpFilter(states=frozenset(FollowUpState) - {FollowUpState.HELD, FollowUpState.GIVEN_UP})
    kinds = [row.kind for row in queries.follow_ups(db_session, mila, still_open, late)]
    assert kinds.count(FollowUpKind.EVALUATION) == 1


def test_pages_of_fifty_follow_one_another(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    with writing(db_session):
        db_session.add_all(
            FollowUp(
                conference_id=case.id,
                region_id=cast.north,
                version_number=1,
                kind=FollowUpKind.EVALUATION,
                due_on=CALL_DUE.date() + timedelta(days=number // 3),
                latest_on=CALL_DUE.date() + timedelta(days=number // 3),
            )
            for number in range(60)
        )
    sign_in(client, cast.ruud)

    first = client.page("/follow-ups?municipality=Rivierstad").table()[1:]
    second = client.follow("The next 50").table()[1:]

    assert (len(first), len(second)) == (50, 12)
    assert "The next 50" not in [name for name, _href in client.here.links]
    rows = queries.follow_ups(db_session, cast.ruud, FollowUpFilter(), START.date())
    assert len(rows) == 62
    assert rows == tuple(sorted(rows, key=lambda row: (row.due_on, row.id)))


def test_a_question_that_cannot_be_read_is_answered_kindly(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.mila)
    assert "There are no follow-ups to do in Rivierstad." in client.page("/follow-ups").text

    for query in ("state=nonsense", "variant=x", "municipality=Elsewhere", "due_until=tomorrow"):
        assert client.page(f"/follow-ups?{query}", status=422).errors != []
        assert client.get(f"/follow-ups.csv?{query}").status_code == 303
    assert client.page("/follow-ups?after=2026-13-01.x").status == 200


def test_who_took_the_list_along_as_a_file_is_kept(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """One audit event for each file, with its filter; none for the page or a rejected filter."""
    agreed_case(db_session, cast, START)
    sign_in(client, cast.ruud)
    wanted = {"municipality": "Rivierstad", "variant": "family", "due_until": "2026-04-01"}
    narrowed = urlencode({**wanted, "state": "planned"})
    for asked in ("", f"?{narrowed}", "?state=all", "?state=nonsense"):
        client.get(f"/follow-ups{asked}")
        client.paper(f"/follow-ups.csv{asked}")
    in_file = [len(client.paper(f"/follow-ups.csv{asked}").text.splitlines()) - 1 for asked in ("", f"?{narrowed}")]

    db_session.rollback()
    exported = select(AuditEvent).where(AuditEvent.action == "follow_ups.exported").order_by(AuditEvent.seq)
    lines = db_session.scalars(exported).all()
    ruud = {"actor": "Ruud Kramer", "roles": "regional_manager"}
    everything = {**ruud, "rows": 2, "states": "due late planned"}
    few = {**ruud, "rows": 1, "states": "planned", **wanted}
    assert in_file == [2, 1]
    assert [read_detail(db_session, line) for line in lines] == [
        *(everything, few, {**everything, "states": "all"}),
        *(everything, few),
    ]
    who = {(line.actor_kind, line.actor_id, line.conference_id, line.at) for line in lines}
    assert who == {(ActorKind.ACCOUNT, cast.ruud.account_id, None, clock())}


@pytest.mark.parametrize("name", ["noor", "bas"])
def test_others_know_of_no_such_page(client: PageClient, cast: Cast, name: str) -> None:
    sign_in(client, getattr(cast, name))

    client.page("/follow-ups", status=404)
    assert client.get("/follow-ups.csv").status_code == 404


def test_a_municipality_cannot_become_a_formula(client: PageClient, db_session: Session, cast: Cast) -> None:
    agreed_case(db_session, cast, START, municipality="=1+1")
    sign_in(client, cast.ruud)

    assert "'=1+1" in client.paper("/follow-ups.csv").text


def test_the_list_is_open_to_whoever_sees_figures(app: Flask) -> None:
    lists = {name: access for name, access in declared_access(app).items() if name.startswith("reports.")}
    for access in lists.values():
        roles = {Role(role) for role in access.detail.split(", ")}
        assert [role for role in roles if not sees(CasePart.FIGURES, Phase.EVALUATION, {role})] == []
