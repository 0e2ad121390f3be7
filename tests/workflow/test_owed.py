"""What is owed to whom, and what clears it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ekc.workflow.activities import ACTIVITIES
from ekc.workflow.check import check_tables
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.ends.kinds import End
from ekc.workflow.handbook import handbook
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind, NoticeRule, Verb, Whom
from ekc.workflow.owed.listeners import Listener, NoticeFacts, Sign
from ekc.workflow.owed.rows import NOTICES, RULES
from ekc.workflow.owed.still_owed import all_owed, open_lines, owed, waits
from ekc.workflow.vocabulary import Activity, Attends, Part, Phase, Role, Step

AT = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
ON = date(2026, 4, 10)
BEFORE = date(2026, 4, 1)
DAY = NoticeFacts(id=1, kind=NoticeKind.DAY, at=AT, on=ON)
PLACE = NoticeFacts(id=1, kind=NoticeKind.PLACE, at=AT, on=ON)
COORDINATOR = NoticeFacts(id=2, kind=NoticeKind.COORDINATOR, at=AT, on=ON)
ABOUT_SOMEBODY = frozenset({NoticeKind.JOINED, NoticeKind.CONSENT, NoticeKind.LETTER})


def listener(number: int = 1, part: Part = Part.FAMILY, **more: object) -> Listener:
    """Somebody of the family who comes, and was told before the change."""
    known: dict[str, object] = {"attends": Attends.IN_PERSON, "informed_on": BEFORE, **more}
    return Listener(id=number, name=f"Person {number}", part=part, **known)  # type: ignore[arg-type]


def to(notice: NoticeFacts, *circle: Listener, phase: Phase = Phase.SETUP) -> list[int]:
    return [one.id for each in owed(phase, [notice], circle) for one in each.to]


def left(kind: NoticeKind, **more: object) -> NoticeFacts:
    """A notice of this kind; about the first person, where it is about somebody."""
    known: dict[str, object] = {"about": 1 if kind in ABOUT_SOMEBODY else None, **more}
    return NoticeFacts(id=1, kind=kind, at=AT, on=ON, **known)  # type: ignore[arg-type]


def owed_to(kind: NoticeKind, *circle: Listener, **more: object) -> list[int]:
    """To whom it is owed in the first phase of its row."""
    return to(left(kind, **more), *circle, phase=next(phase for phase in Phase if phase in RULES[kind].phases))


# To whom


def test_whoever_relied_on_it_has_to_hear() -> None:
    assert to(DAY, listener()) == [1]


@pytest.mark.parametrize("attends", [Attends.PHONE, Attends.VIDEO, Attends.PART, None])
def test_the_day_is_for_all_who_may_take_part(attends: Attends | None) -> None:
    assert to(DAY, listener(attends=attends)) == [1]


def test_the_day_is_not_for_those_who_do_not_come_but_another_coordinator_is() -> None:
    assert to(DAY, listener(attends=Attends.NO)) == []
    assert to(COORDINATOR, listener(attends=Attends.NO)) == [1]


@pytest.mark.parametrize("attends", [Attends.LETTER, Attends.SPOKESPERSON])
def test_who_takes_part_by_letter_has_to_hear_the_day_and_is_told_by_no_page_that_does_not_show_it(
    attends: Attends,
) -> None:
    later = AT + timedelta(hours=1)
    shown = [Sign(later, ClearedBy.PAGE), Sign(later, ClearedBy.MAIL, f"day-and-place-{AT.isoformat()}:1:1")]

    assert to(PLACE, listener(attends=attends)) == []
    assert to(DAY, listener(attends=attends, signs=tuple(shown))) == [1]
    assert to(DAY, listener(attends=attends, signs=(*shown, Sign(later, ClearedBy.CONTACT)))) == []
    assert to(DAY, listener(signs=tuple(shown))) == []


@pytest.mark.parametrize(
    ("attends", "place", "told_there"),
    [(Attends.IN_PERSON, [1], True), (None, [1], False), (Attends.VIDEO, [], False), (Attends.PHONE, [], False)],
)
def test_the_place_is_for_those_who_may_come_and_told_by_the_page_of_those_who_come(
    attends: Attends | None, place: list[int], told_there: bool
) -> None:
    seen = Sign(AT + timedelta(hours=1), ClearedBy.PAGE)
    assert to(PLACE, listener(attends=attends)) == place
    assert to(PLACE, listener(attends=attends, signs=(seen,))) == ([] if told_there else place)


def test_a_first_day_is_for_whoever_was_told_of_the_conference_before_it_was_known() -> None:
    first = replace(DAY, was="", now="2026-05-20T12:00:00+00:00")
    again = replace(first, id=2, at=AT + timedelta(days=1), on=ON + timedelta(days=1), was=first.now, now="")
    third = replace(again, id=3, at=AT + timedelta(days=2), on=ON + timedelta(days=2), was="", now=first.now)
    heard_the_first = listener(2, signs=(Sign(AT + timedelta(hours=1), ClearedBy.CONTACT),))
    circle = [listener(1), heard_the_first, listener(3, informed_on=None)]

    def still(*notices: NoticeFacts) -> list[int]:
        return [one.id for each in owed(Phase.SETUP, notices, circle) for one in each.to]

    assert still(first) == [1]
    assert still(first, again) == [2]  # the others never heard a day that is there no more
    assert still(first, again, third) == [1]


def test_what_was_written_down_after_it_on_the_same_day_is_known_to_be_later() -> None:
    before, after = (AT + timedelta(minutes=minutes) for minutes in (-1, 1))

    assert to(DAY, listener(informed_on=ON, informed_at=before)) == [1]
    assert to(DAY, listener(informed_on=ON, informed_at=after)) == []
    main_person = listener(part=Part.MAIN_PERSON, informed_on=ON, informed_at=after)
    (found,) = owed(Phase.SETUP, [replace(DAY, was="a", now="b")], [main_person])
    assert (found.to, [how for _, how in found.heard]) == ((), [ClearedBy.INFORMED])


@pytest.mark.parametrize("part", Part)
def test_everybody_but_an_interpreter_hears_that_people_come_together_again(part: Part) -> None:
    now = listener(part=part, attends=None, attends_before=Attends.NO, informed_on=None)
    assert owed_to(NoticeKind.AGAIN, now) == ([] if part is Part.INTERPRETER else [1])


@pytest.mark.parametrize("part", [part for part in Part if part is not Part.INTERPRETER])
@pytest.mark.parametrize("attends", [None, Attends.NO, Attends.LETTER])
def test_whoever_heard_that_people_come_together_again_hears_that_they_do_not(
    part: Part, attends: Attends | None
) -> None:
    one = listener(part=part, attends=attends, informed_on=None)
    assert owed_to(NoticeKind.ROUND, one, end=End.ROUND) == owed_to(NoticeKind.AGAIN, one) == [1]


def test_the_plan_is_for_those_who_took_part_and_for_whoever_it_names_and_a_call_does_not_give_it() -> None:
    circle = [
        listener(1, Part.MAIN_PERSON, attends=Attends.NO),
        listener(2, attends=Attends.LETTER),
        listener(3, attends=Attends.NO),
        listener(4, attends=Attends.NO, has_task=True),
        listener(5, Part.PROFESSIONAL),
        listener(6, Part.PROFESSIONAL, has_task=True),
    ]
    assert owed_to(NoticeKind.PLAN, *circle) == [1, 2, 4, 6]
    rang, sent = (Sign(AT + timedelta(hours=1), by) for by in (ClearedBy.CONTACT, ClearedBy.GIVEN))
    assert owed_to(NoticeKind.PLAN, listener(signs=(rang,))) == [1]
    assert owed_to(NoticeKind.PLAN, listener(signs=(sent,))) == []


def test_a_mail_about_an_earlier_version_does_not_give_this_one() -> None:
    mailed = listener(signs=(Sign(AT + timedelta(hours=1), ClearedBy.MAIL, "plan-1:1:1"),))
    assert owed_to(NoticeKind.PLAN, mailed, now="1") == []
    assert owed_to(NoticeKind.PLAN, mailed, now="11") == [1]


@pytest.mark.parametrize("end", [End.NO_PLAN, End.STOPPED, End.GONE, End.CLOSED])
def test_each_end_is_owed_to_whomever_the_plan_names(end: End) -> None:
    circle = [
        listener(1, attends=Attends.NO, has_task=True),
        listener(2, Part.PROFESSIONAL, attends=None, has_task=True),
    ]
    assert owed_to(NoticeKind.END, *circle, end=end) == [1, 2]


def test_whoever_was_not_informed_yet_or_later_hears_what_is_so_now() -> None:
    assert to(DAY, listener(informed_on=None)) == []
    assert to(DAY, listener(informed_on=ON + timedelta(days=1))) == []
    assert to(DAY, listener(informed_on=ON)) == [1]  # perhaps in the morning, before the change


@pytest.mark.parametrize("part", [Part.MAIN_PERSON, Part.INTERPRETER])
def test_main_persons_and_interpreters_know_without_being_informed(part: Part) -> None:
    assert to(DAY, listener(part=part, informed_on=None)) == [1]


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("part", Part)
def test_nothing_is_owed_to_whoever_stays_away_as_was_decided(kind: NoticeKind, part: Part) -> None:
    gone = listener(part=part, attends=Attends.EXCLUDED, informed_on=None, set_line=True)
    for end in End:
        assert owed_to(kind, gone, end=end) == []


def test_whoever_joins_late_is_told_themselves_and_nobody_else() -> None:
    assert owed_to(NoticeKind.JOINED, listener(1, informed_on=None), listener(2, informed_on=None)) == [1]


def test_who_hears_that_the_plan_went_back_and_who_looks_again() -> None:
    circle = [
        listener(1, Part.MAIN_PERSON, attends=Attends.LETTER),
        listener(2, Part.SUPPORTER),
        listener(3, attends=Attends.NO),
        listener(4, Part.REFERRER, set_line=True),
        listener(5, Part.PROFESSIONAL),
        listener(6, Part.INTERPRETER),
    ]

    assert owed_to(NoticeKind.SENT_BACK, *circle) == [1, 2]
    assert owed_to(NoticeKind.LOOK_AGAIN, *circle) == [4]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (End.NO_PLAN, [1, 2, 3, 4, 5]),
        (End.STOPPED, [1, 2, 3, 4, 5, 8]),
        (End.GONE, [2, 3, 4, 5, 8]),
        (End.CLOSED, [1, 2, 3, 4]),
    ],
)
def test_an_end_is_owed_to_each_person_who_took_part(end: End, expected: list[int]) -> None:
    circle = [
        listener(1, Part.MAIN_PERSON, attends=Attends.NO, informed_on=None),
        listener(2, Part.CHILD),
        listener(3, attends=Attends.LETTER),
        listener(4, Part.SUPPORTER, attends=None, attends_before=Attends.VIDEO),
        listener(5, Part.REFERRER, attends=None),
        listener(6, attends=Attends.NO),
        listener(7, attends=None),
        listener(8, Part.INTERPRETER, attends=None, informed_on=None),
    ]

    assert owed_to(NoticeKind.END, *circle, end=end) == expected


def test_what_is_owed_to_staff_names_nobody_of_the_circle() -> None:
    for rule in NOTICES:
        if rule.roles:
            circle = [listener(number, part, set_line=True) for number, part in enumerate(Part, start=1)]
            assert owed_to(rule.kind, *circle) == []
            (line,) = open_lines(owed(sorted(rule.phases)[0], [left(rule.kind)], circle), rule.roles)
            assert (line.to, line.heard) == ((), ())


def test_a_manager_reads_what_is_a_managers_to_decide_and_not_what_the_coordinator_sees_to() -> None:
    circle = [listener()]
    notices = [replace(left(kind), id=number) for number, kind in enumerate(NoticeKind, start=1)]

    found = {line.notice.kind for line in open_lines(owed(Phase.INFORMATION, notices, circle), {Role.REGIONAL_MANAGER})}

    to_tell = {NoticeKind.COORDINATOR, NoticeKind.PLAN}
    to_decide = {NoticeKind.CONSENT, NoticeKind.UNSAFE, NoticeKind.NOT_DONE, NoticeKind.LEFT_PLAN}
    assert found == to_tell | to_decide | {NoticeKind.PART}


def test_while_no_coordinator_can_act_the_manager_reads_all_that_is_open() -> None:
    circle = [listener(), listener(2, Part.REFERRER, set_line=True)]
    for rule in NOTICES:
        open_now = owed(sorted(rule.phases)[0], [left(rule.kind, end=End.CLOSED)], circle)
        of_coordinator = open_lines(open_now, {Role.COORDINATOR})
        assert open_lines(open_now, {Role.REGIONAL_MANAGER, Role.STANDS_IN}) == of_coordinator


@pytest.mark.parametrize("attends", [Attends.EXCLUDED, None])
def test_a_consent_of_somebody_who_left_the_circle_is_nothing_to_decide(attends: Attends | None) -> None:
    circle = [listener(attends=attends)] if attends else []

    assert owed(Phase.SETUP, [left(NoticeKind.CONSENT)], circle) == ()
    assert len(owed(Phase.SETUP, [left(NoticeKind.CONSENT)], [listener()])) == 1


def test_what_somebody_who_stays_away_by_decision_has_to_say_is_read_out() -> None:
    (found,) = owed(Phase.INFORMATION, [left(NoticeKind.LETTER)], [listener(attends=Attends.EXCLUDED)])
    assert found.is_open


# What clears it


@pytest.mark.parametrize("rule", NOTICES)
@pytest.mark.parametrize("by", ClearedBy)
def test_what_the_row_names_clears_it_and_nothing_else(rule: NoticeRule, by: ClearedBy) -> None:
    if rule.roles:
        assert owed(sorted(rule.phases)[0], [left(rule.kind, settled=by)], [listener()])[0].is_open is False
        return
    key = rule.mails[0].format(id=1, at=AT.isoformat(), now="") if rule.mails else "notice-1:"
    informed = (
        ON + timedelta(days=1) if by is ClearedBy.INFORMED else (None if rule.kind is NoticeKind.JOINED else BEFORE)
    )
    who = Part.REFERRER if rule.to is Whom.SET_LINES else Part.MAIN_PERSON
    early, late = (Sign(AT + timedelta(minutes=minutes), by, key) for minutes in (-1, 1))
    phase = sorted(rule.phases)[0]

    def found(*signs: Sign) -> list[ClearedBy]:
        slip = (Sign(AT - timedelta(hours=1), ClearedBy.PRINT),) if rule.to is Whom.ON_PAPER else ()
        one = listener(part=who, informed_on=informed, set_line=True, signs=slip + signs)
        (only,) = owed(phase, [left(rule.kind, end=End.STOPPED)], [one])
        return [how for _, how in only.heard]

    assert found(early, late) == ([by] if by in rule.cleared_by else [])
    if by is not ClearedBy.INFORMED:
        assert found(early) == []


def test_a_mail_about_something_else_is_not_hearing_this() -> None:
    later = AT + timedelta(hours=1)
    about_another_day = Sign(later, ClearedBy.MAIL, f"day-and-place-{later.isoformat()}:1:1")
    about_others = (Sign(later, ClearedBy.MAIL, "notice-12:1:1"), Sign(later, ClearedBy.MAIL, "notice-1:1:1"))
    about_this = Sign(AT, ClearedBy.MAIL, f"day-and-place-{AT.isoformat()}:1:1")

    assert to(DAY, listener(signs=(about_another_day, *about_others))) == [1]
    assert to(COORDINATOR, listener(signs=(about_this, *about_others))) == [1]
    assert to(COORDINATOR, listener(signs=(Sign(AT, ClearedBy.MAIL, "notice-2:1:1"),))) == []
    assert (to(DAY, listener(signs=(about_this,))), to(PLACE, listener(signs=(about_this,)))) == ([], [])
    unread = replace(about_this, has_link=False)
    assert (to(DAY, listener(signs=(unread,))), to(PLACE, listener(signs=(unread,)))) == ([1], [1])


def test_the_last_change_alone_counts_and_history_tells_both() -> None:
    again = replace(DAY, id=3, at=AT + timedelta(days=2), on=ON + timedelta(days=2))
    heard_the_first = listener(signs=(Sign(AT + timedelta(days=1), ClearedBy.CONTACT),))

    (found,) = owed(Phase.SETUP, [again, DAY], [heard_the_first])
    told = [
        (one.notice.id, len(one.to), [how for _, how in one.heard]) for one in all_owed([again, DAY], [heard_the_first])
    ]

    assert (found.notice, [one.id for one in found.to]) == (again, [1])
    assert told == [(1, 0, [ClearedBy.CONTACT]), (3, 1, [])]


def test_two_people_who_join_are_two_things_owed_and_one_line() -> None:
    notices = [NoticeFacts(id=number, kind=NoticeKind.JOINED, at=AT, on=ON, about=number) for number in (1, 2)]
    circle = [listener(number, informed_on=None) for number in (1, 2, 3)]

    found = owed(Phase.SETUP, notices, circle)
    (line,) = open_lines(found, {Role.COORDINATOR})

    assert [[one.id for one in each.to] for each in found] == [[1], [2]]
    assert [one.id for one in line.to] == [1, 2]


def test_each_kind_is_owed_in_the_phases_of_its_row() -> None:
    for rule in NOTICES:
        notice = left(rule.kind, end=End.CLOSED)
        assert {phase for phase in Phase if owed(phase, [notice], [listener()])} == rule.phases


@pytest.mark.parametrize(("minutes", "to", "heard"), [(-1, [1], []), (0, [], []), (1, [], [])])
def test_a_new_slip_is_owed_to_whoever_was_given_one_before(minutes: int, to: list[int], heard: list[int]) -> None:
    printed = Sign(AT + timedelta(minutes=minutes), ClearedBy.PRINT)
    (found,) = all_owed([left(NoticeKind.PAPER)], [listener(signs=(printed,))])
    assert ([one.id for one in found.to], [one.id for one, _ in found.heard]) == (to, heard)


def test_a_notice_waits_for_a_sign_as_long_as_nothing_else_clears_it() -> None:
    sign = Sign(AT + timedelta(hours=1), ClearedBy.CONTACT)
    assert waits(DAY, [listener()]) is waits(DAY, [listener(signs=(sign,))]) is True
    assert waits(DAY, [listener(informed_on=ON + timedelta(days=1)), listener(attends=Attends.NO)]) is False
    assert waits(left(NoticeKind.JOINED), [listener(informed_on=None)]) is True
    assert waits(left(NoticeKind.JOINED), [listener()]) is False
    assert waits(left(NoticeKind.PAPER), []) is True  # whether somebody has it on paper is a sign itself


# The table


def test_what_is_about_the_case_outlasts_a_conference() -> None:
    assert {rule.kind for rule in NOTICES if rule.lasts} == {
        NoticeKind.COORDINATOR,
        NoticeKind.PAPER,
        NoticeKind.JOINED,
        NoticeKind.CONSENT,
        NoticeKind.READING,
        NoticeKind.PLAN,
        NoticeKind.UNSAFE,
        NoticeKind.DISSENT,
        NoticeKind.NUMBER_OUT,
    }


def test_the_table_names_what_the_demand_names() -> None:
    assert {(rule.kind, rule.verb) for rule in NOTICES if rule.verb is not Verb.HEAR} == {
        (NoticeKind.CONSENT, Verb.DECIDE),
        (NoticeKind.QUESTION, Verb.ANSWER),
        (NoticeKind.LOOK_AGAIN, Verb.DECIDE),
        (NoticeKind.UNSAFE, Verb.DECIDE),
        (NoticeKind.NOT_DONE, Verb.DECIDE),
        (NoticeKind.LEFT_PLAN, Verb.DECIDE),
        (NoticeKind.PLAN, Verb.GET),
    }
    assert {rule.step: rule.owes for rule in STEPS if rule.owes} == {
        Step.OPEN_CONFERENCE: {NoticeKind.LETTER},
        Step.ASK_FOR_INFORMATION: {NoticeKind.QUESTION},
        Step.GO_BACK: {NoticeKind.SENT_BACK, NoticeKind.LOOK_AGAIN},
        Step.ANOTHER_DAY: {NoticeKind.DAY},
        Step.PLAN_WITHOUT_CONFERENCE: {NoticeKind.NO_CONFERENCE},
        Step.AGREE_PLAN: {NoticeKind.PLAN},
        Step.REVISE_PLAN: {NoticeKind.PLAN},
        Step.RECONVENE: {NoticeKind.AGAIN},
        **dict.fromkeys(
            (Step.CLOSE, Step.NO_PLAN, Step.STOP, Step.MAIN_PERSON_GONE, Step.REGISTERED_TWICE),
            frozenset({NoticeKind.END}),
        ),
        **dict.fromkeys((Step.NO_NEW_PLAN, Step.STOP_ROUND), frozenset({NoticeKind.ROUND})),
    }
    assert {rule.activity: rule.owes for rule in ACTIVITIES if rule.owes} == {
        **dict.fromkeys((Activity.CHANGE_REGISTRATION, Activity.NOTE_CONSENTS), frozenset({NoticeKind.CONSENT})),
        Activity.ANSWER_MATCH: {NoticeKind.COORDINATOR, NoticeKind.PAPER},
        Activity.CHANGE_CIRCLE: {NoticeKind.JOINED, NoticeKind.LETTER, NoticeKind.PART, NoticeKind.LEFT_PLAN},
        **dict.fromkeys((Activity.NOTE_VIEWS, Activity.SAY_OWN_VIEW), frozenset({NoticeKind.LETTER})),
        Activity.SAY_NOT_COMING: {NoticeKind.LETTER, NoticeKind.NOT_COMING},
        Activity.ANSWER_INVITATION: {NoticeKind.LETTER, NoticeKind.NOT_COMING},
        Activity.ANSWER_PLAN: {NoticeKind.DISSENT},
        **dict.fromkeys((Activity.OWN_NUMBER, Activity.WRITE_PLAN), frozenset({NoticeKind.NUMBER_OUT})),
        Activity.SHARE_PLAN: {NoticeKind.READING},
        Activity.FOLLOW_UP: {NoticeKind.UNSAFE, NoticeKind.NOT_DONE, NoticeKind.NEW_VERSION},
        Activity.ARRANGE_MEETING: {NoticeKind.DAY, NoticeKind.PLACE},
    }


def test_nothing_is_owed_in_private_time() -> None:
    assert [rule.kind for rule in NOTICES if Phase.PRIVATE_TIME in rule.phases] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"phases": frozenset()}, "place is never owed, or never cleared"),
        ({"cleared_by": frozenset()}, "place is never owed, or never cleared"),
        ({"phases": frozenset({Phase.PRIVATE_TIME})}, "place is read in private time"),
        ({"line": "Go."}, "place is owed to staff without a line for them, or has one"),
        ({"to": Whom.STAFF}, "place is owed to staff without a line for them, or has one"),
        ({"mails": ()}, "place is cleared by an email that it does not name"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(change: dict[str, object], says: str) -> None:
    rows = tuple(replace(rule, **change) if rule.kind is NoticeKind.PLACE else rule for rule in NOTICES)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=re.escape(says)):
        check_tables(notices=rows)


@pytest.mark.parametrize(
    ("activity", "role", "says"),
    [
        (Activity.LOG_CONTACT, Role.REGIONAL_MANAGER, "unsafe is listed in evaluation to regional_manager, who cannot"),
        (Activity.NOTE_CONSENTS, Role.REGIONAL_MANAGER, "consent is listed in registration to regional_manager"),
        (Activity.TELL, Role.COORDINATOR, "end is listed in closed to coordinator"),
        (Activity.MATCH_COORDINATOR, Role.REGIONAL_MANAGER, "question is listed in presentation to stands_in"),
    ],
)
def test_whoever_has_a_line_of_what_is_owed_can_do_what_clears_it(activity: Activity, role: Role, says: str) -> None:
    without = tuple(
        replace(rule, grants={one: phases for one, phases in rule.grants.items() if one is not role})
        if rule.activity is activity
        else rule
        for rule in ACTIVITIES
    )
    with pytest.raises(ValueError, match=says):
        check_tables(activities=without)


def test_what_nothing_makes_owed_and_what_has_no_row_is_refused() -> None:
    none_owes = tuple(replace(rule, owes=frozenset()) for rule in STEPS)
    with pytest.raises(ValueError, match="nothing makes question owed") as refused:
        check_tables(steps=none_owes)
    for step in (Step.CLOSE, Step.NO_PLAN, Step.STOP, Step.MAIN_PERSON_GONE):
        assert f"{step} closes a case and nobody has to hear it" in str(refused.value)
    for step in (Step.NO_NEW_PLAN, Step.STOP_ROUND):
        assert f"{step} ends a round and nobody has to hear it" in str(refused.value)
    without_place = tuple(rule for rule in NOTICES if rule.kind is not NoticeKind.PLACE)
    with pytest.raises(ValueError, match="place is owed and has no row"):
        check_tables(notices=without_place)


def test_the_handbook_prints_what_each_step_and_each_change_makes_owed_to_whom() -> None:
    book = handbook()
    for owes in (*(step.owes for step in STEPS), *(activity.owes for activity in ACTIVITIES)):
        for kind in owes:
            row = RULES[kind]
            assert f"{kind.label} ({row.verb.label}: {row.to.label})" in book
