"""The ecomap: who is in the circle, how close, on which side, and who brought in whom, for the page and on paper.

The main persons stand in the middle, the others on rings around them, professionals and interpreters apart below.
`draw` places everybody; it measures letters by a guess that is on the wide side, so that no font makes two names touch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from math import sqrt

from ekc.conferences.queries.circle import PersonRow
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.core.language import using
from ekc.names import by_surname, unbroken
from ekc.workflow.vocabulary import (
    IN_THE_ROOM,
    INSIDE_PARTS,
    N_,
    Activity,
    Attends,
    Closeness,
    Part,
)


@dataclass(frozen=True, slots=True)
class EcomapPerson:
    """Somebody on the ecomap. `mark`: what is so of them, in words; `away`: they do not come themselves."""

    id: int
    name: str
    relation: str
    part: Part
    closeness: Closeness | None
    side: str
    away: bool
    mark: str
    brought_by: int  # 0: nobody in particular


@dataclass(frozen=True, slots=True)
class Ecomap:
    """The values of the ecomap."""

    language: str
    number: str
    title: str
    sides: tuple[str, ...]
    people: tuple[EcomapPerson, ...]

    @property
    def middle(self) -> tuple[EcomapPerson, ...]:
        """The main persons."""
        return tuple(one for one in self.people if one.part == Part.MAIN_PERSON)

    @property
    def edge(self) -> tuple[EcomapPerson, ...]:
        """Professionals and interpreters."""
        return tuple(one for one in self.people if one.part not in INSIDE_PARTS)

    def ring(self, closeness: Closeness | None) -> tuple[EcomapPerson, ...]:
        """Those on one ring; None: whom nobody has placed yet."""
        around = (one for one in self.people if one.part in INSIDE_PARTS - {Part.MAIN_PERSON})
        return tuple(one for one in around if one.closeness == closeness)

    @property
    def rings(self) -> tuple[tuple[Closeness | None, str, tuple[EcomapPerson, ...]], ...]:
        """The rings from the inside out, with what each is called; the last only where somebody is not placed yet."""
        rings = [(one, _(one.label), self.ring(one)) for one in Closeness]
        unplaced = self.ring(None)
        return (*rings, (None, _("not placed yet"), unplaced)) if unplaced else tuple(rings)

    @property
    def groups(self) -> tuple[tuple[str, tuple[EcomapPerson, ...]], ...]:
        """Everybody, from the middle to the edge."""
        rings = ((title, people) for _closeness, title, people in self.rings)
        return ((_("Main persons"), self.middle), *rings, (_("Professionals"), self.edge))

    def name_of(self, person: int) -> str:
        """The name of somebody on the ecomap; empty: they are not."""
        return next((one.name for one in self.people if one.id == person), "")


def ecomap(language: str, number: str, title: str, sides: tuple[str, ...], circle: Iterable[PersonRow]) -> Ecomap:
    """The ecomap of a circle. That it was decided that somebody stays away is not told: they do not come."""
    with using(language):
        people = tuple(
            EcomapPerson(
                id=row.id,
                name=row.label,
                relation=row.relation or _(row.part.label),
                part=row.part,
                closeness=row.closeness,
                side=row.side,
                away=row.attends is not None and row.attends not in IN_THE_ROOM,
                mark=_mark(row),
                brought_by=row.brought_by_id or 0,
            )
            for row in sorted(circle, key=lambda row: by_surname(row.name))
        )
    return Ecomap(language, number, title, sides, people)


def rings_alone(language: str, title: str, circle: Iterable[PersonRow]) -> Ecomap:
    """The same with names and rings alone, for whoever sees no more of others."""
    people = tuple(
        EcomapPerson(row.id, row.label, "", row.part, row.closeness, "", False, "", 0)
        for row in sorted(circle, key=lambda row: by_surname(row.name))
    )
    return Ecomap(language, "", title, (), people)


def _mark(row: PersonRow) -> str:
    """That somebody is a child, and how they take part where they do not come themselves."""
    words = [_(row.part.label)] if row.part is Part.CHILD else []
    if row.attends in {Attends.NO, Attends.EXCLUDED}:
        words.append(_(Attends.NO.label))
    elif row.attends is not None and row.attends not in IN_THE_ROOM:
        words.append(_(row.attends.label))
    return ", ".join(words)


ECOMAP = DocumentRule(
    name="ecomap",
    title=N_("The ecomap, on paper"),
    values=Ecomap,
    activity=Activity.SEE_REGISTRATION,
    template="conferences/ecomap_document.html",
    context=lambda ecomap: {"picture": draw(ecomap)},
    stylesheets=("ecomap.css",),
    filename="{case}-ecomap.pdf",
    unprintable=N_("The ecomap cannot be printed now. Look at it on its page. (%(why)s)"),
)

# Lengths of the picture, in units of its own: names are 40 high.
_WIDTH = 320
_GAP = 24
_LINE = 44
_NOTE = 38
_LETTERS = _WIDTH - 30
_MOST_LINES = 5
_OF_RING = 130  # half of what stands at the top of a ring
#: Room on a sheet across, in millimetres; and how large a unit is there at least and at most.
_A4, _A3 = (277, 148), (400, 240)
_SMALLEST, _LARGEST = 0.075, 0.12
_SHEET = 1.8  # how much wider than high the picture is to be: that of the sheet
_STACKED = 3  # main persons below each other
_ASIDE = 0.4  # how far beside the middle of their ring those of no side may begin
_NARROW, _WIDE = frozenset("iljtfrI.,:;'’-()! "), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Box:
    """Somebody in the picture: the middle of their box, and the first base line of what stands in it."""

    person: EcomapPerson
    x: int
    y: int
    height: int
    lines: tuple[str, ...]

    @property
    def width(self) -> int:
        """Of each box the same."""
        return _WIDTH

    @property
    def written(self) -> tuple[tuple[int, str, bool], ...]:
        """Each line with the height of its base line, and whether it is a mark."""
        top = self.y - self.height // 2 + 8
        lines = [(top + _LINE * number + 36, line, False) for number, line in enumerate(self.lines)]
        mark = [(top + _LINE * len(self.lines) + 28, self.person.mark, True)] if self.person.mark else []
        return (*lines, *mark)

    @property
    def corner(self) -> int:
        """How round the box is: that of a child is round."""
        return 44 if self.person.part == Part.CHILD else 8

    def moved(self, x: int, y: int) -> "Box":
        return Box(self.person, x, y, self.height, self.lines)

    def touches(self, other: "Box") -> bool:
        """Whether two boxes are too near to each other."""
        apart_below = abs(self.y - other.y) >= (self.height + other.height) // 2 + _GAP // 2
        return not apart_below and abs(self.x - other.x) < _WIDTH + _GAP // 2


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring of the picture, around its middle. `placed`: whether it says how close somebody is."""

    title: str
    across: int
    down: int
    placed: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """A line from whoever brought somebody in to the edge of the box of whom they brought in."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class EcomapPicture:
    """Where everything stands, around the middle of the rings."""

    left: int
    top: int
    width: int
    height: int
    boxes: tuple[Box, ...]
    rings: tuple[Ring, ...]
    brought: tuple[Brought, ...]
    edge: int  # where professionals begin; 0: there are none

    @property
    def is_large(self) -> bool:
        """Whether its letters would be too small on a sheet of A4."""
        return min(_A4[0] / self.width, _A4[1] / self.height) < _SMALLEST

    @property
    def unit(self) -> float:
        """Millimetres on paper of one unit, so that it fills the sheet."""
        across, down = _A3 if self.is_large else _A4
        return round(min(across / self.width, down / self.height, _LARGEST), 5)

    @property
    def size(self) -> str:
        """How large the picture and its letters are on paper."""
        wide, high = self.width * self.unit, self.height * self.unit
        return f"width: {wide:.2f}mm; height: {high:.2f}mm; font-size: {40 * self.unit:.2f}mm"

    def at(self, x: int, y: int, width: int) -> str:
        """The place on paper of words whose line is so wide, with its middle at x and its top at y."""
        left, top = (x - self.left - width / 2) * self.unit, (y - self.top) * self.unit
        return f"left: {left:.2f}mm; top: {top:.2f}mm; width: {width * self.unit:.2f}mm"


def draw(ecomap: Ecomap) -> EcomapPicture:
    """Place everybody. A ring grows until its people touch nobody."""
    boxes, down = _middle(ecomap)
    taken = max((box.x for box in boxes), default=0)  # where the last boxes across are
    across, down = taken + _WIDTH // 2, down + 20
    rings = []
    for closeness, title, people in ecomap.rings:
        across, down = across + 70, down + 80
        if people:
            across = max(across, taken + _WIDTH + 2 * _GAP, _WIDTH // 2 + _OF_RING + 2 * _GAP)
            across, down, placed = _ring(ecomap, people, boxes, (across, down + 50))
            boxes += placed
            taken = across
        rings.append(Ring(title, across, down, closeness is not None))
    right = max(across, taken + _WIDTH // 2) + 20
    bottom = max([down, *(box.y + box.height // 2 for box in boxes)]) + 30
    edge = bottom if ecomap.edge else 0
    if edge:
        below = _rows(ecomap.edge, right, edge + 60)
        boxes += below
        bottom = max(box.y + box.height // 2 for box in below) + 20
    top = -down - (110 if ecomap.sides else 50)
    return EcomapPicture(
        left=-right,
        top=top,
        width=2 * right,
        height=bottom - top,
        boxes=tuple(boxes),
        rings=tuple(rings),
        brought=tuple(_brought(boxes)),
        edge=edge,
    )


def _ring(
    ecomap: Ecomap, people: Sequence[EcomapPerson], inside: Sequence[Box], least: tuple[int, int]
) -> tuple[int, int, list[Box]]:
    """The smallest ring, at least so wide and high, on which these people touch nobody."""
    across, down = least
    widths = range(across, across + 801, 40)
    sizes = merge(  # the smallest first, and no more of them than are tried
        *([(wide, high) for high in range(down, down + 1201, 40)] for wide in widths),
        key=lambda size: max(size[0], _SHEET * size[1]),
    )
    tallest = max(sum(_box(one).height + _GAP // 2 for one in half) for half in _halves(ecomap, people))
    broad = _off_middle(-1, len(_between(ecomap, people)))
    for wide, high in sizes:
        if 2 * _reach(wide, high) < tallest or -broad > wide:
            continue
        for aside in (0, _WIDTH + _GAP, -_WIDTH - _GAP) if broad < 0 else (0,):
            if abs(aside) > wide * _ASIDE:
                continue
            placed = _placed(ecomap, people, wide, high, aside)
            if not any(
                one.touches(other) for number, one in enumerate(placed) for other in (*placed[:number], *inside)
            ):
                return wide, high, placed
    return _ring(ecomap, people, inside, (across + 400, down + 1200))


def _middle(ecomap: Ecomap) -> tuple[list[Box], int]:
    """The main persons below each other, of two sides or where there are many in two columns; and how far down."""
    left, right = _halves(ecomap, ecomap.middle)
    groups = [left, _between(ecomap, ecomap.middle), right]
    if not ecomap.sides and len(ecomap.middle) <= _STACKED:
        groups = [[*ecomap.middle]]
    columns = [list(map(_box, group)) for group in groups if group]
    boxes, lowest = [], 0
    for number, column in enumerate(columns):
        x = (2 * number - len(columns) + 1) * (_WIDTH + _GAP) // 2
        y = -(sum(box.height for box in column) + _GAP * (len(column) - 1)) // 2
        for box in column:
            boxes.append(box.moved(x, y + box.height // 2))
            y += box.height + _GAP
        lowest = max(lowest, y - _GAP)
    return boxes, lowest


def _halves(ecomap: Ecomap, people: Sequence[EcomapPerson]) -> tuple[list[EcomapPerson], list[EcomapPerson]]:
    """Who stands left and right: by side; where there are no sides, where there is more room."""
    halves: tuple[list[EcomapPerson], list[EcomapPerson]] = ([], [])
    for one in people:
        if not ecomap.sides:
            min(halves, key=len).append(one)
        elif one.side in ecomap.sides:
            halves[ecomap.sides.index(one.side) % 2].append(one)
    return halves


def _between(ecomap: Ecomap, people: Sequence[EcomapPerson]) -> list[EcomapPerson]:
    """Who is of neither side, where there are sides: they stand in the middle, below on their ring."""
    return [one for one in people if ecomap.sides and one.side not in ecomap.sides]


def _reach(across: int, down: int) -> float:
    """How far up and down people stand on a ring: the top is left free for what it is called."""
    return down * sqrt(1 - ((_WIDTH // 2 + _OF_RING) / across) ** 2)


def _placed(ecomap: Ecomap, people: Sequence[EcomapPerson], across: int, down: int, aside: int) -> list[Box]:
    """People on a ring, each half from top to bottom, with as much room between all of them."""
    boxes = []
    reach = _reach(across, down)
    for sign, half in zip((-1, 1), _halves(ecomap, people), strict=True):
        column = list(map(_box, half))
        free = 2 * reach - sum(box.height for box in column)
        y = -reach
        for box in column:
            y += free / len(column) / 2 + box.height / 2
            x = across * sqrt(max(0.0, 1 - (y / down) ** 2))
            boxes.append(box.moved(round(sign * x), round(y)))
            y += free / len(column) / 2 + box.height / 2
    between = _between(ecomap, people)
    for number, one in enumerate(between):
        x = aside + _off_middle(number, len(between))
        boxes.append(_box(one).moved(round(x), round(down * sqrt(max(0.0, 1 - (x / across) ** 2)))))
    return boxes


def _off_middle(number: int, many: int) -> float:
    """How far from the middle the box with this number stands, of so many in a row."""
    return (2 * number - many + 1) * (_WIDTH + _GAP) / 2


def _rows(people: Sequence[EcomapPerson], right: int, y: int) -> list[Box]:
    """People in rows below each other, each row in the middle."""
    many = max(1, 2 * right // (_WIDTH + _GAP))
    boxes = []
    for row in (list(map(_box, people[first : first + many])) for first in range(0, len(people), many)):
        height = max(box.height for box in row)
        for number, box in enumerate(row):
            boxes.append(box.moved((2 * number - len(row) + 1) * (_WIDTH + _GAP) // 2, y + height // 2))
        y += height + _GAP
    return boxes


def _box(person: EcomapPerson) -> Box:
    lines = _lines(person.name)
    return Box(person, 0, 0, 16 + _LINE * len(lines) + (_NOTE if person.mark else 0), lines)


def _brought(boxes: Sequence[Box]) -> Iterable[Brought]:
    by_id = {box.person.id: box for box in boxes}
    for box in boxes:
        bringer = by_id.get(box.person.brought_by)
        if bringer is None or bringer is box:
            continue
        dx, dy = bringer.x - box.x, bringer.y - box.y
        part = min(
            (_WIDTH // 2 + 8) / abs(dx) if dx else 1,
            (box.height // 2 + 8) / abs(dy) if dy else 1,
            1,
        )
        yield Brought(bringer.x, bringer.y, box.x + round(dx * part), box.y + round(dy * part))


def _lines(name: str) -> tuple[str, ...]:
    """A name on lines that fit; a word that does not fit on one is broken. What is more ends in an ellipsis."""
    lines: list[str] = []
    for word in unbroken(name.translate(_APART)).split(" "):
        if lines and _length(f"{lines[-1]} {word}") <= _LETTERS:
            lines[-1] = f"{lines[-1]} {word}"
            continue
        lines.append("")
        for piece in re.split("(?<=[-\N{NO-BREAK SPACE}])", word):
            for letters in [piece] if _length(piece) <= _LETTERS else piece:
                if _length(lines[-1] + letters) > _LETTERS:
                    lines.append("")
                lines[-1] += letters
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][:-1]}…"]
    return tuple(lines)


#: Each line stands apart by itself.
_APART = str.maketrans(dict.fromkeys("\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))


def _length(text: str) -> int:
    return sum(map(_width, text))


@lru_cache(maxsize=1024)
def _width(letter: str) -> int:
    if letter in _NARROW:
        return 13
    if letter in _WIDE or ord(letter) >= 0x2E80:  # Chinese, Japanese, Korean, signs
        return 40
    return 27 if letter.isupper() else 21
