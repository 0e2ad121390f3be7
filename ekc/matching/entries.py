"""What is entered about a coordinator: made by forms, taken by actions, frozen. No decisions here."""

from dataclasses import asdict, dataclass
from typing import Any


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
