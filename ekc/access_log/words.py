"""The words for audit codes and pages in the access log.

They say which part of the case, never what it contains. An entry must not reveal that something is kept of one person's
own wish, consent or safety, nor when they said it: all that is the coordinator's own notes, on which page and under
which code it may be (`OF_ONE_PERSON`).
"""

from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import N_, Step

_NOTES = N_("the coordinator's own notes")
_CHOICE = N_("who coordinates, and what coordinators said about themselves")
_ACCEPTANCE = N_("said whether the plan is accepted")
_AGREEMENT = N_("wrote down who agrees with the plan")

#: The name of a page, by the part of its URL after the case id.
PAGES = {
    "ask-how": N_("the deadlines, and why they stood still"),
    "": N_("the overview of the conference"),
    "attendance": N_("who was there"),
    "bottom-lines": N_("what the plan has to meet"),
    "circle": N_("who is in the circle, and what is kept of each of them"),
    "consents": _NOTES,
    "contact": _NOTES,
    "coordinator": _CHOICE,
    "costs": N_("the hours and costs of the coordinator"),
    "follow-ups": N_("how it goes with the plan"),
    "hand-over": _CHOICE,
    "dates": N_("which possible dates suit whom"),
    "deadlines": N_("the deadlines, and why they stood still"),
    "history": N_("what was done and decided, and when"),
    "information": N_("what was told and asked"),
    "invitations": N_("who is invited, in which way, and what they answered"),
    "links": N_("who has a personal link"),
    "meeting": N_("when and where people meet, and what is arranged for it"),
    "mine": N_("their own page"),
    "my-circle": N_("their own page"),
    "my-consent": N_("their own page"),
    "my-dates": N_("their own page"),
    "my-invitation": N_("their own page"),
    "my-time-zone": N_("their own page"),
    "my-view": N_("their own page"),
    "not-coming": N_("their own page"),
    "not-safe": N_("their own page"),
    "opened": N_("this list"),
    "papers": N_("the papers of the day: who is expected, when and where, and what is arranged"),
    "plan": N_("the plan"),
    "registration": N_("the registration: why a conference is asked for, and what about"),
    "safety": _NOTES,
    "said": N_("what somebody who is not there wants to say"),
    "steps": N_("a step of the conference"),
    "tasks": N_("their own tasks"),
    "times": N_("when people came and left, and when the family was alone"),
    "to-tell": _NOTES,
    "ways-out": N_("a step of the conference"),
    "wishes": _NOTES,
}
#: Changes of what concerns one person's own wish, consent or safety: audit codes, or the first part of them.
OF_ONE_PERSON = frozenset({"consent", "contact", "match.confirmed", "match.unwanted", "safety", "voice"})
#: The page that a change belongs to, by the first part of its audit code.
CHANGES = {
    "attendance": PAGES["attendance"],
    "avoided_cost": PAGES["costs"],
    "bottom_line": PAGES["bottom-lines"],
    "bottom_lines": PAGES["bottom-lines"],
    "circle": PAGES["circle"],
    "costs": PAGES["costs"],
    "follow_up": PAGES["follow-ups"],
    "information": PAGES["information"],
    "link": PAGES["links"],
    "match": PAGES["coordinator"],
    "meeting": PAGES["meeting"],
    "offer": PAGES["consents"],
    "pause": PAGES["deadlines"],
    "plan": PAGES["plan"],
    "question": PAGES["information"],
    "registration": PAGES["registration"],
    "step_back": PAGES["steps"],
    "view": PAGES["said"],
} | {group: _NOTES for group in OF_ONE_PERSON if "." not in group}
#: Other actions, by their whole audit code.
OTHER_ACTIONS = {
    "case.asked_how": N_("asked the coordinator by email how it goes"),
    "case.found": N_("found the conference by searching"),
    "case.registered": N_("registered the conference"),
    "link.asked": N_("asked the coordinator to be let in with a personal link"),
    "link.device_forgotten": N_("had a device forgotten at a personal link"),
    "link.entered": N_("came in with their own link"),
    "link.refused": N_("tried to come in at a personal link with a wrong code or answer"),
    "link.turned_away": N_("turned away somebody who wanted to come in with a personal link"),
    "plan.acceptance": _ACCEPTANCE,
    "plan.agreement": _AGREEMENT,
    "plan.agreements": _AGREEMENT,
    "plan.bottom_line": N_("wrote down whether the plan meets a bottom line"),
    "plan.printed": N_("printed the plan"),
    "plan.support_answered": N_("answered a request for support"),
    "task.ticked": N_("ticked off a task"),
}
#: For a code that another version of the program wrote.
UNKNOWN_PAGE = N_("something in the file")
_STEP = "step."


def page_key(address: str) -> str:
    """The part of a URL that names its page: /conferences/<int:conference_id>/circle/7 -> circle."""
    return "".join(address.strip("/").split("/")[2:3]).partition(".")[0]


def changed_page(action: str) -> str:
    """The page that a change belongs to."""
    return _NOTES if action in OF_ONE_PERSON else CHANGES.get(action.partition(".")[0], UNKNOWN_PAGE)


def step_title(action: str) -> str | None:
    """The title of the step of this audit code; None for other codes."""
    name = action.removeprefix(_STEP)
    return STEP_RULES[Step(name)].title if action.startswith(_STEP) and name in set(Step) else None
