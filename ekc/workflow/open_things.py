"""What is still open for a meeting, and on which days its coordinator is reminded of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ekc.workflow.vocabulary import N_, ArrangementKind

#: So many days before the meeting the coordinator hears what is open.
REMINDED = (14, 7, 1)

#: What is said of an arrangement that is open.
NOT_ARRANGED = {
    ArrangementKind.FOOD: N_("Food and drink are not arranged yet"),
    ArrangementKind.TRAVEL: N_("Travel is not arranged yet"),
    ArrangementKind.INTERPRETER: N_("The interpreter is not arranged yet"),
    ArrangementKind.CHILDCARE: N_("Childcare is not arranged yet"),
}
ALWAYS_NEEDED = (ArrangementKind.FOOD, ArrangementKind.TRAVEL)
NO_VENUE = N_("There is no venue yet")
NOT_OPEN = N_("The place is not open for the whole conference")
ONE_ROOM = N_("The place has one room, and private time needs a second one")
NOT_SAID_HOW = N_("It is not written down how people join by telephone or video")
NO_LANGUAGE = N_("It is not noted in which language an interpreter is needed")
TIE_UNASKED = N_("The interpreter was not asked about ties to the family or the network")
#: What a guard says as well, where the conference is to be opened.
STOPS = frozenset({NO_VENUE, *(NOT_ARRANGED[kind] for kind in (*ALWAYS_NEEDED, ArrangementKind.INTERPRETER))})


class OpenThing(NamedTuple):
    """Something that is open: a fixed sentence, and where on the page of the meeting it is put right."""

    sentence: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFacts:
    """What the list of open things asks. `needed`: arrangements that somebody needs, or about which something was said.

    `settled`: arrangements of which nothing is left to be done. `interpreter`: one is arranged, or asked.
    """

    venue: bool = False
    rooms: int | None = None
    covered: bool = True  # the venue is open for the whole conference, as far as is known
    some_join: bool = False  # somebody takes part by telephone or video
    joining: bool = False
    needed: frozenset[ArrangementKind] = frozenset()
    settled: frozenset[ArrangementKind] = frozenset()
    languages: bool = True  # of everybody who needs an interpreter it is noted which language they speak
    interpreter: bool = False
    no_tie: bool = False


def open_things(f: MeetingFacts) -> tuple[OpenThing, ...]:
    """What is open, in the order of the page."""
    return tuple(_open_things(f))


def _open_things(f: MeetingFacts) -> Iterator[OpenThing]:
    if not f.venue:
        yield OpenThing(NO_VENUE, "venue")
    if not f.covered:
        yield OpenThing(NOT_OPEN, "venue")
    if f.rooms == 1:
        yield OpenThing(ONE_ROOM, "venue")
    if f.some_join and not f.joining:
        yield OpenThing(NOT_SAID_HOW, "venue")
    for kind, sentence in NOT_ARRANGED.items():
        if (kind in ALWAYS_NEEDED or kind in f.needed) and kind not in f.settled:
            yield OpenThing(sentence, kind.value)
    if not f.languages:
        yield OpenThing(NO_LANGUAGE, ArrangementKind.INTERPRETER.value)
    if f.interpreter and not f.no_tie:
        yield OpenThing(TIE_UNASKED, ArrangementKind.INTERPRETER.value)


def reminded_at(days_left: int) -> int | None:
    """The stage of which the coordinator hears, so many days before the meeting; None: it is not near, or over.

    A night that was missed is made up for on the next one.
    """
    if days_left < 0:  # the last stage goes until the day itself
        return None
    return min((stage for stage in REMINDED if days_left <= stage), default=None)
