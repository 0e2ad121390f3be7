"""What a family asks for in its coordinator: chips, languages, and a few words. Everything else is in its own words."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice

from ekc.conferences.forms.fields import FROM_LIST, language_name, line
from ekc.conferences.forms.languages import LanguagesField
from ekc.core.forms import EditingForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, NAME
from ekc.workflow.matching import CoordinatorWish, Gender, Hours, WishKind
from ekc.workflow.vocabulary import N_

#: What is one chip.
_CHIPS = (
    CoordinatorWish(WishKind.GENDER, Gender.WOMAN),
    CoordinatorWish(WishKind.GENDER, Gender.MAN),
    CoordinatorWish(WishKind.NEAR),
    CoordinatorWish(WishKind.NOT_FROM),
    CoordinatorWish(WishKind.EXPERIENCE),
    *(CoordinatorWish(WishKind.HOURS, one) for one in Hours),
)


#: Each kind in words; where it is about something, with a blank for that.
_WORDS = {
    WishKind.SPEAKS: N_("speaks %(about)s"),
    WishKind.UNDERSTANDS: N_("understands %(about)s"),
    WishKind.GENDER: N_("is %(about)s"),
    WishKind.BACKGROUND: N_("background: %(about)s"),
    WishKind.NEAR: N_("lives near"),
    WishKind.NOT_FROM: N_("does not live in %(about)s"),
    WishKind.EXPERIENCE: N_("has held such a conference before"),
    WishKind.HOURS: N_("is free %(about)s"),
}


def in_words(wish: CoordinatorWish) -> str:
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
    return _(_WORDS[wish.kind], about=about)


class CoordinatorWishesForm(EditingForm):
    """The wishes that can be compared with coordinators."""

    speaks = LanguagesField(_l("Has to speak"), description=_l("With commas between: Dutch, Arabic."))
    understands = LanguagesField(_l("Has to understand"))
    chips = SelectMultipleField(_l("What else matters?"), **FROM_LIST)
    not_from = line(_l("Must not live in"), NAME, hint=_l("A village, town or district, such as their own."))
    background = line(_l("Background"), LINE, hint=_l("Only if the family asks for it themselves."))

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
        self.chips.choices = [SelectChoice(_key(one), in_words(one)) for one in _CHIPS]

    def to_wishes(self) -> tuple[CoordinatorWish, ...]:
        """The wishes, each once, by kind."""
        chosen = set(self.chips.data or ())
        found = [
            *(CoordinatorWish(WishKind.SPEAKS, code) for code in self.speaks.data),
            *(CoordinatorWish(WishKind.UNDERSTANDS, code) for code in self.understands.data),
            *(one for one in _CHIPS if _key(one) in chosen),
            *(CoordinatorWish(WishKind.NOT_FROM, place) for place in (self.not_from.data,) if place),
            *(CoordinatorWish(WishKind.BACKGROUND, words) for words in (self.background.data,) if words),
        ]
        order = list(WishKind)
        return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _key(wish: CoordinatorWish) -> str:
    return f"{wish.kind}:{wish.about}"
