"""Hours, money and marks as people type them: the one reader of numbers, for every form that asks for one."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_group_symbol
from wtforms import StringField

from ekc.core.forms import AtMost
from ekc.core.language import locale
from ekc.core.lengths import WORD

_NUMBER = re.compile(r"\d+(?:([.,])\d*)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
_BLANKS = re.compile(r"[\s€£$]+")


def read_number(typed: str, group: str) -> Decimal:
    """The number that somebody typed: 7,5 · 7.5 · 1.234,50 · 1,234.50. Raises ValueError.

    `group`: what stands between thousands in the reader's language; of 1.234 it decides, as nothing else does.
    """
    if len(typed) > WORD:  # no number that anybody means, and it takes long to read
        raise ValueError(len(typed))
    text = re.sub(r"[.,][-–]$", "", _BLANKS.sub("", typed))  # 12,-
    whole, sign, fraction = text, "", ""
    if {".", ","} <= set(text):  # the last one is the decimal sign
        sign = max(".,", key=text.rindex)
        whole, _, fraction = text.rpartition(sign)
        if not _GROUPED.fullmatch(whole) or sign in whole or not fraction.isdecimal():
            raise ValueError(typed)
    elif (grouped := _GROUPED.fullmatch(text)) and (grouped[1] == group or text.count(grouped[1]) > 1):
        whole = text
    elif found := _NUMBER.fullmatch(text):
        whole, _, fraction = text.partition(found[1]) if found[1] else (text, "", "")
    else:
        raise ValueError(typed)
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or 0}")


class NumberField(StringField):  # type: ignore[misc]
    """A number, stored as a whole number of `parts`: cents (100), minutes (60), or itself (1).

    Empty is None. `mistake` is the error message: also where a part of a part, or more than `most`, was typed.
    """

    data: int | None

    def __init__(
        self, label: Any, parts: int, mistake: Any, most: int = 9_999_999, validators: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        look = {"inputmode": "decimal" if parts > 1 else "numeric", "autocomplete": "off"}
        super().__init__(label, [*validators, AtMost(WORD)], render_kw=look, **kwargs)
        self.parts, self.mistake, self.most = parts, mistake, most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        places = {100: "0.00", 60: "0.##", 1: "0"}[self.parts]
        return format_decimal(Decimal(self.data) / self.parts, places, locale=locale())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse it. Raises ValueError with `mistake`."""
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not typed:
            self.raw_data: list[str] = []
            return
        try:
            number = read_number(typed, get_group_symbol(locale()))
        except ValueError:
            raise ValueError(str(self.mistake)) from None
        places = 0 if self.parts == 1 else 2
        if int(number) > self.most or number != round(number, places):
            raise ValueError(str(self.mistake))
        self.data = round(number * self.parts)
