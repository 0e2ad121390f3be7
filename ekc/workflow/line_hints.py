"""What may be amiss with the words of a bottom line: they prescribe a solution, or cannot be checked. Pure.

A hint is a question to whoever writes, never a refusal: the lists of words are short, and a word can be meant well.
"""

import re
from dataclasses import dataclass

from ekc.workflow.vocabulary import N_, Labelled

#: So long a sentence is hard to read out and to remember; our default.
_LONG = 200


class LineFlaw(Labelled):
    """What makes a bottom line hard to work with."""

    PRESCRIBES = (
        "prescribes",
        N_("That is a way to reach it. Say what has to be so: the family may find another way."),
    )
    VAGUE = (
        "vague",
        N_("Two people may see that differently. Say what one can see or count: how often, how many, until when."),
    )
    LONG = "long", N_("That is a lot at once. Make it one short sentence, or two bottom lines.")


@dataclass(frozen=True, slots=True)
class LineHint:
    """A flaw, and the words that show it; empty: the whole sentence."""

    flaw: LineFlaw
    words: str = ""


#: Words that name a measure or who does it, and words that everybody measures differently; English and Dutch.
_PRESCRIBING = (
    "moves? in",
    "moves? out",
    "goes to live with",
    "live with (?:his|her|their)",
    "therapy",
    "treatment",
    "counselling",
    "training",
    "parenting (?:class|course)",
    "foster care",
    "is placed",
    "trekt in bij",
    "in huis bij",
    "gaat wonen bij",
    "uit huis",
    "therapie",
    "behandeling",
    "cursus",
    "opvoedhulp",
    "pleeggezin",
    "uithuisplaatsing",
    "wordt opgenomen",
)
_VAGUE = (
    "enough",
    "sufficient",
    "adequate",
    "appropriate",
    "suitable",
    "properly",
    "better",
    "safe",
    "safely",
    "safer",
    "regularly",
    "often",
    "as much as possible",
    "as soon as possible",
    "try to",
    "tries to",
    "voldoende",
    "genoeg",
    "passend",
    "geschikt",
    "goed",
    "goede",
    "beter",
    "veilig",
    "veilige",
    "veiliger",
    "regelmatig",
    "vaak",
    "zoveel mogelijk",
    "zo snel mogelijk",
    "probeert",
    "proberen",
)


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


_FOUND = ((LineFlaw.PRESCRIBES, _any_of(_PRESCRIBING)), (LineFlaw.VAGUE, _any_of(_VAGUE)))


def line_hints(text: str) -> tuple[LineHint, ...]:
    """What may be amiss with these words, each flaw once."""
    hints = [LineHint(flaw, found.group()) for flaw, words in _FOUND if (found := words.search(text))]
    sentences = [one for one in re.split(r"[.!?]\s+", text.strip()) if one]
    if len(sentences) > 1 or len(text) > _LONG:
        hints.append(LineHint(LineFlaw.LONG))
    return tuple(hints)
