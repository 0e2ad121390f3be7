"""Words that differ by kind of conference: the people who make a plan are not always a family.

A sentence is written once, about a family. In the other kinds the noun is replaced in the sentence as translated,
before its blanks are filled, so never in what people wrote. `_NOUNS` therefore pairs words that the rest of the
sentence fits alike: of the same number and, in languages that have it, gender. Where that does not do, `WORDINGS` has
the whole sentence (ADR 35).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ekc.workflow.vocabulary import N_, Variant

#: By language, what stands in place of what in a conference of a group.
_NOUNS: dict[str, dict[str, str]] = {
    "en": {"your family": "the group", "family group": "group", "family": "group", "families": "groups"},
    "nl": {
        "je familie": "de groep",
        "familiegroepsplan": "groepsplan",
        "familiegroep": "groep",
        "familie": "groep",
        "families": "groepen",
        "gezin": "groep",
    },
}
#: Names of other kinds of conference, which lists of kinds show beside this one.
KEPT = ("family conference", "Eigen Kracht-conferentie (familie)")

_OF_GROUPS = frozenset({Variant.RECOVERY, Variant.GROUP, Variant.LEARNING})
_OF_SIDES = frozenset({Variant.RECOVERY, Variant.GROUP})
_RECOVERY = frozenset({Variant.RECOVERY})


def _in(variants: frozenset[Variant], sentence: str) -> dict[Variant, str]:
    return dict.fromkeys(sorted(variants), sentence)


#: By the sentence as it reads elsewhere, how the whole of it reads in these kinds; the same blanks.
WORDINGS: Mapping[str, Mapping[Variant, str]] = {
    "family": _in(_OF_GROUPS, N_("of the group")),
    "Family": _in(_OF_GROUPS, N_("Relatives")),  # of those whom one could ask
    "%(n)s of the family": _in(_OF_GROUPS, N_("%(n)s who make the plan")),
    "%(n)s, %(family)s of them family and network": _in(_OF_GROUPS, N_("%(n)s, %(family)s of whom make the plan")),
    "Family, friends and neighbours do all actions themselves.": _in(
        _OF_GROUPS, N_("The group and its network do all actions themselves.")
    ),
    "Family, friends and neighbours do %(own)s of the %(all)s actions themselves.": _in(
        _OF_GROUPS, N_("The group and its network do %(own)s of the %(all)s actions themselves.")
    ),
    "The family is the larger group": _in(_OF_GROUPS, N_("There are fewer professionals than others")),
    "The family is not the larger group yet (family: %(family)s, professionals: %(professionals)s)": _in(
        _OF_GROUPS,
        N_("There are not fewer professionals than others yet (others: %(family)s, professionals: %(professionals)s)"),
    ),
    "Enough of the family is there": _in(_OF_SIDES, N_("Enough people of each side are there")),
    "The family decides.": _in(_RECOVERY, N_("Both sides decide, together.")),
    "The family has private time": _in(_RECOVERY, N_("Both sides have private time")),
    "Everybody who is here for their work leaves the room, the coordinator as well. The family makes the plan, and "
    "takes the time that it needs.": _in(
        _RECOVERY,
        N_(
            "Everybody who is here for their work leaves the room, the coordinator as well. Both sides make the plan "
            "together, and take the time that they need."
        ),
    ),
    "The family calls the coordinator and tells what was agreed: who does what and by when, who meets whom if it goes "
    "wrong, and when the plan is looked at again.": _in(
        _RECOVERY,
        N_(
            "Both sides call the coordinator and tell what was agreed: who does what and by when, who meets whom if it "
            "goes wrong, and when the plan is looked at again."
        ),
    ),
    "The family has private time since %(time)s": _in(_RECOVERY, N_("Both sides have private time since %(time)s")),
    "The family comes together again": _in(_RECOVERY, N_("Both sides come together again")),
    # Of the leaflet, whole: some of its languages have no `_NOUNS`, as a noun changes the words around it there.
    "You make a plan together, with family and friends. Nobody else makes it for you.": _in(
        _OF_GROUPS, N_("You make a plan together. Nobody else makes it for you.")
    ),
    "First you hear what is known, and you can ask anything. Then everybody who is not of the family leaves the room, "
    "I as well: that time is yours. After that you show your plan, and we write down who does what.": _in(
        _OF_GROUPS,
        N_(
            "First you hear what is known, and you can ask anything. Then everybody who is here for their work leaves "
            "the room, I as well: that time is yours. After that you show your plan, and we write down who does what."
        ),
    ),
    "The family makes the plan, and each does what they promise. Professionals tell what they know, and say whether "
    "the plan is safe. I see to it that everybody can take part, safely.": _in(
        _OF_GROUPS,
        N_(
            "The group makes the plan, and each does what they promise. Professionals tell what they know, and say "
            "whether the plan is safe. I see to it that everybody can take part, safely."
        ),
    ),
    "The family makes its own plan, with relatives and friends. Nobody else makes it for them.": _in(
        _OF_GROUPS, N_("The group makes its own plan. Nobody else makes it for them.")
    ),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How sentences read in a conference of this kind."""

    variant: Variant

    def source(self, message: str) -> str:
        """The English sentence that says there what `message` says elsewhere; to be translated after that."""
        return WORDINGS.get(message, {}).get(self.variant, message)

    def said(self, sentence: str, language: str) -> str:
        """The sentence, translated and with its blanks unfilled, in the words of this kind."""
        return _of_group(sentence, language)


def wording(variant: Variant) -> Wording | None:
    """The words of this kind of conference; None: sentences stay as they are written."""
    return Wording(variant) if variant in _OF_GROUPS else None


@lru_cache(maxsize=10_000)
def _of_group(sentence: str, language: str) -> str:
    nouns = _NOUNS.get(language, {})
    return _pattern(language).sub(lambda found: _like(found[0], nouns.get(found[0].casefold(), found[0])), sentence)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Matches what is replaced; and first blanks and what is kept, so that nothing is replaced inside them."""
    kept = [r"%\(\w+\)", *map(re.escape, KEPT)]
    nouns = sorted(_NOUNS.get(language, {}), key=len, reverse=True)
    return re.compile("|".join([*kept, *(rf"\b{noun}\b" for noun in nouns)]), re.IGNORECASE)


def _like(before: str, after: str) -> str:
    """With a capital where there was one."""
    return after[0].upper() + after[1:] if before[0].isupper() else after
