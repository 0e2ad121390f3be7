"""Words about who sees what: the parts of a case, how far somebody sees one, and what the family shares of its plan."""

from enum import StrEnum


class CasePart(StrEnum):
    """A part of what is kept of a case. Who sees it when: `parts.py`."""

    TITLE = "title"
    FIGURES = "figures"
    QUESTION = "question"
    DAY = "day"
    PRACTICAL = "practical"
    NAMES = "names"
    OWN_DETAILS = "own_details"
    DETAILS = "details"
    CONTACT = "contact"
    SECRET_ADDRESSES = "secret_addresses"  # noqa: S105 - a word, not a password
    SAFETY = "safety"
    VIEWS = "views"
    REGISTRATION = "registration"
    CONSENTS = "consents"
    REQUEST = "request"
    INDEPENDENCE = "independence"
    WAIVERS = "waivers"
    LINKS = "links"
    CONTACT_LOG = "contact_log"
    ARRANGEMENTS = "arrangements"
    INFORMATION = "information"
    BOTTOM_LINES = "bottom_lines"
    PLAN = "plan"
    NEXT_VERSION = "next_version"
    OWN_PLAN = "own_plan"
    ACCEPTANCE = "acceptance"
    SHARING = "sharing"
    NEXT_TIME = "next_time"
    FOLLOW_UPS = "follow_ups"
    COSTS = "costs"
    HISTORY = "history"
    OPENED = "opened"
    ACCOUNTS = "accounts"


class Scope(StrEnum):
    """How far somebody sees a part, the widest first."""

    ALL = "all"
    TOLD = "told"
    OWN = "own"


class PlanSharing(StrEnum):
    """What the family shares of its plan with a referrer or professional."""

    NOTHING = "nothing"
    CONCERNS = "concerns"
    ALL = "all"
