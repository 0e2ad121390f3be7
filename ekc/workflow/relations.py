"""What a relation, as people write it, says about somebody's part in the circle: a guess, which pages ask about.

Nothing is decided by it: whoever adds somebody sees the guess and confirms or corrects it. The page reads the same
table while somebody types (`static/js/circle.js`), so its patterns are those that Python and browsers both read.
"""

import re

from ekc.workflow.birth import CHILD_WORDS, own_relation
from ekc.workflow.vocabulary import Part


def _words(text: str) -> str:
    return rf"\b(?:{'|'.join(text.split())})\b"


_FAMILY = _words(
    r"(?:mother|father|parents?|sister|brother|niece|nephew|cousin|aunt|auntie|uncle|grandmother|grandfather|"
    r"grandparents?|gran|granny|grandma|grandpa)(?:\Win\Wlaw)? "
    r"(?:step|grand|great|god|half)(?:mother|father|sister|brother|aunt|uncle) mum mom dad partner ex \w*\Wpartner "
    r"wife husband spouse relative family "
    r"\w*moeder \w*vader \w*ouders? mama papa \w*zus(?:ter)? \w*broer neef nicht \w*tante \w*oom \w*oma \w*opa "
    r"man vrouw echtgenoot echtgenote verloofde familie"
)
_NEIGHBOUR = _words(r"neighbou?rs? next\Wdoor across\Wthe\Wroad \w*buren \w*buur(?:man|vrouw)? hiernaast")
_FRIEND = _words(r"\w*friends? mate (?:school|jeugd)?vriend(?:in|en|innen)? kennis")
_NETWORK = _words(
    r"\w*coach \w*trainer colleague boss employer classmate babysitter childminder volunteer pastor priest vicar "
    r"imam church mosque club collega werkgever baas klasgenoot oppas\w* gastouder vrijwilliger dominee pastoor "
    r"kerk moskee vereniging"
)
_PROFESSIONAL = _words(
    r"\w*teacher mentor tutor gp doctor nurse midwife therapist psychologist psychiatrist counsellor \w+\Wworker "
    r"guardian officer carer \w*leraar \w*lerares leerkracht juf meester intern\Wbegeleider huisarts arts "
    r"\w*verpleegkundige verloskundige therapeut psycholoog psychiater \w*werk(?:er|ster) \w*hulpverlener \w*voogd "
    r"\w*ambtenaar begeleid(?:er|ster) wijkagent"
)
#: Of a professional who is a neighbour too nothing is guessed: only they know as what they come, and whoever comes as a
#: professional stays outside private time.
_BOTH = rf"(?=.*{_PROFESSIONAL})(?=.*(?:{_NEIGHBOUR}|{_FRIEND}|{_NETWORK}|{_FAMILY}))"
#: From the first that fits on: a "friend of the family" is a friend, a "school friend" as well.
GUESSES: tuple[tuple[Part | None, str], ...] = (
    (Part.CHILD, CHILD_WORDS),
    (Part.INTERPRETER, _words(r"interpreter tolk")),
    (Part.SUPPORTER, _words(r"supporter advocate spokesperson steunfiguur vertrouwenspersoon jim")),
    (None, _BOTH),
    (Part.NEIGHBOUR, _NEIGHBOUR),
    (Part.FRIEND, _FRIEND),
    (Part.NETWORK, _NETWORK),
    (Part.FAMILY, _FAMILY),
    (Part.PROFESSIONAL, _PROFESSIONAL),
)
#: What is no relation but an organisation; whoever is named with one comes as a professional, perhaps.
_ORGANISATION = re.compile(
    _words(
        r"\w*school college \w*team police care association surgery council municipality agency clinic hospital trust "
        r"service services court foundation youth\Wprotection gemeente ggz\w* \w*zorg ziekenhuis kliniek jeugd\w+ "
        r"stichting politie reclassering rechtbank veilig\Wthuis"
    ),
    re.IGNORECASE,
)
_COMPILED = tuple((part, re.compile(words, re.IGNORECASE)) for part, words in GUESSES)


def guessed_part(relation: str) -> Part | None:
    """The part that somebody with this relation perhaps has; None: it says nothing, or two things."""
    own = own_relation(relation)
    return next((part for part, words in _COMPILED if words.search(own)), None)


def part_in_name(name: str) -> Part | None:
    """The part that the first word of a name perhaps says, such as that of Oma Riet or Tolk van het bureau."""
    first = name.split(maxsplit=1)[:1]
    return guessed_part(first[0]) if first and first[0].casefold() != "jim" else None  # a name, and a JIM


def is_organisation(relation: str) -> bool:
    """Whether this is perhaps an organisation for which somebody comes, and says nothing of who they are."""
    own = own_relation(relation)
    return not any(words.search(own) for _part, words in _COMPILED) and bool(_ORGANISATION.search(relation))
