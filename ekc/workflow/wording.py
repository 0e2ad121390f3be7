"""Sentences that read otherwise in some kinds of conference: the people who make a plan are not always a family."""

from ekc.workflow.vocabulary import N_, Variant

_PLANNERS = N_("%(n)s who make the plan")

#: By the sentence as it reads elsewhere, how it reads in these kinds; the same blanks.
WORDINGS: dict[str, dict[Variant, str]] = {
    N_("%(n)s of the family"): dict.fromkeys((Variant.RECOVERY, Variant.GROUP, Variant.LEARNING), _PLANNERS),
}


def worded(sentence: str, variant: Variant) -> str:
    """The sentence as it reads in a conference of this kind; to be translated after that."""
    return WORDINGS.get(sentence, {}).get(variant, sentence)
