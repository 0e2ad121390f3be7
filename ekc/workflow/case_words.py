"""Words about a case as a whole: its kind, the pressure it is under, and how it ends."""

from enum import StrEnum


class Variant(StrEnum):
    """The kinds of conference (EK12)."""

    FAMILY = "family"
    INDIVIDUAL = "individual"
    RECOVERY = "recovery"
    GROUP = "group"
    LEARNING = "learning"


class LegalContext(StrEnum):
    """Under what pressure the family makes its plan."""

    VOLUNTARY = "voluntary"
    PRESSURE = "pressure"
    COURT = "court"


class StopReason(StrEnum):
    """Why a case ends before a conference (EK8, EK9, EK10, EK11, EK15)."""

    PLAN_ALREADY_MADE = "plan_already_made"
    SITUATION_CHANGED = "situation_changed"
    NETWORK_TOO_SMALL = "network_too_small"
    MAIN_PERSON_WITHDREW = "main_person_withdrew"
    NOT_SAFE = "not_safe"
    OTHER = "other"


class Outcome(StrEnum):
    """How a closed case ended."""

    PLAN = "plan"
    NO_PLAN = "no_plan"
    STOPPED = "stopped"
