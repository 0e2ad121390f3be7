"""What is entered about a coordinator: made by forms, taken by actions, frozen. No decisions here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from ekc.workflow.matching import Gender, Hours, LanguageLevel


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration of independence. Empty text: nobody, nothing. None: not asked, or not answered."""

    independence: str  # in their own words
    employer: str | None = None  # for whom they work besides; several with ; between
    relation: str | None = None  # whom of the circle they know, and how
    interest: str | None = None  # their interest in the outcome
    caseload: int | None = None  # how many other open cases of theirs the same agency referred

    @property
    def knows_unsaid(self) -> bool:
        """Whether they answered the other questions and not whom they know: in private time that is not asked.

        A case file has own words alone, and answers nothing.
        """
        return self.relation is None and self.employer is not None

    @property
    def answers(self) -> dict[str, Any]:
        """The answers besides the own words, as they are stored."""
        return {key: value for key, value in asdict(self).items() if key != "independence" and value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfDescription:
    """What a coordinator says of themselves. Empty: they did not say."""

    introduction: str = ""
    languages: Mapping[str, LanguageLevel] = field(default_factory=dict)  # by code
    gender: Gender | None = None
    background: str = ""
    lives_in: str = ""  # a village, town or district
    municipality: str = ""
    travel_km: int | None = None
    regions: frozenset[int] = frozenset()  # beside the one they work in
    hours: frozenset[Hours] = frozenset()
    load_wanted: int | None = None
    training: str = ""
    fee_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a coordinator is away, and who stands in for them, if anybody."""

    first_day: date
    last_day: date
    deputy_id: int | None = None
