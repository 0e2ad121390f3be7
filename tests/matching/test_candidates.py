"""The ranked list of those who could be asked: wishes, conflicts, who is away or full; and how fast it is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account, AccountRole
from ekc.conferences.forms.fields import SPOKEN
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, set_employer
from ekc.matching.actions.profile import add_absence, save_profile
from ekc.matching.actions.wishes import set_wishes
from ekc.matching.entries import Absence, SelfDescription
from ekc.matching.models import CoordinatorLanguage, CoordinatorProfile
from ekc.matching.queries.asking import wishes
from ekc.matching.queries.candidates import Candidate, candidates
from ekc.workflow.matching import CoordinatorWish, Fit, Gender, Hours, LanguageLevel, WishKind
from ekc.workflow.vocabulary import Role
from tests.build import INDEPENDENT, Made, case_in_private_time, case_in_setup, registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.counting import counted
from tests.test_query_plans import NO_TABLES, selected

NOOR, DENISE = "Noor van Dijk", "Denise Okafor"
WOMAN = CoordinatorWish(WishKind.GENDER, Gender.WOMAN)
DE_WIT = (
    CoordinatorWish(WishKind.SPEAKS, "nl"),
    CoordinatorWish(WishKind.UNDERSTANDS, "ary"),
    WOMAN,
    CoordinatorWish(WishKind.NOT_FROM, "Amal"),
)
HER = SelfDescription(
    languages={"nl": LanguageLevel.NATIVE, "ary": LanguageLevel.SOME},
    gender=Gender.WOMAN,
    background="Riffian",
    lives_in="Amal",
    municipality="Rivierstad",
)


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return registered_case(db_session, cast, clock())


def describe(session: Session, cast: Cast, name: str, told: SelfDescription) -> None:
    account = getattr(cast, name).account_id
    save_profile(By(session, PROGRAM, START), account, told)


def wish(session: Session, cast: Cast, case: Made, sought: Iterable[CoordinatorWish]) -> None:
    set_wishes(By(session, cast.ruud, START), case.id, sought)


def ranked(session: Session, cast: Cast, case: Made) -> list[Candidate]:
    return candidates(session, case.id, cast.north, START)


def names(session: Session, cast: Cast, case: Made) -> list[str]:
    return [one.name for one in ranked(session, cast, case)]


def test_the_manager_chooses_what_is_compared_and_reads_who_meets_it(
    client: PageClient, cast: Cast, db_session: Session, case: Made
) -> None:
    describe(db_session, cast, "denise", HER)
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/coordinator")

    page = client.submit(
        "Save these wishes",
        {
            "Has to speak": "Dutch",
            "Has to understand": "Moroccan Arabic",
            "What else matters?": ["is a woman"],
            "Must not live in": "Amal",
        },
    )

    assert wishes(db_session, case.id).sought == DE_WIT
    assert [name for name in page.buttons if name.startswith("Ask ")] == [f"Ask {DENISE}", f"Ask {NOOR}"]
    assert (
        "Misses: lives in Amal Meets: speaks Dutch as a mother tongue; understands Moroccan Arabic; is a woman"
    ) in page.text
    assert (
        "Misses: does not speak Moroccan Arabic Not known: has not said whether they are a woman or a man; has not "
        "said where they live Meets: speaks Dutch fluently"
    ) in page.text
    form = client.form("Save these wishes")
    assert (form.shown("Has to speak"), form.shown("What else matters?")) == ("Dutch", ["is a woman"])


def test_two_who_change_the_wishes_at_once_do_not_overwrite_each_other(
    client: PageClient, cast: Cast, db_session: Session, case: Made
) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/coordinator")
    wish(db_session, cast, case, [CoordinatorWish(WishKind.SPEAKS, "tr")])

    page = client.refused("Save these wishes", {"Has to speak": "Dutch"}, status=409)

    assert "Now at “Has to speak”, where you have something else: Turkish" in " ".join(page.errors)


def test_whoever_meets_more_of_what_was_asked_stands_first(db_session: Session, cast: Cast, case: Made) -> None:
    describe(db_session, cast, "denise", HER)
    describe(db_session, cast, "noor", replace(HER, gender=Gender.MAN))
    assert names(db_session, cast, case) == [NOOR, DENISE]  # by name: nothing was asked

    wish(db_session, cast, case, [WOMAN])
    assert names(db_session, cast, case) == [DENISE, NOOR]
    wish(db_session, cast, case, [CoordinatorWish(WishKind.GENDER, Gender.MAN)])
    assert names(db_session, cast, case) == [NOOR, DENISE]


def test_conflicts_go_before_every_wish(db_session: Session, cast: Cast, case: Made) -> None:
    describe(db_session, cast, "denise", HER)
    wish(db_session, cast, case, [WOMAN])
    set_employer(By(db_session, PROGRAM, START), cast.denise.account_id or 0, "Youth protection")

    assert names(db_session, cast, case) == [NOOR, DENISE]


def test_whoever_is_away_or_has_enough_stands_lower(db_session: Session, cast: Cast, case: Made) -> None:
    noor, day = cast.noor.account_id or 0, timedelta(days=1)
    soon = START.date() + 30 * day
    describe(db_session, cast, "noor", HER)
    wish(db_session, cast, case, [WOMAN])
    assert names(db_session, cast, case) == [NOOR, DENISE]

    add_absence(By(db_session, cast.noor, START), noor, Absence(soon + 60 * day, soon + 61 * day))  # much later
    assert names(db_session, cast, case) == [NOOR, DENISE]
    add_absence(By(db_session, cast.noor, START), noor, Absence(soon, soon + 7 * day))
    assert names(db_session, cast, case) == [DENISE, NOOR]
    [away] = [one.away for one in ranked(db_session, cast, case) if one.id == noor]
    assert away is not None
    assert away.first_day == soon


def test_whoever_has_as_many_conferences_as_they_want_stands_below_who_has_not(
    db_session: Session, cast: Cast, case: Made
) -> None:
    case_in_setup(db_session, cast, START)  # Noor's
    for _ in range(2):
        describe(db_session, cast, "noor", replace(HER, load_wanted=1))
        describe(db_session, cast, "denise", replace(HER, load_wanted=0))
    found = {one.name: (one.full, one.open_cases) for one in ranked(db_session, cast, case)}
    assert found == {NOOR: (True, 1), DENISE: (True, 0)}

    describe(db_session, cast, "noor", replace(HER, load_wanted=5))

    assert names(db_session, cast, case) == [NOOR, DENISE]


def test_what_nobody_asked_for_is_neither_read_nor_shown(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, case: Made
) -> None:
    describe(db_session, cast, "denise", HER)
    wish(db_session, cast, case, [CoordinatorWish(WishKind.SPEAKS, "nl")])
    sign_in(client, cast.ruud)

    with counted(app) as sent:
        page = client.page(f"/conferences/{case.id}/coordinator")

    assert [column for column in ("gender", "background", "lives_in") if column in " ".join(sent)] == []
    assert [word for word in ("Riffian", "is a woman Meets", "lives in Amal") if word in page.text] == []


def test_in_private_time_no_wish_is_compared(client: PageClient, cast: Cast, db_session: Session) -> None:
    inside = case_in_private_time(db_session, cast, START)
    found = candidates(db_session, inside.id, cast.north, START, in_private_time=True)
    assert [one.compared for one in found] == [(), ()]
    with pytest.raises(NotNow):
        wish(db_session, cast, inside, [WOMAN])
    sign_in(client, cast.ruud)
    assert "Save these wishes" not in client.page(f"/conferences/{inside.id}/coordinator").buttons


def test_in_private_time_no_organisation_of_the_case_is_named(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    inside = case_in_private_time(db_session, cast, START)
    denise = cast.denise.account_id or 0
    set_employer(By(db_session, PROGRAM, START), denise, "Youth protection")  # which referred the case
    another = registered_case(db_session, cast, START)
    ask_coordinator(By(db_session, cast.ruud, START), another.id, cast.noor.account_id or 0)
    accept(By(db_session, cast.noor, START), another.id, INDEPENDENT)
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{inside.id}/coordinator")

    assert "works for an organisation that takes part in this conference" in page.text
    told = ("Youth protection", "referred", "referring", "Primary school")
    assert [words for words in told if words in page.text] == []
    with pytest.raises(Refusal, match="works for an organisation that takes part") as refused:
        ask_coordinator(By(db_session, cast.ruud, START), inside.id, denise, "Noor is ill.")
    assert "%(agency)s" not in refused.value.message


def test_whoever_is_asked_in_private_time_is_told_of_no_organisation(cast: Cast, db_session: Session) -> None:
    inside = case_in_private_time(db_session, cast, START)
    denise = cast.denise.account_id or 0
    ask_coordinator(By(db_session, cast.ruud, START), inside.id, denise, "Noor is ill.")
    set_employer(By(db_session, PROGRAM, START), denise, "Youth protection")

    with pytest.raises(Refusal, match="You work for an organisation that takes part"):
        accept(By(db_session, cast.denise, START), inside.id, INDEPENDENT)


def test_nobody_but_the_regional_manager_changes_the_wishes(db_session: Session, cast: Cast, case: Made) -> None:
    for somebody in (cast.noor, cast.mila, cast.bas, cast.iris):
        with pytest.raises(Unknown):
            set_wishes(By(db_session, somebody, START), case.id, [WOMAN])


def test_whoever_is_asked_reads_the_wishes(client: PageClient, cast: Cast, db_session: Session, case: Made) -> None:
    wish(db_session, cast, case, DE_WIT)
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/coordinator")
    client.submit(f"Ask {NOOR}")
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/coordinator")

    assert "speaks Dutch understands Moroccan Arabic is a woman does not live in Amal" in page.text


def many(session: Session, cast: Cast, count: int) -> None:
    """So many more coordinators of the region, who speak the languages that families speak."""
    first = session.scalars(select(Account.id).order_by(Account.id.desc())).first() or 0
    ids = range(first + 1, first + 1 + count)
    kept = {"region_id": cast.north, "created_at": START, "introduction": "", "language": "nl", "active": True}
    accounts = [{"id": one, "email": f"c{one}@example.org", "name": f"Number {one}", **kept} for one in ids]
    session.execute(insert(Account), accounts)
    session.execute(
        insert(AccountRole), [{"account_id": one, "role": Role.COORDINATOR, "given_at": START} for one in ids]
    )
    spoken = [
        {"account_id": one, "language": SPOKEN[(one * step) % len(SPOKEN)], "level": level}
        for one in ids
        for step, level in enumerate(LanguageLevel, 1)
        if one % len(SPOKEN)
    ]
    once = {(one["account_id"], one["language"]): one for one in spoken}
    session.execute(insert(CoordinatorLanguage), list(once.values()))
    said = {"lives_in": "Dorp", "background": "", "training": "", "days": True, "evenings": False, "weekends": True}
    session.execute(
        insert(CoordinatorProfile), [{"account_id": one, "gender": list(Gender)[one % 3].value, **said} for one in ids]
    )
    session.commit()


EVERYTHING = (
    *DE_WIT,
    CoordinatorWish(WishKind.BACKGROUND, "Riffian"),
    CoordinatorWish(WishKind.NEAR),
    CoordinatorWish(WishKind.EXPERIENCE),
    CoordinatorWish(WishKind.HOURS, Hours.WEEKENDS),
)


def test_250_coordinators_take_as_many_statements_as_two(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, case: Made
) -> None:
    wish(db_session, cast, case, EVERYTHING)
    sign_in(client, cast.ruud)
    with counted(app) as of_two:
        client.page(f"/conferences/{case.id}/coordinator")
    many(db_session, cast, 248)

    with counted(app) as of_many:
        page = client.page(f"/conferences/{case.id}/coordinator")

    assert len(of_many) == len(of_two)
    assert "250 coordinators, with those who fit best first." in page.text
    assert len([name for name in page.buttons if name.startswith("Ask ")]) == 20
    page = client.follow("Show all 250")
    assert len([name for name in page.buttons if name.startswith("Ask ")]) == 250


def test_the_ranking_reads_no_table_that_grows_with_the_cases(cast: Cast, db_session: Session, case: Made) -> None:
    if db_session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever their indexes")
    wish(db_session, cast, case, EVERYTHING)
    many(db_session, cast, 248)
    with selected() as sent:
        found = candidates(db_session, case.id, cast.north, START)

    assert found[0].those(Fit.MET)
    plans = [
        line[3]
        for statement, given in sent.items()
        for line in db_session.connection().exec_driver_sql(f"explain query plan {statement}", given)
    ]
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN")}
    small = {"account", "account_role", "coordinator_profile"}
    assert {table for table in scanned if not table.startswith(NO_TABLES)} <= small
