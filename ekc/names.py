"""Names as they are compared and put in order: one folding for search, for people of the same names, for sides, for
municipalities and organisations, and so for independence; one order for all lists. And where a name breaks over two
lines.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

#: Letters that have no accent to take off.
_ALIKE = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
#: Inside a name they part no words: O'Brien, 't Hof.
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʼ"))
_HYPHENS = re.compile("[-\u2010]")
#: Legal forms, articles and the small words between: they say nothing about which organisation is meant.
_SMALL_WORDS = """
stichting vereniging cooperatie coop ua bv nv cv vof ltd limited plc llp inc cic cio gmbh
the de het t een of van voor for en and
"""
_SMALL = frozenset(_SMALL_WORDS.split())

#: What stands before a name and belongs to it: Van 't Hof, de la Cruz, von der Heide, bin Said.
_PARTICLES = (
    "van de den der dem ter ten te tot in op aan het 't ’t 's ’s von zu zum zur vom la las le les el al los du des "
    "da do dos das di del della bin ibn bint ben abu"
)
_IS_PARTICLE = frozenset(_PARTICLES.split())
_BEFORE_A_NAME = re.compile(rf"(?<!\w)(?:(?i:{'|'.join(_PARTICLES.split())}) )+(?=[A-ZÀ-ÖØ-Þ])")


def fold(text: str) -> str:
    """A text without capitals, accents and characters that show nothing."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_ALIKE)
    return "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, folded: letters and digits only."""
    return _words(fold(name.translate(_APOSTROPHES)).translate(_APOSTROPHES))  # ŉ holds one


def words_to_find(name: str) -> frozenset[str]:
    """All words under which a name is found: those that an apostrophe parts as well, and those that a hyphen joins."""
    folded = fold(name)
    return frozenset((*words(name), *_words(folded), *_words(_HYPHENS.sub("", folded))))


def is_known_by_one(word: str) -> bool:
    """Whether the first letter of a folded word is enough to look for it: it has no other, or is a sign, as 王."""
    return len(word) == 1 or unicodedata.east_asian_width(word[0]) == "W"


def has_words(name: str, asked: Iterable[str]) -> bool:
    """Whether each of the folded words begins a word of the name."""
    found = words_to_find(name)
    return all(any(word.startswith(one) for word in found) for one in asked)


def same(one: str, other: str) -> bool:
    """Whether two names are the same words, in whatever order."""
    return bool(words(one)) and set(words(one)) == set(words(other))


def alphabetical(text: str) -> Any:
    """The key by which words are sorted in each script, as Unicode says: É beside E, Đ beside D.

    Apostrophes and hyphens make no difference, and of equals the text itself decides.
    """
    plain = " ".join(text.translate(_APOSTROPHES).replace("-", " ").split())
    return _collate()(plain.casefold()), text


def by_surname(name: str) -> Any:
    """The key by which people are sorted: by surname, without what stands before it, and then by what they are called.

    So van der Berg stands at the B, as in a Dutch list. Where a name has one word, that is it.
    """
    *before, last = name.split() or [""]
    belongs = [word.casefold() in _IS_PARTICLE and (n > 0 or word.islower()) for n, word in enumerate(before)]
    first = belongs.index(True) if True in belongs else len(before)
    surname = [word for word, one in zip(before[first:], belongs[first:], strict=True) if not one]
    return alphabetical(" ".join((*surname, last))), alphabetical(name)


class _Weights:
    """The table of Unicode's order, as pyuca asks it. Of each character it is read when that is first asked for: names
    have a hundred different ones, and the whole table is 12 MB and a fifth of a second.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: dict[int, dict[tuple[int, ...], list[list[int]]]] = {}

    def find_prefix(self, characters: list[int]) -> tuple[list[int], list[list[int]] | None, list[int]]:
        """The longest beginning of these characters that has weights, its weights, and the characters after it."""
        found = self._beginning_with(characters[0]) if characters else {}
        for end in sorted({len(one) for one in found}, reverse=True):
            if weights := found.get(tuple(characters[:end])):
                return characters[:end], weights, characters[end:]
        return [], None, characters

    def _beginning_with(self, character: int) -> dict[tuple[int, ...], list[list[int]]]:
        if character not in self._read:
            self._read[character] = dict(self._lines(f"\n{character:04X} "))
        return self._read[character]

    def _lines(self, start: str) -> Iterator[tuple[tuple[int, ...], list[list[int]]]]:
        at = self._text.find(start)
        while at >= 0:
            characters, weights = self._text[at + 1 : self._text.index("#", at)].split(";")
            yield (
                tuple(int(one, 16) for one in characters.split()),
                [[int(one, 16) for one in found] for found in _WEIGHT.findall(weights)],
            )
            at = self._text.find(start, at + 1)


_WEIGHT = re.compile(r"\[[*.]([0-9A-F]+)\.([0-9A-F]+)\.([0-9A-F]+)(?:\.[0-9A-F]+)?\]")
_IMPLICIT = re.compile(r"^@implicitweights ([0-9A-F]+)\.\.([0-9A-F]+); ([0-9A-F]+)", re.MULTILINE)


@cache
def _collate() -> Callable[[str], tuple[int, ...]]:
    """The order of Unicode."""
    from pyuca import Collator  # noqa: PLC0415

    class Reader(Collator):  # type: ignore[misc]
        def load(self, filename: str) -> None:
            text = Path(filename).read_text("utf-8")
            self.table = _Weights(text)
            self.implicit_weights = [[int(one, 16) for one in found] for found in _IMPLICIT.findall(text)]

    key: Callable[[str], tuple[int, ...]] = Reader().sort_key
    return key


class Named(Protocol):
    """Somebody in a circle, with what can tell them from another of the same name."""

    @property
    def name(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def organisation(self) -> str: ...


def told_apart(people: Iterable[Named]) -> list[str]:
    """The name of each; behind a name that somebody else has as well, the relation or the organisation."""
    return apart([(one.name, one.relation or one.organisation) for one in people])


def apart(named: Collection[tuple[str, str]]) -> list[str]:
    """Names, each with what tells it from another: that stands behind those which are somebody else's as well."""
    shared = names_of_several(name for name, _more in named)
    return [f"{name} ({more})" if more and name in shared else name for name, more in named]


def names_of_several(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that more than one of these people has, as each writes it."""
    every = [(name, frozenset(words(name))) for name in names]
    count = Counter(folded for _, folded in every)
    return frozenset(name for name, folded in every if count[folded] > 1)


def unbroken(text: str) -> str:
    """A text in which no line ends between a name and what belongs to it."""
    return _BEFORE_A_NAME.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name of a municipality or an organisation as it is compared: without articles, legal forms and blanks.

    Of a name that is nothing but small words all is kept. Empty: nothing is meant. Remembered, because lists compare
    the same few organisations for everybody in every case.
    """
    return "".join(_without_small(name))


def near(one: str, other: str) -> bool:
    """Whether two names that are not the same are so nearly: one letter or one word apart.

    Another letter, one more, one less, or two that changed places.
    """
    a, b = plain(one), plain(other)
    if not a or not b or a == b:
        return False
    return len({*_without_small(one)} ^ {*_without_small(other)}) == 1 or _is_one_letter_off(a, b)


def _is_one_letter_off(a: str, b: str) -> bool:
    """Whether there is another letter, one more or one less, or two that changed places. Also of equals."""
    same_until = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[same_until:], b[same_until:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


#: Of shorter names, written together, one letter more or less is another name.
_LONG_ENOUGH = 7
_TURNS = 6  # words from which on a name is written; of more it would take long, and nobody has them
_SHORTENED = frozenset(["v", "d", "vd", "vdr", "vdn"])


def nearly_same(one: str, other: str) -> bool:
    """Whether two names may be those of one person: the same words in whatever order, written together or apart, with
    a particle (van den, v.d.) shortened or left out, or one letter off.
    """
    return any(
        a == b or (min(len(a), len(b)) >= _LONG_ENOUGH and abs(len(a) - len(b)) < 2 and _is_one_letter_off(a, b))
        for a in _written_together(one)
        for b in _written_together(other)
    )


@lru_cache(maxsize=4096)
def _written_together(name: str) -> tuple[str, ...]:
    """The name without blanks, from each of its words on, with and without its particles. Empty: no letter is in it."""
    every = words(name)
    bare = tuple(word for word in every if word not in _IS_PARTICLE and word not in _SHORTENED) or every
    found = (
        "".join((*spelled[n:], *spelled[:n])) for spelled in (every, bare) for n in range(min(len(spelled), _TURNS))
    )
    return tuple(dict.fromkeys(found))


def _without_small(name: str) -> list[str]:
    joined = _join_letters(words(fold(name).replace(".", "")))  # B.V.
    return [word for word in joined if word not in _SMALL] or joined


def _join_letters(words_of_name: Iterable[str]) -> list[str]:
    """Letters on their own, one after another, are one word: G G Z."""
    joined: list[str] = []
    letters = False
    for word in words_of_name:
        if letters and len(word) == 1:
            joined[-1] += word
        else:
            joined.append(word)
        letters = len(word) == 1
    return joined


def _words(folded: str) -> tuple[str, ...]:
    return tuple("".join(c if c.isalnum() else " " for c in folded).split())
