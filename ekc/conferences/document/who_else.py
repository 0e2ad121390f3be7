"""Questions that help to find who else cares, by kind of relation: for the conversation, and on paper to write on."""

from dataclasses import dataclass

from ekc.core.documents import DocumentRule
from ekc.workflow.vocabulary import N_, Activity

#: Each kind of relation with its questions, from near to far.
WHO_ELSE: tuple[tuple[str, str], ...] = (
    (
        N_("Family"),
        N_(
            "Who comes to a birthday or a funeral? Whom have you not seen for long, and would like to see? Who "
            "are the children's relatives, on the other side?"
        ),
    ),
    (
        N_("Friends"),
        N_(
            "Who rings you, or sends you a message? Whom did you tell the last good news? Who would come at night? "
            "Who knew you before it went wrong?"
        ),
    ),
    (
        N_("Neighbours"),
        N_(
            "Who has a key? Who notices when your curtains stay closed? Who takes in a parcel, or the children?",
        ),
    ),
    (
        N_("School, work, club, faith"),
        N_(
            "Who asks how you are? Which parent stands beside you at school? Which teacher, coach or colleague was "
            "good to you?"
        ),
    ),
    (
        N_("Who was there before"),
        N_(
            "A foster parent, a youth leader, a former partner, somebody who helped you once: who would be glad to "
            "be asked?"
        ),
    ),
    (
        N_("Far away"),
        N_("Who could ring, write or join by video? Who has a say, though you seldom meet?"),
    ),
    (
        N_("Online"),
        N_("With whom do you play, chat or share pictures? Who answers when you write that it is a bad day?"),
    ),
)


@dataclass(frozen=True, slots=True)
class WhoElse:
    """The values of the paper: the questions alone, and nobody's name."""

    language: str
    number: str


WHO_ELSE_PAPER = DocumentRule(
    name="who_else",
    title=N_("Who else cares, on paper"),
    values=WhoElse,
    activity=Activity.SEE_REGISTRATION,
    template="conferences/who_else_document.html",
    context=lambda _values: {"groups": WHO_ELSE},
    stylesheets=("who_else.css",),
    filename="{case}-who-else.pdf",
    unprintable=N_("The questions cannot be printed now. Read them on the page of the circle. (%(why)s)"),
)
