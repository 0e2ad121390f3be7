"""Forms about the coordinator of a case."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ekc.conferences.forms.days import day
from ekc.conferences.forms.fields import FROM_LIST, RowIdField, choice, passage, phone_field
from ekc.conferences.forms.names import listed
from ekc.conferences.queries.voices import OwnVoice
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.language import translate
from ekc.core.lengths import LINE, PASSAGE
from ekc.directory.queries import KnownNames
from ekc.matching.entries import Declaration
from ekc.matching.queries.candidates import Candidate
from ekc.workflow.blocker import Blocker
from ekc.workflow.independence import Conflict, Matter

_NO_DAY = _l("Choose a day.")
_MANY = 20  # the largest number to choose from
_CHOOSE = _l("Choose one of the two.")


def _yes_or_no(label: str, yes: str, no: str, hint: str = "") -> RadioField:
    choices = [SelectChoice("no", no), SelectChoice("yes", yes)]
    validators = [InputRequired(_CHOOSE)]
    return RadioField(label, choices=choices, description=hint, validators=validators, **FROM_LIST)


def _employer(label: str) -> Any:
    hint = _l("The full name of the organisation. More than one: put a ; between them.")
    return listed(label, LINE, several=True, hint=hint)


class AskCoordinatorForm(EditingForm):
    """Which coordinator to ask: the value of a button, or 0 for those who are ticked. `stands`: who is asked.
    `another`: the case has a coordinator already, so why another is needed is asked as well.
    """

    account_id = RowIdField(InputRequired())
    in_turn = SelectMultipleField(_l("Ask one after the other"), coerce=int, validate_choice=False)
    days = choice(
        _l("Time to answer"),
        [
            SelectChoice("1", _l("until the end of tomorrow")),
            SelectChoice("2", _l("two days")),
            SelectChoice("4", _l("four days")),
            SelectChoice("7", _l("a week")),
            SelectChoice("", _l("as long as it takes")),
        ],
        default="2",
        description=_l("After that whoever is next is asked, or you hear that nobody has answered."),
    )
    ask_reason = passage(
        _l("Why is another coordinator needed?"),
        _l("Write down why another coordinator is needed. Then ask somebody."),
        PASSAGE,
        rows=2,
        hint=_l(
            "Whoever is asked reads this, and so does everybody who works on this conference. Leave out what is "
            "private."
        ),
    )

    def __init__(self, another: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not another:
            del self.ask_reason

    def validate(self, extra_validators: Any = None) -> bool:
        """The button for several needs one. Its boxes stand in the rows, so that this is said of the whole form."""
        good = super().validate(extra_validators)
        if self.account_id.data == 0 and not self.in_turn.data:
            self.form_errors = [*self.form_errors, _("Tick whom to ask, in the list below.")]
            return False
        return good

    def to_asked(self) -> tuple[int, ...]:
        """Who is asked, the first one first: as they stand in the list."""
        return (self.account_id.data,) if self.account_id.data else tuple(self.in_turn.data)

    def to_days(self) -> int | None:
        """How many days each of them has to answer; None: as long as it takes."""
        return int(self.days.data) if self.days.data else None


class DeclareForm(EditingForm):
    """The declaration of independence: three yes/no questions with details, and a text in own words."""

    works = _yes_or_no(
        _l("Do you work for somebody, besides being a coordinator?"),
        _l("Yes"),
        _l("No: I am retired, a student, at home, between jobs, or work for myself"),
    )
    employer = _employer(_l("If so, for whom?"))
    knows = _yes_or_no(
        _l("Do you know anybody of the family or of the circle?"),
        _l("Yes"),
        _l("No, nobody"),
    )
    relation = passage(_l("If so, whom, and how?"), most=PASSAGE, rows=2)
    gains = _yes_or_no(
        _l("Could anything in the plan, or in how it ends, be of use to you or yours?"),
        _l("Yes"),
        _l("No"),
        _l("The fee for a conference does not count."),
    )
    interest = passage(_l("If so, how?"), most=PASSAGE, rows=2)
    caseload = SelectField(
        _l("How many other open conferences do you have that the same organisation referred?"),
        coerce=int,
        choices=[SelectChoice(n, str(n)) for n in range(_MANY + 1)],
        **FROM_LIST,
    )
    independence = passage(
        _l("How independent are you?"),
        _l("Write a sentence or two for the family: where you stand, and why they can trust you."),
        PASSAGE,
        hint=_l("A sentence or two. The family reads them before they say whether you may be their coordinator."),
    )

    def validate_employer(self, field: StringField) -> None:
        """Required after yes, empty after no."""
        self._fits(self.works, field, _("Write for whom you work."))

    def validate_relation(self, field: TextAreaField) -> None:
        """Required after yes, empty after no."""
        self._fits(self.knows, field, _("Write whom you know, and how."))

    def validate_interest(self, field: TextAreaField) -> None:
        """Required after yes, empty after no."""
        self._fits(self.gains, field, _("Write how it could be of use."))

    @staticmethod
    def _fits(answer: RadioField, field: StringField, missing: str) -> None:
        if answer.data == "yes" and not field.data:
            raise ValidationError(missing)
        if answer.data == "no" and field.data:
            raise ValidationError(_("You said no, and wrote something here. Choose yes, or leave this empty."))

    def __init__(self, referrer: str, organisations: KnownNames, *, unnamed: bool = False, **kwargs: Any) -> None:
        """`referrer` is the agency that referred the case; without one the number of its cases is not asked.

        `unnamed`: they may not know yet who takes part, as the family has private time, so that is not asked either.
        """
        super().__init__(**kwargs)
        self.employer.offer(organisations)
        if unnamed:
            del self.knows, self.relation
        if referrer:
            self.caseload.description = _("It is %(agency)s that referred this one.", agency=referrer)
        else:
            del self.caseload

    def show(self, declaration: Declaration) -> None:
        """Fill the form with a declaration; answers that are None stay open."""
        self.independence.data = declaration.independence
        for answer, field, said in (
            (self.works, self.employer, declaration.employer),
            (self.knows, self.relation, declaration.relation),
            (self.gains, self.interest, declaration.interest),
        ):
            if not answer:  # not asked
                continue
            answer.data = None if said is None else "yes" if said else "no"
            field.data = said or ""
        if self.caseload:
            self.caseload.data = min(declaration.caseload or 0, _MANY)

    def to_declaration(self) -> Declaration:
        return Declaration(
            self.independence.data,
            employer=self.employer.data,
            relation=self.relation.data if self.relation else None,
            interest=self.interest.data,
            caseload=self.caseload.data if self.caseload else None,
        )


class AcceptForm(DeclareForm):
    """Accepting a case, with the declaration."""

    phone = phone_field(
        _l("Your phone number for the family"),
        _l("Write the number on which the family can ring you."),
        hint=_l("All your families read it on their own page and on their paper."),
    )
    accepted_on = day(_l("Day on which you said yes"), _NO_DAY)


class ConfirmForm(EditingForm):
    """A main person confirms the coordinator of the match that the page showed. Without a day it is today.

    `stands`: what each main person said, by their id.

    Staff choose whose yes they note, from those who have not said it; a main person says it for themselves.
    """

    match_id = RowIdField()
    person = SelectField(_l("Who said yes"), coerce=int, **FROM_LIST)  # chosen, unless there is one alone
    confirmed_on = day(_l("Day on which they said yes"))

    def __init__(self, open_: Iterable[OwnVoice] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = [SelectChoice(one.id, one.name) for one in open_]
        self.person.choices = [SelectChoice(0, _("choose who")), *offered] if len(offered) > 1 else offered
        if not self.person.choices:
            del self.person

    def validate_person(self, field: Any) -> None:
        """Nobody says yes for somebody else."""
        if not field.data:
            raise ValidationError(_("Choose who said yes."))

    def replaces(self, key: str) -> bool:
        """Only what those said whose yes is noted."""
        return key == str(self.to_person())

    def to_person(self) -> int | None:
        """Whose yes is noted; None: the visitor's own."""
        return self.person.data if "person" in self else None


class WaiveForm(PlainForm):
    """Which conflict is waived, and why. The action checks whether it is still open."""

    conflict = RadioField(
        _l("What is no obstacle?"),
        validators=[InputRequired(_l("Choose what is no obstacle."))],
        validate_choice=False,
    )
    waive_reason = passage(_l("Why is it no obstacle?"), _l("Write down why."), PASSAGE)

    def __init__(self, ties: Iterable[tuple[Conflict, Blocker]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conflict.choices = [SelectChoice(tie.key, _conflict_label(tie, sentence)) for tie, sentence in ties]


def _conflict_label(tie: Conflict, sentence: Blocker) -> str:
    """The label of a conflict. Declared ones include their words, because two may otherwise read the same."""
    said = translate(sentence.message, sentence.params)
    return said if tie.matter is Matter.EMPLOYER else _("%(sentence)s: %(words)s", sentence=said, words=tie.about)


class EndForm(PlainForm):
    """Why the match that the page showed ends."""

    match_id = RowIdField()
    end_reason = passage(_l("Why does it end?"), _l("Write down why."), PASSAGE)


class HandOverForm(PlainForm):
    """Who is asked to take over a case."""

    asked = RowIdField()  # the account that was asked when the page was shown
    account_id = choice(_l("Who takes over?"), [], coerce=int)

    def __init__(self, candidates: Iterable[Candidate], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = [
            SelectChoice(one.id, _("%(name)s (open cases: %(count)s)", name=one.name, count=one.open_cases))
            for one in candidates
        ]
        self.account_id.choices = [SelectChoice(0, _("Choose a coordinator")), *offered]

    def validate_account_id(self, field: Any) -> None:
        """Somebody has to be chosen."""
        if not field.data:
            raise ValidationError(_("Choose who takes over."))
