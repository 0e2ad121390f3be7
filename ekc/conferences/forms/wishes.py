"""What a family asks for in its coordinator: chips, languages, and a few words. Everything else is in its own words."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice

from ekc.conferences.forms.fields import FROM_LIST, language_name, line
from ekc.conferences.forms.languages import LanguagesField
from ekc.core.forms import EditingForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, NAME
from ekc.workflow.matching import WISH_RULES, CoordinatorWish, Gender, Hours, WishKind

#: What is one chip.
_CHIPS = (
    CoordinatorWish(WishKind.GENDER, Gender.WOMAN),
    CoordinatorWish(WishKind.GENDER, Gender.MAN),
    CoordinatorWish(WishKind.NEAR),
    CoordinatorWish(WishKind.NOT_FROM),
    CoordinatorWish(WishKind.EXPERIENCE),
    *(CoordinatorWish(WishKind.HOURS, one) for one in Hours),
)


def wish_in_words(wish: CoordinatorWish) -> str:
    """A wish, in the reader's language."""
    about = wish.about
    match wish.kind:
        case WishKind.SPEAKS | WishKind.UNDERSTANDS:
            about = language_name(about)
        case WishKind.GENDER:
            about = _(Gender(about).label)
        case WishKind.HOURS:
            about = _(Hours(about).label)
        case WishKind.NOT_FROM if not about:
            about = _("the municipality of the conference")
    return _(WISH_RULES[wish.kind].words, about=about)


def speaks_field() -> LanguagesField:
    """Which languages the coordinator has to speak."""
    return LanguagesField(_l("Has to speak"), description=_l("With commas between: Dutch, Arabic."))


def understands_field() -> LanguagesField:
    """Which languages the coordinator has to understand."""
    return LanguagesField(_l("Has to understand"))


def chips_field() -> SelectMultipleField:
    """The wishes that are a chip each; the form fills it with `offer_chips`."""
    return SelectMultipleField(_l("What else matters?"), **FROM_LIST)


def not_from_field() -> Any:
    """Where the coordinator must not live."""
    return line(_l("Must not live in"), NAME, hint=_l("A village, town or district, such as their own."))


def background_field() -> Any:
    """Which background is asked for."""
    return line(_l("Background"), LINE, hint=_l("Only if the family asks for it themselves."))


def offer_chips(field: SelectMultipleField) -> None:
    """Say what there is to choose from, in the reader's language."""
    field.choices = [SelectChoice(_key(one), wish_in_words(one)) for one in _CHIPS]


def wishes_in(said: Mapping[str, Any]) -> tuple[CoordinatorWish, ...]:
    """The wishes in the values of the fields of a form, by name: each once, by kind."""
    chosen = set(said["chips"] or ())
    found = [
        *(CoordinatorWish(WishKind.SPEAKS, code) for code in said["speaks"]),
        *(CoordinatorWish(WishKind.UNDERSTANDS, code) for code in said["understands"]),
        *(one for one in _CHIPS if _key(one) in chosen),
        *(CoordinatorWish(WishKind.NOT_FROM, place) for place in (said["not_from"],) if place),
        *(CoordinatorWish(WishKind.BACKGROUND, words) for words in (said["background"],) if words),
    ]
    order = list(WishKind)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


class CoordinatorWishesForm(EditingForm):
    """The wishes that can be compared with coordinators."""

    speaks = speaks_field()
    understands = understands_field()
    chips = chips_field()
    not_from = not_from_field()
    background = background_field()

    def __init__(self, wishes: Iterable[CoordinatorWish] = (), **kwargs: Any) -> None:
        known = tuple(wishes)
        told = {
            "speaks": tuple(one.about for one in known if one.kind is WishKind.SPEAKS),
            "understands": tuple(one.about for one in known if one.kind is WishKind.UNDERSTANDS),
            "chips": [_key(one) for one in known if one in _CHIPS],
            "not_from": next((one.about for one in known if one.kind is WishKind.NOT_FROM and one.about), ""),
            "background": next((one.about for one in known if one.kind is WishKind.BACKGROUND), ""),
        }
        super().__init__(data=told, **kwargs)
        offer_chips(self.chips)

    def to_wishes(self) -> tuple[CoordinatorWish, ...]:
        """The wishes, each once, by kind."""
        return wishes_in(self.data)


def _key(wish: CoordinatorWish) -> str:
    return f"{wish.kind}:{wish.about}"
