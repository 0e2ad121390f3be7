"""Municipalities and organisations: one row however a name is spelled, and what follows from merging two."""

import unicodedata
from collections.abc import Callable
from threading import Thread

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import NOBODY, By, Office
from ekc.accounts.models import AccountRole
from ekc.accounts.queries import offices, visitor_of_account
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference
from ekc.conferences.queries.agencies import perhaps_professional
from ekc.conferences.queries.members import members
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.directory import actions, queries
from ekc.directory.actions import Entry
from ekc.directory.models import NAMES, ROWS, Listing
from ekc.matching.actions.independence import set_employer
from ekc.matching.queries.asking import same_referrer
from ekc.matching.queries.candidates import candidates
from ekc.matching.queries.match import open_conflicts
from ekc.names import near, plain
from ekc.reports.queries import FollowUpFilter, follow_ups, municipalities
from ekc.staff.actions import roles
from ekc.workflow.vocabulary import Part, Role
from tests import build
from tests.cast import Cast
from tests.clock import START

MUNICIPALITIES, ORGANISATIONS = Listing.MUNICIPALITIES, Listing.ORGANISATIONS
TYPED = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Zs", "Mn")), min_size=1, max_size=40)
#: Ways to spell one name.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "blanks around": lambda name: f"  {name}\t",
    "two spaces": lambda name: name.replace(" ", "  "),
    "a no-break space": lambda name: name.replace(" ", "\u00a0"),
    "accents apart": lambda name: unicodedata.normalize("NFD", name),
    "a character that shows nothing": lambda name: f"\u200b{name}",
    "a full stop": lambda name: f"{name}.",
}


def row_id(session: Session, listing: Listing, name: str) -> int:
    found = queries.row_with(session, listing, name)
    assert found is not None
    return found


def seen_by(session: Session, cast: Cast) -> set[str]:
    """The municipalities, as they are called, of the follow-ups that Mila sees."""
    session.rollback()
    mila = visitor_of_account(session, cast.mila.account_id or 0)
    assert mila is not None
    return {row.municipality for row in follow_ups(session, mila, FollowUpFilter(), START.date())}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TYPED, listing=st.sampled_from(Listing), spelling=st.sampled_from([*SPELLINGS]))
def test_any_spelling_that_folds_equal_is_the_same_row(
    db_session: Session, cast: Cast, name: str, listing: Listing, spelling: str
) -> None:
    spelled = SPELLINGS[spelling](name)
    assume(plain(name) and plain(spelled) == plain(name))
    by = By(db_session, NOBODY, START)
    with writing(db_session):
        first = actions.row_of(by, listing, name)
        assert actions.row_of(by, listing, spelled) == first
        count = db_session.scalar(select(func.count()).where(NAMES[listing].row_id == first))
    assert (count, queries.row_with(db_session, listing, spelled)) == (1, first)
    assert {*queries.called(db_session, listing, [name, spelled]).values()} == {
        db_session.scalar(select(ROWS[listing].name).where(ROWS[listing].id == first))
    }


def test_who_follows_a_municipality_sees_its_cases_however_it_was_typed(db_session: Session, cast: Cast) -> None:
    for spell in SPELLINGS.values():
        build.registered_case(db_session, cast, START, municipality=spell("Northfield borough"))
    roles.give_role(
        By(db_session, cast.bas, START),
        cast.noor.account_id or 0,
        Office(Role.CARE_MANAGER, municipality="northfield  Borough"),
    )

    noor = visitor_of_account(db_session, cast.noor.account_id or 0)
    assert noor is not None
    assert len(municipalities(db_session, noor)) == 1
    mine = select(func.count()).where(Conference.municipality_id.in_(noor.municipalities))
    assert db_session.scalar(mine) == len(SPELLINGS)


def test_merging_moves_all_that_refers_to_a_municipality(db_session: Session, cast: Cast) -> None:
    build.case_in_evaluation(db_session, cast, START, municipality="Riverstad")
    bas = By(db_session, cast.bas, START)
    noor = cast.noor.account_id or 0
    for name in ("Rivierstad", "Riverstad"):
        roles.give_role(bas, noor, Office(Role.CARE_MANAGER, municipality=name))
    wrong, right = (row_id(db_session, MUNICIPALITIES, name) for name in ("Riverstad", "Rivierstad"))
    actions.change_row(bas, MUNICIPALITIES, wrong, Entry(name="Riverstad", code="GM0001", aliases=("Riv.",)))
    assert seen_by(db_session, cast) == set()
    follows = queries.merging(db_session, MUNICIPALITIES, wrong, right)
    assert follows is not None
    assert (follows.conferences, follows.sees_more) == (1, ("Mila Visser",))  # Noor follows both already

    actions.merge(bas, MUNICIPALITIES, wrong, right)

    assert seen_by(db_session, cast) == {"Rivierstad"}
    assert queries.references_to(db_session, MUNICIPALITIES, wrong) == {
        "conference": 0,
        "account_role": 0,
        "coordinator_profile": 0,
    }
    assert [one.place for one in offices(db_session, [noor])[noor]] == ["", "Rivierstad"]
    (row,) = queries.listed(db_session, MUNICIPALITIES)
    assert (row.name, row.code, row.aliases) == ("Rivierstad", "GM0001", ("Riverstad", "Riv."))
    build.registered_case(db_session, cast, START, municipality="RIVERSTAD")
    assert db_session.scalars(select(Conference.municipality_id).distinct()).all() == [right]
    event = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "names.merged")).one()
    assert read_detail(db_session, event)["name"] == "Riverstad"


def test_a_case_registered_while_its_municipality_is_merged_moves_too(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.registered_case(db_session, cast, START)
    with writing(db_session):
        wrong = actions.row_of(By(db_session, NOBODY, START), MUNICIPALITIES, "Riverstad")
    right = row_id(db_session, MUNICIPALITIES, "Rivierstad")
    db_session.close()

    def merge() -> None:
        with make_sessions(engine)() as session:
            actions.merge(By(session, cast.bas, START), MUNICIPALITIES, wrong, right)

    merging = Thread(target=merge)
    with make_sessions(engine)() as session:
        with writing(session):
            actions.row_of(By(session, NOBODY, START), MUNICIPALITIES, "riverstad")
            merging.start()
            merging.join(0.3)
            assert merging.is_alive()
            session.get_one(Conference, case.id).municipality_id = wrong
        merging.join()
    assert db_session.scalars(select(Conference.municipality_id)).all() == [right]
    assert queries.row_with(db_session, MUNICIPALITIES, "Riverstad") == right


def test_each_column_that_refers_to_a_row_is_moved() -> None:
    """A table that comes later is moved too, because its foreign key says so."""
    assert {str(one) for one in queries.references(MUNICIPALITIES)} == {
        "conference.municipality_id",
        "account_role.municipality_id",
        "coordinator_profile.municipality_id",
    }
    assert queries.references(ORGANISATIONS) == ()


def test_names_of_one_organisation_tie_a_coordinator_once_they_are_merged(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    bas, noor = By(db_session, cast.bas, START), cast.noor.account_id or 0
    set_employer(bas, noor, "Choir; YP North")
    assert open_conflicts(db_session, case.id) == ()
    short, full = (row_id(db_session, ORGANISATIONS, name) for name in ("YP North", "Youth protection"))
    follows = queries.merging(db_session, ORGANISATIONS, short, full)
    assert follows is not None
    assert follows.works_for == ("Noor van Dijk",)

    actions.merge(bas, ORGANISATIONS, short, full)

    assert [one.about for one in open_conflicts(db_session, case.id)] == ["Youth protection"]
    actions.change_row(bas, ORGANISATIONS, full, Entry(name="Save North", aliases=("YP North", "Youth protection")))
    assert [one.about for one in open_conflicts(db_session, case.id)] == ["Save North"]
    (asked,) = [one for one in candidates(db_session, case.id, cast.north, START) if one.id == noor]
    assert asked.tied is not None
    other = build.registered_case(
        db_session, cast, START, registrant=PersonDetails(name="Piet", part=Part.REFERRER, organisation="yp north")
    )
    assert same_referrer(db_session, other.id, noor) == 1


def test_for_whom_the_family_works_is_no_row_and_is_compared_all_the_same(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    omar = PersonDetails(name="Said", part=Part.FAMILY, organisation="Bakery The Oven")
    add_person(noor, case.id, omar)
    assert queries.row_with(db_session, ORGANISATIONS, "Bakery The Oven") is None

    youth = row_id(db_session, ORGANISATIONS, "Youth protection")
    actions.change_row(
        By(db_session, cast.bas, START), ORGANISATIONS, youth, Entry(name="Youth protection", aliases=("Bakery Oven",))
    )

    assert len(perhaps_professional(members(db_session, case.id))) == 1


def test_a_new_name_waits_to_be_looked_at_unless_whoever_keeps_the_lists_typed_it(
    db_session: Session, cast: Cast
) -> None:
    """The municipality of Mila's role and the organisations of nobody are confirmed."""
    build.registered_case(db_session, cast, START, municipality="Dorpstad")
    assert queries.unconfirmed(db_session) == 2  # and the organisation of the referrer
    (dorpstad, rivierstad) = queries.listed(db_session, MUNICIPALITIES)
    assert (dorpstad.confirmed, rivierstad.confirmed) == (False, True)
    assert queries.known_names(db_session, MUNICIPALITIES).offered == ("Rivierstad",)

    actions.confirm_row(By(db_session, cast.ruud, START), MUNICIPALITIES, dorpstad.id)

    assert queries.known_names(db_session, MUNICIPALITIES).offered == ("Dorpstad", "Rivierstad")


def test_names_and_codes_of_others_are_refused(db_session: Session, cast: Cast) -> None:
    bas = By(db_session, cast.bas, START)
    actions.add_rows(bas, MUNICIPALITIES, [Entry(name="Bergen (L.)", code="GM0893"), Entry(name="Bergen (NH.)")])
    bergen = row_id(db_session, MUNICIPALITIES, "bergen nh")
    for entry in (
        Entry(name="Rivierstad"),
        Entry(name="Bergen (NH.)", aliases=("Bergen L",)),
        Entry(name="Bergen (NH.)", code="GM0893"),
    ):
        with pytest.raises(Refusal, match="Merge the two"):
            actions.change_row(bas, MUNICIPALITIES, bergen, entry)
    with pytest.raises(Refusal, match="merged with itself"):
        actions.merge(bas, MUNICIPALITIES, bergen, bergen)

    assert actions.add_rows(bas, MUNICIPALITIES, [Entry(name="Bergen aan Zee", code="GM0893")]) == 1
    assert queries.row_with(db_session, MUNICIPALITIES, "Bergen (L.)") == row_id(
        db_session, MUNICIPALITIES, "Bergen aan Zee"
    )


def test_a_row_in_use_stays(db_session: Session, cast: Cast) -> None:
    build.registered_case(db_session, cast, START, municipality="Dorpstad")
    bas, dorpstad = By(db_session, cast.bas, START), row_id(db_session, MUNICIPALITIES, "Dorpstad")
    with pytest.raises(Refusal, match="in use"):
        actions.remove_row(bas, MUNICIPALITIES, dorpstad)
    db_session.execute(update(Conference).values(municipality_id=row_id(db_session, MUNICIPALITIES, "Rivierstad")))
    db_session.commit()

    actions.remove_row(bas, MUNICIPALITIES, dorpstad)

    assert queries.row_with(db_session, MUNICIPALITIES, "Dorpstad") is None
    assert db_session.scalars(select(AccountRole.municipality_id).where(AccountRole.municipality_id.is_not(None))).all()


@pytest.mark.parametrize("name", ["noor", "mila", "nobody"])
def test_others_do_not_keep_the_lists(db_session: Session, cast: Cast, name: str) -> None:
    by, row = By(db_session, getattr(cast, name), START), row_id(db_session, MUNICIPALITIES, "Rivierstad")
    for attempt in (
        lambda: actions.confirm_row(by, MUNICIPALITIES, row),
        lambda: actions.change_row(by, MUNICIPALITIES, row, Entry(name="Mine")),
        lambda: actions.merge(by, MUNICIPALITIES, row, row + 1),
        lambda: actions.remove_row(by, MUNICIPALITIES, row),
        lambda: actions.add_rows(by, MUNICIPALITIES, [Entry(name="Mine")]),
    ):
        with pytest.raises(Unknown):
            attempt()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Northfield", "Northfeld", True),
        ("Northfield", "Northfielda", True),
        ("Northfield", "Nortfield", True),
        ("Northfield", "Northfeild", True),
        ("Northfield Borough", "Northfield", True),
        ("Bergen", "Bergen op Zoom", False),
        ("Northfield", "northfield ", False),  # the same
        ("Northfield", "Southfield", False),
        ("Northfield", "", False),
    ],
)
def test_what_is_nearly_the_same(one: str, other: str, expected: bool) -> None:
    assert (near(one, other), near(other, one)) == (expected, expected)
