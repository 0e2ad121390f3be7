"""A box in which people write languages by name, with commas or "and" between."""

import re
from functools import cache
from typing import Any

from wtforms import StringField

from ekc.conferences.forms.fields import SPOKEN, language_name, lines
from ekc.core.forms import AtMost
from ekc.core.language import LANGUAGES, using
from ekc.core.language import gettext as _
from ekc.core.lengths import LINE

#: What people write between two languages besides a comma, in each language of the pages; no name has it inside.
_AND = re.compile(r"\s+(?:and|en)\s+|\s*[/&+]\s*", re.IGNORECASE)


class LanguagesField(StringField):  # type: ignore[misc]
    """Languages: shown by their names in the reader's language, read in any language of the pages or as codes."""

    data: tuple[str, ...]  # codes, each once

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        look = {"dir": "auto", "autocomplete": "off"}
        super().__init__(*args, validators=[AtMost(LINE)], render_kw=look, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(map(language_name, self.data or ()))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError that names the first one that is not known."""
        self.data = ()
        if valuelist and len(valuelist[0]) > LINE:
            return  # AtMost says so
        typed = lines(_AND.sub(",", valuelist[0]) if valuelist else "", commas=True)
        self.data = tuple(dict.fromkeys(code_of_language(said) for said in typed))


def code_of_language(typed: str) -> str:
    """The code of a language by its name, or by itself; empty for nothing. Raises ValueError for one not known."""
    code = _known().get(typed.casefold()) if typed else ""
    if code is None:
        raise ValueError(_("We do not know the language %(name)s. Write it as here: Dutch.", name=typed))
    return code


@cache
def _known() -> dict[str, str]:
    """Language codes by name in each language of the pages, and by code."""
    found = {code: code for code in SPOKEN}
    for page in LANGUAGES:
        with using(page):
            found |= {language_name(code).casefold(): code for code in SPOKEN}
    return found
