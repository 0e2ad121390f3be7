"""Who still has to hear of a change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ekc.workflow.owed import HeardBy, Listener, Notice, NoticeKind, owed
from ekc.workflow.vocabulary import Attends, Part, Phase

AT = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
ON = date(2026, 4, 10)
BEFORE = date(2026, 4, 1)
DAY = Notice(1, NoticeKind.DAY, AT, ON)
COORDINATOR = Notice(2, NoticeKind.COORDINATOR, AT, ON)


def listener(number: int = 1, part: Part = Part.FAMILY, **more: object) -> Listener:
    """Somebody of the family who comes, and was told before the change."""
    known: dict[str, object] = {"attends": Attends.IN_PERSON, "informed_on": BEFORE, **more}
    return Listener(number, f"Person {number}", part, **known)  # type: ignore[arg-type]


def to(notice: Notice, *circle: Listener, phase: Phase = Phase.SETUP) -> list[int]:
    return [one.id for each in owed(phase, [notice], circle) for one in each.to]


def test_whoever_relied_on_it_has_to_hear() -> None:
    assert to(DAY, listener()) == [1]


@pytest.mark.parametrize("attends", [Attends.PHONE, Attends.VIDEO, Attends.PART, None])
def test_the_day_is_for_all_who_may_take_part(attends: Attends | None) -> None:
    assert to(DAY, listener(attends=attends)) == [1]


@pytest.mark.parametrize("attends", [Attends.NO, Attends.LETTER, Attends.SPOKESPERSON])
def test_the_day_is_not_for_those_who_do_not_come_but_another_coordinator_is(attends: Attends) -> None:
    assert to(DAY, listener(attends=attends)) == []
    assert to(COORDINATOR, listener(attends=attends)) == [1]


def test_whoever_was_excluded_hears_nothing() -> None:
    assert to(DAY, listener(attends=Attends.EXCLUDED)) == []
    assert to(COORDINATOR, listener(attends=Attends.EXCLUDED)) == []


def test_whoever_was_not_informed_yet_or_later_hears_what_is_so_now() -> None:
    assert to(DAY, listener(informed_on=None)) == []
    assert to(DAY, listener(informed_on=ON + timedelta(days=1))) == []
    assert to(DAY, listener(informed_on=ON)) == [1]  # perhaps in the morning, before the change


@pytest.mark.parametrize("part", [Part.MAIN_PERSON, Part.INTERPRETER])
def test_main_persons_and_interpreters_know_without_being_informed(part: Part) -> None:
    assert to(DAY, listener(part=part, informed_on=None)) == [1]


@pytest.mark.parametrize("by", HeardBy)
def test_a_contact_a_mail_or_a_look_after_it_is_hearing(by: HeardBy) -> None:
    before, after = ((AT - timedelta(minutes=1), by),), ((AT + timedelta(minutes=1), by),)

    assert to(DAY, listener(heard=before)) == [1]
    (found,) = owed(Phase.SETUP, [DAY], [listener(heard=before + after)])
    assert (found.to, [(one.id, how) for one, how in found.heard]) == ((), [(1, by)])


def test_the_last_change_alone_counts() -> None:
    again = Notice(3, NoticeKind.DAY, AT + timedelta(days=2), ON + timedelta(days=2))
    heard_the_first = listener(heard=((AT + timedelta(days=1), HeardBy.CONTACT),))

    (found,) = owed(Phase.SETUP, [again, DAY], [heard_the_first])

    assert (found.notice, [one.id for one in found.to]) == (again, [1])


def test_the_day_is_owed_until_the_conference_opens_and_the_coordinator_until_the_end() -> None:
    assert {phase for phase in Phase if to(DAY, listener(), phase=phase)} == {Phase.SETUP}
    assert {phase for phase in Phase if to(COORDINATOR, listener(), phase=phase)} == {
        Phase.SETUP,
        Phase.INFORMATION,
        Phase.PRESENTATION,
        Phase.EVALUATION,
    }
