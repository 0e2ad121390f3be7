"""What a coordinator declares about a case: what a form yields and an action takes, frozen. Nothing here decides."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Declaration:
    """How independent a coordinator says they are. Empty: nobody, nothing. None: it was not asked, or not answered."""

    independence: str  # in their own words
    employer: str | None = None  # for whom they work besides; several with ; between
    relation: str | None = None  # whom of the family or the circle they know, and how
    interest: str | None = None  # how the outcome could be of use to them
    caseload: int | None = None  # how many other open cases of theirs the same agency referred

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered beside the own words, as it is stored."""
        return {key: value for key, value in asdict(self).items() if key != "independence" and value is not None}
