"""Name badges to cut out: what somebody is called, large. What they are to others only where that was asked for.

A badge is read by everybody in the room. Whoever stays away has none, nor has whoever takes part from afar.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekc.conferences.queries.circle import PersonRow
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.core.language import using
from ekc.names import names_of_several
from ekc.workflow.relations import part_in_name
from ekc.workflow.vocabulary import N_, Activity, Part

_ON_A_SHEET = 10
#: Left to be written on, at least, for whoever comes unexpectedly.
_FEWEST_EMPTY = 2
#: A name that begins with one of these has no first name: Mevrouw de Wit, Van den Berg, Familie Yıldız.
_BEFORE_SURNAMES = frozenset(
    (
        *("mevrouw", "mevr", "mw", "meneer", "mijnheer", "dhr", "mr", "mrs", "ms", "miss", "dr", "prof", "ds", "frau"),
        *("van", "de", "den", "der", "ter", "het", "'t", "’t", "von", "el", "familie", "fam", "family", "team"),
    )
)
#: What follows these in a relation is a remark to it, and for nobody else to read.
_REMARK = re.compile(r"\s*[,;:.()\[\]/–—]|\s-\s")
#: How many letters fit on one line, by the size of them.
_SIZES = ((7, "largest"), (11, "large"), (16, "middle"), (24, "small"))


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge. `name`: the whole name, where it is more than `called`."""

    called: str
    name: str
    more: tuple[str, ...]
    size: str


@dataclass(frozen=True, slots=True)
class Badges:
    """The values of the badges."""

    language: str
    number: str
    badges: tuple[Badge, ...]

    @property
    def sheets(self) -> tuple[tuple[Badge | None, ...], ...]:
        """The badges of each sheet; None: an empty one."""
        empty = -(len(self.badges) + _FEWEST_EMPTY) % _ON_A_SHEET + _FEWEST_EMPTY
        every = (*self.badges, *(None,) * empty)
        return tuple(every[at : at + _ON_A_SHEET] for at in range(0, len(every), _ON_A_SHEET))


BADGES = DocumentRule(
    name="badges",
    title=N_("Name badges"),
    values=Badges,
    activity=Activity.SEE_HISTORY,
    template="meetings/badges_document.html",
    stylesheets=("badges.css",),
    filename="{case}-badges.pdf",
    unprintable=N_("The badges cannot be printed now. Write the names by hand. (%(why)s)"),
)


def short_relation(relation: str) -> str:
    """What somebody is, without the remark behind it: of "grandfather, not alone with Yara" the first word."""
    return _REMARK.split(relation, maxsplit=1)[0].strip()


def badges(
    language: str,
    number: str,
    circle: Iterable[PersonRow],
    coordinator: str,
    name_of: Callable[[str], str],
    *,
    relations: bool,
) -> Badges:
    """The badges. `relations`: with what those of the circle are to the main persons. `name_of`: of a language."""
    people = [one for one in circle if one.expected_in_room]
    of_several = names_of_several(one.name for one in people)
    with using(language):
        made = [_badge(one.name, one.part, _more(one, name_of, relations or one.name in of_several)) for one in people]
        if coordinator:
            made.append(_badge(coordinator, None, (_("coordinator"),)))
        return Badges(language, number, tuple(made))


def called(name: str, part: Part | None) -> str:
    """What somebody is called, of a name as it is written: Marieke, Oma Riet, Mevrouw de Wit, K.J. Bos.

    Of a shop that is followed by who stands for it, what stands before the comma.
    """
    before, comma, _more_of_it = name.partition(",")
    words = before.split()
    if not words:
        return name
    says = part_in_name(name)
    if part is Part.INTERPRETER and says is Part.INTERPRETER:
        return _("Interpreter")
    initials = words[0].endswith(".") or len(words[0]) == 1
    if comma or initials or words[0].strip(".").casefold() in _BEFORE_SURNAMES:
        return " ".join(words)
    return " ".join(words[: 2 if says else 1])


def _badge(name: str, part: Part | None, more: tuple[str, ...]) -> Badge:
    short = called(name, part)
    nameless = part is Part.INTERPRETER and short == _("Interpreter")
    longest = max(len(short) // 2 if " " in short else 0, *map(len, short.split()), 1)
    size = next((size for most, size in _SIZES if longest <= most), "smallest")
    return Badge(short, "" if nameless or short == name else name, more, size)


def _more(person: PersonRow, name_of: Callable[[str], str], relation: bool) -> tuple[str, ...]:
    if person.part is Part.INTERPRETER:
        spoken = name_of(person.language) if person.language else ""
        if called(person.name, person.part) == _("Interpreter"):  # which the badge says already
            return (spoken,) if spoken else ()
        return (_("interpreter: %(language)s", language=spoken) if spoken else _("interpreter"),)
    if person.is_professional and not person.for_themselves:
        return tuple(filter(None, (short_relation(person.relation), person.organisation)))
    said = short_relation(person.relation) if relation else ""
    return (said,) if said else ()
