"""The policy across the organisation: which office has which duty, of no single case."""

from dataclasses import dataclass
from enum import StrEnum

from ekc.workflow.vocabulary import N_, Role


class Duty(StrEnum):
    """What somebody of staff does beside what they are to a case."""

    CASES = "cases"
    CALENDAR = "calendar"
    REGISTER_MANY = "register_many"
    FOLLOW_UPS = "follow_ups"
    LEAD_TIMES = "lead_times"
    HAND_OVER = "hand_over"
    EMPLOYERS = "employers"
    COORDINATORS = "coordinators"
    PROFILES = "profiles"
    NAMES = "names"
    VENUES = "venues"
    SCHOOL_HOLIDAYS = "school_holidays"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A duty, and the offices that have it. Each holds as far as the office does: its regions, its municipalities."""

    duty: Duty
    title: str
    roles: frozenset[Role]


_MANAGERS = frozenset({Role.CARE_MANAGER, Role.REGIONAL_MANAGER})

DUTIES: tuple[DutyRule, ...] = (
    DutyRule(
        Duty.CASES,
        N_("register conferences and search in those they may open"),
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
    ),
    DutyRule(
        Duty.CALENDAR,
        N_("see the days of the conferences that they may open, also at a private address"),
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
    ),
    DutyRule(
        Duty.REGISTER_MANY,
        N_("register many conferences of their region at once, from a file"),
        frozenset({Role.REGIONAL_MANAGER}),
    ),
    DutyRule(Duty.FOLLOW_UPS, N_("see which follow-ups are due, without names or texts"), _MANAGERS),
    DutyRule(
        Duty.LEAD_TIMES,
        N_("see which conferences of their region take long, are silent or are paused"),
        frozenset({Role.REGIONAL_MANAGER}),
    ),
    DutyRule(Duty.HAND_OVER, N_("hand over the conferences of whoever leaves"), frozenset({Role.REGIONAL_MANAGER})),
    DutyRule(
        Duty.EMPLOYERS,
        N_("note for whom a coordinator also works, but not of themselves"),
        frozenset({Role.REGIONAL_MANAGER, Role.ADMINISTRATOR}),
    ),
    DutyRule(
        Duty.COORDINATORS,
        N_("see who the coordinators of their region are, how much they do and when they are away"),
        frozenset({Role.REGIONAL_MANAGER}),
    ),
    DutyRule(
        Duty.PROFILES,
        N_("change what a coordinator says of themselves: their own, or as manager those of their region"),
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
    ),
    DutyRule(
        Duty.NAMES,
        N_("confirm, change and merge the municipalities and organisations that people named"),
        frozenset({Role.REGIONAL_MANAGER, Role.ADMINISTRATOR}),
    ),
    DutyRule(
        Duty.VENUES,
        N_("keep the list of venues of their region"),
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
    ),
    DutyRule(Duty.SCHOOL_HOLIDAYS, N_("enter the school holidays of their region"), frozenset({Role.REGIONAL_MANAGER})),
    DutyRule(Duty.ACCOUNTS, N_("open, change and close accounts, and regions"), frozenset({Role.ADMINISTRATOR})),
)
