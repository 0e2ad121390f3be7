"""What the audit has codes for, in the words of whoever reads who opened their file. One table for pages and changes.

The words are about the file, never about what stands in it. The log of contacts and the worries about safety are the
coordinator's own notes: that one of them was written may not lead a person to whom it is about, or who told it.
"""

from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import N_, Step

_NOTES = N_("the coordinator's own notes")
_CHOICE = N_("the choice of a coordinator")

#: What a page is about, by the part of its address after the number of the case.
PAGES = {
    "": N_("the page of the conference"),
    "attendance": N_("who was there"),
    "bottom-lines": N_("the bottom lines"),
    "circle": N_("the circle"),
    "consents": N_("the consents"),
    "contact": _NOTES,
    "coordinator": _CHOICE,
    "costs": N_("hours and costs"),
    "follow-ups": N_("the follow-ups"),
    "hand-over": _CHOICE,
    "history": N_("the steps taken"),
    "information": N_("what was told and asked"),
    "links": N_("the personal links"),
    "meeting": N_("the meeting and what is arranged for it"),
    "mine": N_("their own page"),
    "opened": N_("this list"),
    "plan": N_("the plan"),
    "registration": N_("the registration"),
    "safety": _NOTES,
    "steps": N_("a step of the conference"),
    "tasks": N_("their own tasks"),
    "times": N_("the times of the day"),
}
#: What a change is about, by the first word of its code.
CHANGES = {
    "attendance": PAGES["attendance"],
    "avoided_cost": PAGES["costs"],
    "bottom_line": PAGES["bottom-lines"],
    "bottom_lines": PAGES["bottom-lines"],
    "circle": PAGES["circle"],
    "consent": PAGES["consents"],
    "contact": PAGES["contact"],
    "costs": PAGES["costs"],
    "follow_up": PAGES["follow-ups"],
    "information": PAGES["information"],
    "link": PAGES["links"],
    "match": PAGES["coordinator"],
    "meeting": PAGES["meeting"],
    "plan": PAGES["plan"],
    "question": PAGES["information"],
    "registration": PAGES["registration"],
    "safety": PAGES["safety"],
}
#: What was done beside changing a page, by its whole code.
OTHER_ACTIONS = {
    "case.found": N_("found the conference by searching"),
    "case.registered": N_("registered the conference"),
    "link.asked": N_("asked the coordinator to be let in with a personal link"),
    "link.device_forgotten": N_("had a device forgotten at a personal link"),
    "link.entered": N_("came in with their own link"),
    "link.refused": N_("tried to come in at a personal link with a wrong code or answer"),
    "link.turned_away": N_("turned away somebody who wanted to come in with a personal link"),
    "plan.printed": N_("printed the plan"),
    "task.ticked": N_("ticked off a task"),
}
#: For a code that a newer or older program wrote.
UNKNOWN_PAGE = N_("something in the file")
_STEP = "step."


def page_key(address: str) -> str:
    """The part of an address that tells what its page is about: /conferences/<int:conference_id>/circle/7 -> circle."""
    return "".join(address.strip("/").split("/")[2:3]).partition(".")[0]


def changed_page(action: str) -> str:
    """What a change is about."""
    return CHANGES.get(action.partition(".")[0], UNKNOWN_PAGE)


def step_title(action: str) -> str | None:
    """The title of the step that a code tells of."""
    name = action.removeprefix(_STEP)
    return STEP_RULES[Step(name)].title if action.startswith(_STEP) and name in set(Step) else None
