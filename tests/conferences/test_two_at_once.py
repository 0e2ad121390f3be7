"""Two people do something with one case at the same moment: each is done once, or refused in words; nothing breaks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import absent, bottom_lines, circle, consents, heard, offers, pauses, safety
from ekc.conferences.actions.details import fill_in
from ekc.conferences.actions.ecomap import place
from ekc.conferences.entries import (
    BottomLineText,
    Concern,
    FilledIn,
    HeardOfPeople,
    NewConsent,
    NewOffer,
    PersonDetails,
    told_of_all,
)
from ekc.conferences.models import (
    BottomLine,
    CallAttempt,
    Conference,
    Consent,
    LineWording,
    Participant,
    Pause,
    SafetyConcern,
    ViewPicture,
)
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.core.pictures import Picture
from ekc.journey.actions.merging import merge, tell_apart
from ekc.workflow.vocabulary import CallResult, Closeness, OfferStage, Part, Phase
from tests.build import Made
from tests.cast import Cast
from tests.clock import START
from tests.journey.test_registered_twice import number_of, registered

pytestmark = pytest.mark.both_databases
_DAY = START.date()
Act = Callable[[By], object]


def at_once(engine: Engine, by: By, *acts: Act) -> list[str]:
    """Each in a session of its own, at the same moment; what was refused, in words. Whatever else is raised fails."""
    make, together = make_sessions(engine), Barrier(len(acts))

    def run(act: Act) -> str:
        with make() as session:
            together.wait(10)
            try:
                act(By(session, by.visitor, by.at))
            except (Refusal, Unknown) as refused:
                return str(refused) or type(refused).__name__
        return ""

    by.session.rollback()
    with ThreadPoolExecutor(len(acts)) as pool:
        told = list(pool.map(run, acts))
    by.session.rollback()
    return sorted(filter(None, told))


def number(session: Session, kind: type[object], *where: object) -> int:
    return session.scalars(select(func.count()).select_from(kind).where(*where)).one()  # type: ignore[arg-type]


def test_one_pause_and_one_end_of_it(engine: Engine, db_session: Session, cast: Cast, case: Made) -> None:
    by = By(db_session, cast.noor, START)
    assert len(at_once(engine, by, *[lambda one: pauses.pause(one, case.id, "Ill.")] * 3)) == 2
    assert number(db_session, Pause) == 1
    assert len(at_once(engine, by, *[lambda one: pauses.resume(one, case.id)] * 3)) == 2


def test_of_pictures_there_are_no_more_than_fit(engine: Engine, db_session: Session, cast: Cast, case: Made) -> None:
    by, kees = By(db_session, cast.noor, START), case.people["kees"]
    one = Picture(b"\xff\xd8\xff", 1, 1)
    for _ in range(absent.MOST_PICTURES - 1):
        absent.add_picture(by, case.id, kees, one, "A letter")
    told = at_once(engine, by, *[lambda it: absent.add_picture(it, case.id, kees, one, "A drawing")] * 3)
    assert (len(told), number(db_session, ViewPicture)) == (2, absent.MOST_PICTURES)
    first = min(db_session.scalars(select(ViewPicture.number)))
    assert len(at_once(engine, by, *[lambda it: absent.remove_picture(it, case.id, kees, first)] * 2)) == 1


def test_lines_keep_their_numbers_and_words(engine: Engine, db_session: Session, cast: Cast, case: Made) -> None:
    """Two coordinators of one telephone: each adds a line, both rewrite one, share all and take it away."""
    by, karim = By(db_session, cast.noor, START), case.people["karim"]
    words = [BottomLineText(text=text, set_by=karim) for text in ("Fed.", "Safe.", "At school.")]
    acts: list[Act] = [lambda one, new=new: bottom_lines.add_bottom_line(one, case.id, new) for new in words]  # type: ignore[misc]
    assert at_once(engine, by, *acts) == []
    assert sorted(db_session.scalars(select(BottomLine.number))) == [1, 2, 3]
    line = min(db_session.scalars(select(BottomLine.id)))
    rewritten = [BottomLineText(text=text, set_by=karim) for text in ("Fed twice.", "Fed well.")]
    acts = [lambda one, new=new: bottom_lines.change_bottom_line(one, case.id, line, new) for new in rewritten]  # type: ignore[misc]
    acts.append(lambda one: bottom_lines.share_bottom_lines(one, case.id, None))
    at_once(engine, by, *acts)
    texts = {row.number: row.text for row in db_session.scalars(select(LineWording).where(LineWording.line_id == line))}
    assert db_session.get_one(BottomLine, line).text == texts[max(texts)]
    assert len(at_once(engine, by, *[lambda one: bottom_lines.remove_bottom_line(one, case.id, line)] * 2)) == 1


def test_what_is_heard_of_somebody_is_noted_of_them_once(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    by, kees = By(db_session, cast.noor, START), case.people["kees"]
    said = HeardOfPeople(told=told_of_all([kees]), comes=[kees], safe=[kees])
    assert at_once(engine, by, *[lambda one: heard.note_heard(one, case.id, said)] * 3) == []
    row = db_session.get_one(Participant, kees)
    assert (row.informed_on, row.safe_on) == (_DAY, _DAY)
    rung = HeardOfPeople(not_reached={case.people["linda"]: next(iter(CallResult))})
    assert at_once(engine, by, *[lambda one: heard.note_heard(one, case.id, rung)] * 2) == []
    assert number(db_session, CallAttempt) == 2


def test_two_who_fill_in_one_box_do_not_overwrite_each_other(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    by, kees = By(db_session, cast.noor, START), case.people["kees"]
    acts: list[Act] = [
        lambda one, phone=phone: fill_in(one, case.id, [FilledIn(participant_id=kees, details={"phone": phone})])  # type: ignore[misc]
        for phone in ("06 12345678", "06 87654321")
    ]
    (told,) = at_once(engine, by, *acts)
    assert "Somebody noted this meanwhile" in told
    placed: list[Act] = [lambda one, ring=ring: place(one, case.id, kees, ring) for ring in Closeness]  # type: ignore[misc]
    assert at_once(engine, by, *placed) == []


def test_a_consent_is_taken_back_once_and_a_worry_is_removed_once(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    by, marieke, kees = By(db_session, cast.noor, START), case.people["marieke"], case.people["kees"]
    mail = consents.add_consent(by, case.id, NewConsent(participant_id=marieke, scope="mail", given_on=_DAY))
    assert at_once(engine, by, *[lambda one: consents.withdraw_consent(one, case.id, mail)] * 3) == ["not found"] * 2
    assert db_session.get_one(Consent, mail).withdrawn_on == _DAY
    worry = safety.add_concern(by, case.id, Concern(participant_id=kees, concern="The stairs."))
    told = at_once(
        engine,
        by,
        lambda one: safety.remove_concern(one, case.id, worry),
        lambda one: safety.remove_concern(one, case.id, worry),
        lambda one: safety.change_concern(
            one, case.id, worry, Concern(participant_id=kees, concern="The stairs.", arrangement="A lift.")
        ),
    )
    assert 1 <= len(told) <= 2
    assert number(db_session, SafetyConcern) == 0
    offer = NewOffer(stage=OfferStage.OFFERED, on=_DAY, participant_id=marieke)
    assert at_once(engine, by, *[lambda one: offers.note_offer(one, case.id, offer)] * 2) == []


def test_somebody_is_removed_while_another_writes_of_them(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    by, omar = By(db_session, cast.noor, START), case.people["omar"]
    told = at_once(
        engine,
        by,
        lambda one: circle.remove_person(one, case.id, omar, "Moved."),
        lambda one: circle.remove_person(one, case.id, omar, "Moved."),
        lambda one: absent.note_view(one, case.id, omar, "Hello.", True),
        lambda one: place(one, case.id, omar, Closeness.FAR),
    )
    assert set(told) == {"not found"}


def test_two_managers_merge_two_registrations_into_each_other(engine: Engine, db_session: Session, cast: Cast) -> None:
    """While a third says that they are two, and somebody else adds a person: one goes on, and has that person."""
    first, second = registered(db_session, cast), registered(db_session, cast, days=1)
    numbers = {case: number_of(db_session, case) for case in (first, second)}
    by = By(db_session, cast.ruud, START + timedelta(days=2))
    new = PersonDetails(name="Kim Kok", part=Part.FRIEND)
    told = at_once(
        engine,
        by,
        lambda one: merge(one, first, numbers[second], {}),
        lambda one: merge(one, second, numbers[first], {}),
        lambda one: tell_apart(one, second, numbers[first]),
        lambda one: circle.add_person(one, second, new),
        lambda one: circle.add_person(one, first, replace_name(new)),
    )
    phases = {case: db_session.get_one(Conference, case).phase for case in (first, second)}
    assert sorted(phases.values()) == [Phase.CLOSED, Phase.REGISTRATION], told
    goes_on = next(case for case, phase in phases.items() if phase is Phase.REGISTRATION)
    people = list(db_session.scalars(select(Participant.name).where(Participant.conference_id == goes_on)))
    assert sorted(people) == sorted(set(people))


def replace_name(new: PersonDetails) -> PersonDetails:
    return PersonDetails(name="Bo Bos", part=new.part)
