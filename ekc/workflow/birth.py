"""When somebody was born, as far as it is known: a day, a year, or an estimate.

Where it is not a day, rules take the age that is the stricter one of what is possible.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

from ekc.workflow.profiles import age

#: From this age on, in years, somebody is taken to read a page by themselves; our own choice.
READS_FROM = 8
#: How far an age that is said to be about right can be off, in years.
_OFF = 1
#: A relation that begins so may be that of a child; of "friend of my son" only the first part counts.
CHILD_WORDS = (
    r"\b(?:son|daughter|child|boy|girl|baby|toddler|teenager|little brother|little sister|grandson|granddaughter|"
    r"grandchild|stepson|stepdaughter|stepchild|\w*zoon(?:tje)?|\w*dochter(?:tje)?|\w*kind(?:je)?|jongen|jongetje|meisje|"
    r"peuter|kleuter|tiener|broertje|zusje|neefje|nichtje)\b"
)
_IS_CHILD = re.compile(CHILD_WORDS, re.IGNORECASE)
#: Where it begins to say whose relation somebody is. The page reads the same (`static/js/circle.js`).
OF_WHOM = re.compile(r"\b(?:of|van)\b")


def own_relation(relation: str) -> str:
    """Of a relation what somebody is themselves, without whose: of "friend of my son" the friend."""
    return OF_WHOM.split(relation, maxsplit=1)[0]


@lru_cache(maxsize=1024)
def says_child(relation: str) -> bool:
    """Whether somebody with this relation may be a child. Remembered: most relations are the same few words."""
    return bool(_IS_CHILD.search(own_relation(relation)))


@dataclass(frozen=True, slots=True)
class Birth:
    """The first and the last day on which somebody can be born."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None) -> Self | None:
        """As it is stored: without a last day the first is the day itself."""
        return cls(first, last or first) if first else None

    @classmethod
    def in_year(cls, year: int) -> Self:
        """Born in this year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def aged(cls, years: int, on: date, about: bool) -> Self:
        """So many years old on a day; `about`: a year younger or older is possible too."""
        off = _OFF if about else 0
        last = _years_before(on, max(years - off, 0))
        return cls(_years_before(on, years + off + 1) + timedelta(days=1), last)

    @property
    def is_day(self) -> bool:
        """Whether the day is known."""
        return self.first == self.last

    @property
    def year(self) -> int | None:
        """The year, where that alone is known."""
        return self.first.year if self == Birth.in_year(self.first.year) else None

    def cannot_read(self, on: date) -> bool:
        """Whether somebody is certainly too young to read a page by themselves."""
        return self.oldest(on) < READS_FROM

    def youngest(self, on: date) -> int:
        """The lowest age that is possible on a day, in years."""
        return max(age(self.last, on), 0)

    def oldest(self, on: date) -> int:
        """The highest age that is possible on a day, in years."""
        return max(age(self.first, on), 0)

    def about(self, on: date) -> int:
        """The age in the middle of what is possible on a day, in years."""
        return (self.youngest(on) + self.oldest(on)) // 2


def _years_before(on: date, years: int) -> date:
    """The same day so many years before; of 29 February the day before where there is none."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)
