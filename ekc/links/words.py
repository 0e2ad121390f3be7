"""The words that somebody who waits and the family in the room compare, in one language on both screens."""

from ekc.core.language import gettext, using
from ekc.links.tokens import compared_words


def words_in(language: str, number: int) -> str:
    """The words of a device that waits, in the language of the case, whatever language a reader has chosen."""
    first, second = compared_words(number)
    with using(language):
        return f"{gettext(first)} – {gettext(second)}"
