"""How the wishes of a family are compared with a coordinator, and how coordinators are ranked."""

from dataclasses import replace

import pytest

from ekc.workflow.matching import (
    RANK,
    WISHES,
    ComparedCase,
    CoordinatorWish,
    Fit,
    Gender,
    Hours,
    LanguageLevel,
    Qualities,
    RankFacts,
    WishKind,
    compare,
    rank,
)
from ekc.workflow.vocabulary import Variant

CASE = ComparedCase("Rivierstad", Variant.RECOVERY)
SHE = Qualities(
    languages={"nl": LanguageLevel.NATIVE, "en": LanguageLevel.FLUENT, "ar": LanguageLevel.SOME},
    gender=Gender.WOMAN,
    background="Riffian, Muslim",
    lives_in="Amal",
    municipality="Rivierstad",
    travel_km=30,
    hours=frozenset({Hours.WEEKENDS}),
    held={Variant.RECOVERY: 3},
)
UNSAID = Qualities()


def told(kind: WishKind, about: str, one: Qualities) -> tuple[Fit, str]:
    [found] = compare([CoordinatorWish(kind, about)], one, CASE)
    return found.fit, found.message % found.params


@pytest.mark.parametrize(
    ("kind", "about", "fit", "sentence"),
    [
        (WishKind.SPEAKS, "nl", Fit.MET, "speaks nl as a mother tongue"),
        (WishKind.SPEAKS, "en", Fit.MET, "speaks en fluently"),
        (WishKind.SPEAKS, "ar", Fit.MISSED, "speaks ar, but only enough for a conversation"),
        (WishKind.SPEAKS, "tr", Fit.MISSED, "does not speak tr"),
        (WishKind.UNDERSTANDS, "ar", Fit.MET, "understands ar"),
        (WishKind.UNDERSTANDS, "tr", Fit.MISSED, "does not speak tr"),
        (WishKind.GENDER, Gender.WOMAN, Fit.MET, "is a woman"),
        (WishKind.GENDER, Gender.MAN, Fit.MISSED, "is a woman"),
        (WishKind.BACKGROUND, "from the Rif, or riffian", Fit.MET, "background: Riffian, Muslim"),
        (WishKind.BACKGROUND, "Surinamese", Fit.UNKNOWN, "background: Riffian, Muslim"),
        (WishKind.NEAR, "", Fit.MET, "lives in Amal"),
        (WishKind.NOT_FROM, "", Fit.MISSED, "lives in Amal"),
        (WishKind.NOT_FROM, "amal", Fit.MISSED, "lives in Amal"),
        (WishKind.NOT_FROM, "Bergen", Fit.MET, "lives in Amal"),
        (WishKind.EXPERIENCE, "", Fit.MET, "has coordinated such conferences: 3"),
        (WishKind.HOURS, Hours.WEEKENDS, Fit.MET, "is free weekends"),
        (WishKind.HOURS, Hours.DAYS, Fit.MISSED, "is not free days"),
    ],
)
def test_each_wish_says_in_words_whether_it_is_met(kind: WishKind, about: str, fit: Fit, sentence: str) -> None:
    assert told(kind, about, SHE) == (fit, sentence)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (replace(SHE, lives_in="", municipality="Bergen"), "lives in Bergen, and travels up to 30 km"),
        (replace(SHE, lives_in="Dorp", municipality="", travel_km=None), "lives in Dorp"),
    ],
)
def test_whoever_lives_elsewhere_is_not_near(one: Qualities, sentence: str) -> None:
    assert told(WishKind.NEAR, "", one) == (Fit.MISSED, sentence)


@pytest.mark.parametrize("kind", [kind for kind in WishKind if kind is not WishKind.EXPERIENCE])
def test_what_somebody_did_not_say_is_not_held_against_them(kind: WishKind) -> None:
    """Experience is counted, so it is known."""
    fit, _sentence = told(kind, "nl", UNSAID)
    assert fit is Fit.UNKNOWN


def test_each_kind_of_wish_has_one_rule() -> None:
    assert [rule.kind for rule in WISHES] == list(WishKind)


def test_each_line_of_the_table_decides_before_all_below_it() -> None:
    """The first one has the least of its line, and the most of all below."""
    names = ("tied", "unwanted", "away", "missed", "unknown", "full", "same_referrer", "open_cases")
    assert len(RANK) == len(names)
    for number, name in enumerate(names):
        worse_below = RankFacts(**dict.fromkeys(names[number + 1 :], True))
        assert rank(worse_below) < rank(RankFacts(**{name: True}))


def test_nobody_is_ranked_by_origin_unless_the_family_asked() -> None:
    """Whatever they say of background, gender and where they live: without such a wish nothing of it is compared."""
    wishes = [CoordinatorWish(WishKind.SPEAKS, "nl"), CoordinatorWish(WishKind.HOURS, Hours.WEEKENDS)]
    said: list[tuple[str, Gender | None, str]] = [("Surinamese", Gender.MAN, "Bergen"), ("", None, "")]
    for background, gender, place in said:
        other = replace(SHE, background=background, gender=gender, lives_in=place, municipality=place)
        assert compare(wishes, other, CASE) == compare(wishes, SHE, CASE)
