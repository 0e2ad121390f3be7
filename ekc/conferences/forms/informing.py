"""The form with which is noted who was told, of several people at once, each with their own day and way."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from markupsafe import Markup, escape
from wtforms import BooleanField, HiddenField, SelectMultipleField

from ekc.conferences.entries import HeardOfPeople, Telling
from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import FROM_LIST, one_of, passage, people_field, person_choices, words_of
from ekc.conferences.queries.circle import PersonRow
from ekc.core.errors import Unknown
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import PASSAGE
from ekc.workflow.vocabulary import CallResult, InformedHow, InformedOf

#: The value of the button with which somebody who was rung is noted as told.
TOLD = "told"


def still_to_hear(person: PersonRow) -> dict[str, str]:
    """What is still to be heard of somebody, by the field in which it is ticked."""
    words = {"told": _("told"), "comes": _("comes"), "safe": _("safe")}
    known = {
        "told": person.informed_on is not None,
        "comes": person.attends is not None,
        "safe": not person.safety_unasked,
    }
    return {name: word for name, word in words.items() if not known[name]}


class OwnTellingForm(PlainForm):
    """What is different of one person: another day or way, not of everything; and what they said."""

    on = day(_l("Told on another day"))
    how = one_of(_l("Told in another way"), InformedHow, blank=_l("as above"))
    of = SelectMultipleField(_l("Told about"), choices=words_of(InformedOf), **FROM_LIST)
    worries = passage(_l("What worries them"), most=PASSAGE, rows=2)
    afraid = passage(_l("Why it is not safe for them yet"), most=PASSAGE, rows=2)

    def __init__(self, whose: PersonRow, **kwargs: Any) -> None:
        """With what is still to be noted of them."""
        super().__init__(prefix=f"{whose.id}-", data={"of": [one.value for one in InformedOf]}, **kwargs)
        needless = {"how", "of"} if whose.informed_on else set()
        if not whose.safety_unasked:
            needless |= {"afraid", "on"} if whose.informed_on else {"afraid"}
        for name in needless:
            del self[name]
        for field in self:
            whom = Markup('<span class="ds-sr-only">: {}</span>').format(whose.label)
            field.label.text = escape(field.label.text) + whom
        if "on" in self:
            self.on.description = ""  # below the day of all stands how a day is written

    def said(self, name: str) -> Any:
        """The value of a field; None where it is not asked."""
        return self[name].data if name in self else None


class InformedForm(PlainForm):
    """Who was told, who said that it is safe for them: what holds for all of them, and what is different of each."""

    on = day(_l("Told on"))
    how = one_of(_l("How you told them"), InformedHow, default=InformedHow.IN_PERSON.value)
    all_of_it = people_field(_l("all of it"))  # of what is still to be heard of them
    told = people_field(_l("told"))
    comes = people_field(_l("comes"))
    safe = people_field(_l("safe"))
    spoken_with = BooleanField(_l("Also told: everybody I spoke with"))
    rung = HiddenField()  # of the button behind a number: who, and how it went

    def __init__(self, circle: tuple[PersonRow, ...], today: date, **kwargs: Any) -> None:
        super().__init__(data={"on": today}, **kwargs)
        self.today = today
        for field in (self.all_of_it, self.told, self.comes, self.safe):
            field.choices = person_choices(circle)
        self._open = {row.id: still_to_hear(row) for row in circle}
        still_open = (row for row in circle if row.informed_on is None or row.safety_unasked)
        self.own = {row.id: OwnTellingForm(row, **kwargs) for row in still_open}

    def __iter__(self) -> Iterator[Any]:
        """Its fields, and those of each person, for the summary of errors."""
        yield from super().__iter__()
        for form in self.own.values():
            yield from form

    @property
    def errors(self) -> dict[str, Any]:
        """Of its fields, and of those of each person."""
        own = {f"{id_}-{name}": said for id_, form in self.own.items() for name, said in form.errors.items()}
        return {**super().errors, **own}

    def validate(self, extra_validators: Any = None) -> bool:
        """No day lies ahead, and whoever was told was told of something."""
        rows = [form.validate() for form in self.own.values()]
        good = bool(super().validate(extra_validators)) and all(rows)
        for id_, form in self.own.items():
            if id_ in self.ticked("told") and form.said("of") == []:
                form.of.errors = [_("Choose what they were told about.")]
                good = False
            if id_ in self.ticked("safe") and form.said("afraid"):
                form.afraid.errors = [_("You also ticked that it is safe for them. Which of the two is it?")]
                good = False
        for field in (self.on, *(form.on for form in self.own.values() if "on" in form)):
            if field.data and field.data > self.today:
                field.errors = [_("This day is still to come. Choose today or an earlier day.")]
                good = False
        return good

    def ticked(self, name: str) -> list[int]:
        """Of whom this was ticked, by itself or with all that is still to be heard."""
        with_all = [id_ for id_ in self.all_of_it.data or () if name in self._open.get(id_, ())]
        return list(dict.fromkeys([*(self[name].data or ()), *with_all]))

    def to_heard(self) -> HeardOfPeople:
        rung, result = self._rung()
        told, safe = self.ticked("told"), self.ticked("safe")
        if rung and result is None and rung not in told:
            told.append(rung)
        return HeardOfPeople(
            told=[self._telling(id_, by_phone=id_ == rung and result is None) for id_ in told],
            told_who_was_spoken_with=self.spoken_with.data,
            comes=self.ticked("comes"),
            safe=safe,
            safe_on={id_: on for id_ in safe if (on := self._said(id_, "on") or self.on.data)},
            worries={id_: form.worries.data for id_, form in self.own.items() if form.worries.data},
            afraid={id_: form.afraid.data for id_, form in self.own.items() if form.said("afraid")},
            not_reached={rung: result} if rung and result else {},
            spoke_with=rung if rung and result is None else None,
        )

    def _telling(self, id_: int, by_phone: bool) -> Telling:
        usual = (self.today, InformedHow.PHONE) if by_phone else (self.on.data, self.how.data)
        return Telling(
            participant_id=id_,
            on=self._said(id_, "on") or usual[0],
            how=InformedHow(self._said(id_, "how") or usual[1]),
            of=[InformedOf(one) for one in self._said(id_, "of") or InformedOf],
        )

    def _said(self, id_: int, name: str) -> Any:
        """What is different of this person; None: nothing."""
        return self.own[id_].said(name) if id_ in self.own else None

    def _rung(self) -> tuple[int | None, CallResult | None]:
        """Who was rung just now, and how it went; None: they were told. Raises Unknown for what no button sends."""
        if not self.rung.data:
            return None, None
        who, _dash, how = str(self.rung.data).partition("-")
        if not who.isdigit() or who not in {one.value for one in self.told.choices} or how not in {TOLD, *CallResult}:
            raise Unknown
        return int(who), None if how == TOLD else CallResult(how)
