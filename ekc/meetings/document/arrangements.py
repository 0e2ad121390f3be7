"""The list of arrangements on paper: numbers alone, for the shop and the place; then who needs what."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.needs import SharedNeed, shared_needs
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.core.language import using
from ekc.meetings.document.head import DayHead
from ekc.workflow.vocabulary import N_, Activity, ArrangementKind, PersonNeed


@dataclass(frozen=True, slots=True)
class CountedNeed:
    """A need, of how many, and of whom: each name with what was said in words."""

    title: str
    other: bool  # of what has no name of its own: a line is left to write it on
    many: int
    people: tuple[tuple[str, str], ...]
    in_shop: bool = True  # whether the sheet without names says it: that somebody is detained is for no shop


@dataclass(frozen=True, slots=True)
class NeedsOfKind:
    """What is needed of one kind of arrangement, and what was arranged for it; `title` empty: of no such kind."""

    key: str
    title: str
    needs: tuple[CountedNeed, ...]
    arranged: str


@dataclass(frozen=True, slots=True)
class ArrangementList:
    """The values of the list. `eaters`: how many are in the room, as far as is known."""

    language: str
    head: DayHead
    eaters: int
    kinds: tuple[NeedsOfKind, ...]


ARRANGEMENTS = DocumentRule(
    name="arrangements",
    title=N_("The list of what to arrange, on paper"),
    values=ArrangementList,
    activity=Activity.SEE_HISTORY,
    template="meetings/arrangements_document.html",
    stylesheets=("arrangements.css",),
    filename="{case}-arrangements.pdf",
    unprintable=N_("The list cannot be printed now. Read it on the page of the meeting. (%(why)s)"),
)


def arrangement_list(
    language: str,
    head: DayHead,
    circle: Iterable[PersonRow],
    arranged: dict[ArrangementKind, str],
    name_of: Callable[[str], str],
) -> ArrangementList:
    """The list. `arranged`: what was, in words; `name_of`: what a language is called, by its code."""
    people = list(circle)
    every = shared_needs(people)
    with using(language):
        kinds = [(kind, _(kind.label)) for kind in ArrangementKind]
        return ArrangementList(
            language,
            head,
            sum(one.expected_in_room for one in people),
            tuple(
                NeedsOfKind(
                    kind or "",
                    title,
                    tuple(need for line in every if line.arrangement == kind for need in _counted(line, name_of)),
                    arranged.get(kind, "") if kind else "",
                )
                for kind, title in (*kinds, (None, ""))
            ),
        )


def _counted(line: SharedNeed, name_of: Callable[[str], str]) -> Iterable[CountedNeed]:
    """A need with its number; an interpreter by language."""
    named = tuple((one.label, ", ".join(one.needs)) for one in line.people)
    if line.need is None:
        yield CountedNeed("", True, len(named), named)
    elif line.need is not ArrangementKind.INTERPRETER:
        in_shop = line.need is not PersonNeed.DETENTION
        yield CountedNeed(_(line.need.label), line.need is PersonNeed.FOOD, len(named), named, in_shop)
    else:
        for code, many in Counter(one.language for one in line.people).items():
            those = tuple((one.label, ", ".join(one.needs)) for one in line.people if one.language == code)
            yield CountedNeed(name_of(code) if code else _("language not noted"), False, many, those)
