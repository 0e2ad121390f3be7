"""Conditions on the conference itself: question, bottom lines, day, place, and what was told there."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker
from ekc.workflow.facts import Facts
from ekc.workflow.open_things import ALWAYS_NEEDED, NO_VENUE, NOT_ARRANGED
from ekc.workflow.vocabulary import N_, ArrangementKind, InformationKind, Remedy


def question_agreed(f: Facts) -> Iterator[Blocker]:
    """The central question is the family's own."""
    if not f.question_agreed:
        yield Blocker(
            N_("The central question has not been agreed yet"), Remedy.REGISTRATION, target="question_agreed_on"
        )


def bottom_lines_shared(f: Facts) -> Iterator[Blocker]:
    """Bottom lines are known to the family beforehand, or there are none and that was said (UK5, AD1)."""
    if not f.bottom_lines and not f.said_no_bottom_lines:
        yield Blocker(
            N_("Nobody has said yet whether there are bottom lines"),
            Remedy.BOTTOM_LINES,
        )
    for line in f.bottom_lines:
        if not line.shared:
            yield Blocker(
                N_("Bottom line %(number)s has not been shared with the family yet")
                if line.agreed
                else N_("The words of bottom line %(number)s are not agreed yet"),
                Remedy.BOTTOM_LINES,
                {"number": line.number},
                target=str(line.id),
            )
        if line.waits:
            yield Blocker(
                N_("Whoever set bottom line %(number)s asks for other words, or to take it away"),
                Remedy.BOTTOM_LINES,
                {"number": line.number},
                target=str(line.id),
            )


def meeting_arranged(f: Facts) -> Iterator[Blocker]:
    """Date, venue, food, travel and interpreters are arranged, or not needed and said so."""
    if f.meeting_on is None:
        yield Blocker(N_("No date has been chosen yet"), Remedy.MEETING, target="dates")
    if not f.venue:
        yield Blocker(NO_VENUE, Remedy.MEETING, target="venue")
    interpreted = any(p.needs_interpreter and p.takes_part for p in f.people)
    for kind in (*ALWAYS_NEEDED, *((ArrangementKind.INTERPRETER,) if interpreted else ())):
        if kind not in f.arranged:
            yield Blocker(NOT_ARRANGED[kind], Remedy.MEETING, target=kind.value)


def planned_for_today(f: Facts) -> Iterator[Blocker]:
    """The conference was planned for this day. Another day is asked about; it holds nothing up."""
    if f.meeting_on is not None and f.meeting_on != f.today:
        sentence = N_("The conference was planned for %(day)s, and that is not today.")
        yield Blocker(sentence, Remedy.MEETING, {"day": f.meeting_on})


def information_told(f: Facts) -> Iterator[Blocker]:
    """The situation, the reason for a plan and the possible help have been told (OECD Box 4.1, part one)."""
    missing = {
        InformationKind.SITUATION: N_("The situation has not been told yet"),
        InformationKind.REASON: N_("It has not been told yet why a plan is needed"),
        InformationKind.HELP: N_("It has not been told yet what help there is"),
    }
    for kind, sentence in missing.items():
        if kind not in f.told:
            yield Blocker(sentence, Remedy.INFORMATION)


def questions_answered(f: Facts) -> Iterator[Blocker]:
    """Every question that was asked has an answer."""
    if f.open_questions:
        yield Blocker(
            N_("%(n)s question has no answer yet"),
            Remedy.INFORMATION,
            {"n": f.open_questions},
            plural=N_("%(n)s questions have no answer yet"),
            n=f.open_questions,
        )


def made_at_a_conference(f: Facts) -> Iterator[Blocker]:
    """There is private time to go back into. Without a conference nobody was told and made safe for one yet."""
    if f.without_conference:
        yield Blocker(
            N_("This plan was made without a conference. To hold one, choose: go on another day"), Remedy.MEETING
        )


def no_meeting_held(f: Facts) -> Iterator[Blocker]:
    """No conference of this round was held: a plan that comes of one is a plan of that conference."""
    if not f.no_conference_held:
        yield Blocker(
            N_("A conference of this round was held: open it again on the new day, and write the plan there"),
            Remedy.MEETING,
        )


def no_bottom_lines(f: Facts) -> str:
    """That there are none, where there are none."""
    return "" if f.bottom_lines else N_("there are none")
