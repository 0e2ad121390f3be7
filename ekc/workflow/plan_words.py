"""The words of the plan and of what comes after it; `vocabulary.py` hands them on.

Here live enumerations and nothing that decides. Values are what the database stores.
"""

from enum import StrEnum


class Every(StrEnum):
    """How often something that goes on is done."""

    DAY = "day"
    SCHOOLDAY = "schoolday"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    WHEN_NEEDED = "when_needed"


class ActionKind(StrEnum):
    """Whose share an action is: the family's own, its network's, or a professional's (support asked for)."""

    FAMILY = "family"
    NETWORK = "network"
    PROFESSIONAL = "professional"


class SupportAnswer(StrEnum):
    """What a professional says to support that the family asks for."""

    PENDING = "pending"
    AGREED = "agreed"
    DECLINED = "declined"


class Agreed(StrEnum):
    """What somebody says to the whole plan."""

    YES = "yes"
    PART = "part"
    NO = "no"


class FollowUpKind(StrEnum):
    """The moments at which the plan is looked at again."""

    CALL = "call"
    EVALUATION = "evaluation"


class ActionState(StrEnum):
    """How far an action has come, as the family sees it."""

    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    NO_LONGER_NEEDED = "no_longer_needed"
