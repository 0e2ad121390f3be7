"""Which coordinator fits a case: what a family can wish for, how that is compared with a coordinator, and how they are
ranked. Who may not be asked at all: `independence.py`.

Nobody is compared by what the family did not ask for: where it has no wish about background, gender or where somebody
lives, nothing here looks at that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ekc.names import words
from ekc.workflow.vocabulary import N_, Labelled, Variant


class LanguageLevel(Labelled):
    """How well a coordinator speaks a language, the best first."""

    NATIVE = "native", N_("as a mother tongue")
    FLUENT = "fluent", N_("fluently")
    SOME = "some", N_("enough for a conversation")


class Gender(Labelled):
    """What a coordinator says of their gender."""

    WOMAN = "woman", N_("a woman")
    MAN = "man", N_("a man")
    OTHER = "other", N_("neither, or otherwise")


class Hours(Labelled):
    """When a coordinator can be there."""

    DAYS = "days", N_("on weekdays, by day")
    EVENINGS = "evenings", N_("on weekdays, in the evening")
    WEEKENDS = "weekends", N_("at weekends")


class WishKind(Labelled):
    """What a family can wish for in its coordinator. Everything else it says in its own words."""

    SPEAKS = "speaks", N_("speaks a language")
    UNDERSTANDS = "understands", N_("understands a language")
    GENDER = "gender", N_("a woman, or a man")
    BACKGROUND = "background", N_("a background")
    NEAR = "near", N_("lives near")
    NOT_FROM = "not_from", N_("does not live in the same place")
    EXPERIENCE = "experience", N_("has held such a conference before")
    HOURS = "hours", N_("is free at certain hours")


class Fit(Labelled):
    """How a coordinator compares with a wish."""

    MET = "met", N_("meets")
    UNKNOWN = "unknown", N_("not known")
    MISSED = "missed", N_("misses")


@dataclass(frozen=True, slots=True, order=True)
class CoordinatorWish:
    """A wish. `about`: the code of the language, the value of the gender or hours, words about background or a place;
    else empty.
    """

    kind: WishKind
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualities:
    """What the wishes of a family are compared with, of one coordinator. Empty: they did not say."""

    languages: Mapping[str, LanguageLevel] = field(default_factory=dict)  # by code
    gender: Gender | None = None
    background: str = ""
    lives_in: str = ""  # a village, town or district
    municipality: str = ""
    travel_km: int | None = None
    hours: frozenset[Hours] = frozenset()
    held: Mapping[Variant, int] = field(default_factory=dict)  # conferences, by kind


@dataclass(frozen=True, slots=True)
class ComparedCase:
    """The case, as far as wishes are about it."""

    municipality: str
    variant: Variant


@dataclass(frozen=True, slots=True)
class Compared:
    """A wish, whether it is met, and the sentence that says so. The blanks `language` and `hours` are a code and a
    value: whoever shows it says them in the reader's language.
    """

    wish: CoordinatorWish
    fit: Fit
    message: str
    params: dict[str, str | int] = field(default_factory=dict)


_Sentence = tuple[Fit, str, dict[str, str | int]]


def _speaks(about: str, one: Qualities, _place: ComparedCase) -> _Sentence:
    said: dict[str, str | int] = {"language": about}
    match one.languages.get(about):
        case LanguageLevel.NATIVE:
            return Fit.MET, N_("speaks %(language)s as a mother tongue"), said
        case LanguageLevel.FLUENT:
            return Fit.MET, N_("speaks %(language)s fluently"), said
        case LanguageLevel.SOME:
            return Fit.MISSED, N_("speaks %(language)s, but only enough for a conversation"), said
    return _no_language(one, said)


def _understands(about: str, one: Qualities, _place: ComparedCase) -> _Sentence:
    said: dict[str, str | int] = {"language": about}
    if about in one.languages:
        return Fit.MET, N_("understands %(language)s"), said
    return _no_language(one, said)


def _no_language(one: Qualities, said: dict[str, str | int]) -> _Sentence:
    if one.languages:
        return Fit.MISSED, N_("does not speak %(language)s"), said
    return Fit.UNKNOWN, N_("has not said whether they speak %(language)s"), said


_GENDERS = {
    Gender.WOMAN: N_("is a woman"),
    Gender.MAN: N_("is a man"),
    Gender.OTHER: N_("is neither a woman nor a man"),
}


def _gender(about: str, one: Qualities, _place: ComparedCase) -> _Sentence:
    if one.gender is None:
        return Fit.UNKNOWN, N_("has not said whether they are a woman or a man"), {}
    return Fit.MET if one.gender == about else Fit.MISSED, _GENDERS[one.gender], {}


def _background(about: str, one: Qualities, _place: ComparedCase) -> _Sentence:
    """Words are compared, not what they mean: so their own words are shown, and other words are asked about."""
    if not one.background:
        return Fit.UNKNOWN, N_("has said nothing about their background"), {}
    met = _shares_a_word(about, one.background)
    return Fit.MET if met else Fit.UNKNOWN, N_("background: %(background)s"), {"background": one.background}


def _near(_about: str, one: Qualities, place: ComparedCase) -> _Sentence:
    said: dict[str, str | int] = {"place": one.lives_in or one.municipality}
    if not said["place"]:
        return Fit.UNKNOWN, N_("has not said where they live"), {}
    if _is_same(one.municipality, place.municipality) or _is_same(one.lives_in, place.municipality):
        return Fit.MET, N_("lives in %(place)s"), said
    if one.travel_km is None:
        return Fit.MISSED, N_("lives in %(place)s"), said
    return Fit.MISSED, N_("lives in %(place)s, and travels up to %(km)s km"), said | {"km": one.travel_km}


def _not_from(about: str, one: Qualities, place: ComparedCase) -> _Sentence:
    """Without a place it is the municipality of the case that is meant."""
    if not (one.lives_in or one.municipality):
        return Fit.UNKNOWN, N_("has not said where they live"), {}
    meant = about or place.municipality
    from_there = _is_same(one.lives_in, meant) or _is_same(one.municipality, meant)
    said: dict[str, str | int] = {"place": one.lives_in or one.municipality}
    return (Fit.MISSED if from_there else Fit.MET), N_("lives in %(place)s"), said


def _experience(_about: str, one: Qualities, place: ComparedCase) -> _Sentence:
    held = one.held.get(place.variant, 0)
    if not held:
        return Fit.MISSED, N_("has not coordinated such a conference here yet"), {}
    return Fit.MET, N_("has coordinated such conferences: %(n)s"), {"n": held}


def _hours(about: str, one: Qualities, _place: ComparedCase) -> _Sentence:
    said: dict[str, str | int] = {"hours": about}
    if not one.hours:
        return Fit.UNKNOWN, N_("has not said when they are free"), {}
    if about in one.hours:
        return Fit.MET, N_("is free %(hours)s"), said
    return Fit.MISSED, N_("is not free %(hours)s"), said


def _is_same(one: str, other: str) -> bool:
    return bool(one and other) and words(one) == words(other)


def _shares_a_word(one: str, other: str) -> bool:
    return bool(set(words(one)) & set(words(other)))


@dataclass(frozen=True, slots=True)
class WishRule:
    """One kind of wish: in words, with a blank for what it is about; how it is compared; and when it is met, as the
    handbook says it.
    """

    kind: WishKind
    words: str
    compare: Callable[[str, Qualities, ComparedCase], _Sentence]
    met: str


WISHES: tuple[WishRule, ...] = (
    WishRule(
        WishKind.SPEAKS,
        N_("speaks %(about)s"),
        _speaks,
        N_("the language is among theirs, as a mother tongue or fluently"),
    ),
    WishRule(
        WishKind.UNDERSTANDS,
        N_("understands %(about)s"),
        _understands,
        N_("the language is among theirs, however well"),
    ),
    WishRule(WishKind.GENDER, N_("is %(about)s"), _gender, N_("it is what they say of themselves")),
    WishRule(
        WishKind.BACKGROUND,
        N_("background: %(about)s"),
        _background,
        N_("a word of it is among their own words about their background; other words count as not known"),
    ),
    WishRule(WishKind.NEAR, N_("lives near"), _near, N_("they live in the municipality of the conference")),
    WishRule(
        WishKind.NOT_FROM,
        N_("does not live in %(about)s"),
        _not_from,
        N_("they live elsewhere; without a place, in another municipality"),
    ),
    WishRule(
        WishKind.EXPERIENCE,
        N_("has held such a conference before"),
        _experience,
        N_("they have coordinated a conference of the same kind"),
    ),
    WishRule(WishKind.HOURS, N_("is free %(about)s"), _hours, N_("it is among the hours at which they are free")),
)
WISH_RULES = {rule.kind: rule for rule in WISHES}


def compare(wishes: Iterable[CoordinatorWish], one: Qualities, place: ComparedCase) -> tuple[Compared, ...]:
    """Each wish, and how somebody compares with it; in the order of the wishes."""
    return tuple(Compared(wish, *WISH_RULES[wish.kind].compare(wish.about, one, place)) for wish in wishes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFacts:
    """What decides the rank of one coordinator for one case."""

    tied: bool = False  # to an agency of the case
    unwanted: bool = False  # a main person would rather have somebody else
    away: bool = False  # now, or in the weeks in which a conference is prepared
    missed: int = 0  # wishes
    unknown: int = 0
    full: bool = False  # they have as many open cases as they want
    same_referrer: int = 0
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class RankRule:
    """One thing that counts: whoever has less of it stands higher. It counts where all above it are equal."""

    title: str
    of: Callable[[RankFacts], int]


RANK: tuple[RankRule, ...] = (
    RankRule(N_("works for an organisation of the case, and so cannot be asked"), lambda one: one.tied),
    RankRule(N_("a main person would rather have somebody else"), lambda one: one.unwanted),
    RankRule(N_("is away now or within six weeks"), lambda one: one.away),
    RankRule(N_("number of wishes missed"), lambda one: one.missed),
    RankRule(N_("number of wishes of which it is not known"), lambda one: one.unknown),
    RankRule(N_("has as many open cases as they want"), lambda one: one.full),
    RankRule(N_("number of open cases that the same organisation referred"), lambda one: one.same_referrer),
    RankRule(N_("number of open cases"), lambda one: one.open_cases),
)


def rank(standing: RankFacts) -> tuple[int, ...]:
    """What coordinators are sorted by; those of the same rank stand by name."""
    return tuple(rule.of(standing) for rule in RANK)
