"""Words that are not used any more, and what is said instead; in the catalogue, and in English in what it translates.

The sentences themselves: `tests/test_translations.py`. How the Dutch is written: `docs/translating.md`.
"""

import re
from collections.abc import Iterable

import pytest

from tests.test_translations import BLANK, TRANSLATIONS, forms, read, sentences

#: A pattern, and what to say instead.
DUTCH = (
    (r"\bhaar\b(?! moeder)", "the noun again, *deze*, *die* or *hun*"),
    (r"\b[Zz]e (is|was|wordt|begint|begon|heeft|wil|kan|mag|eindigt|eindigde|staat|terugkijkt)\b", "the noun again"),
    (r"\bhij of zij\b|\bhem of haar\b", "deze persoon, or the role"),
    (r"\bveranderd?(en)?\b|\b[Vv]erander (je|het|dit|ze)\b", "wijzigen"),
    (r"\b[Vv]erbeter", "corrigeren"),
    (r"\b([Gg]e)?[Pp]rint(en|t)?\b", "afdrukken"),
    (r"\b[Vv]erwijzers?\b", "aanmelder"),
    (r"\b[Pp]rofessionals?\b", "beroepskracht"),
    (r"\b[Tt]oegangssleutels?\b", "passkey"),
    (r"\b[Vv]ierkant", "QR-code"),
    (r"\b[Ss]tand(en)?\b", "status"),
    (r"\bde kamer\b", "de ruimte"),
    (r"\b[Dd]atums\b", "data"),
    (r"\b[Aa]an de beurt\b", "nu te doen, or uiterlijk"),
    (r"\bjou nodig\b", "nu te doen"),
    (r"\b[Cc]ontactlogboek\b", "logboek"),
    (r"\b[Bb]elronde\b", "nabellen"),
    (r"\b[Ff]amilieconferentie\b", "Eigen Kracht-conferentie"),
    (r"^Bewaren|^De .* bewaren$", "opslaan"),
    (
        r"^(Kiezen|Noteren|Opschrijven|Opslaan|Verbeteren) (dat|hoe|wanneer|wat|wie)\b",
        "Kies ..., Schrijf op ..., or a noun",
    ),
    (r"^Gedaan: ", "what is so now"),
    (r"\blinks? (van .* )?beëindigen\b|\bbeëindig de link\b", "intrekken"),
    (r"\b[Ll]os(maken|gemaakt)\b|\bmaakt? (het )?los\b|\bMaak los\b", "de koppeling verwijderen"),
    (r"\bgewoonte in het veld\b", "gebruikelijk"),
    (r"\b(niemand|niets|plan staat|voorwaarden staan|wensen|zorgen) op papier\b", "genoteerd"),
    (r"\bnagegaan\b|\bplan naast\b", "getoetst"),
    (r"\bnog moet komen\b|\bmoet nog komen\b", "in de toekomst"),
    (r"\baccepteerde dit plan\b", "zei ja tegen dit plan"),
    (r"\bvoor (je|jou) (dicht|open)\b", "kunnen openen"),
    (r"\bGeen account past\b|\bNiets past\b", "niet gevonden"),
    (r"\b(mensen|niemand|nog niet) (zijn |is )?(nog niet )?over het plan gevraagd\b", "gevraagd of ze het eens zijn"),
    (r"\bzit naast zichzelf\b", "de eigen steunfiguur"),
    (r"\bgeweigerd\b", "konden een pagina niet openen"),
    (r"\bdruk op\b|\bDruk op\b", "tik op"),
    (r"\b[Aa]lles is gehouden\b|^(niet )?gehouden$", "gedaan"),
    (r"\bin het vooruitzicht\b", "gepland"),
    (r"\bopnieuw bewaren\b|\bis bewaard\.", "opgeslagen"),
    (r"(?<![-\w])[Mm]ailadres", "e-mailadres"),
    (r"\b[Vv]raag het (de|een|elke|hun|je)\b", "Vraag het aan ..."),
    (r"^(Er staat nu|Genoteerd is)\b", "Er is genoteerd"),
    (r"\bvolgens de contacten\b|\bbij de contacten\b", "het logboek"),
    (r"\b[Vv]ervolgmoment", "nabellen, evaluatie"),
    (r"\bvan een afstand\b", "op afstand"),
    (r"\bopnieuw samen\b", "opnieuw bij elkaar"),
    (r"^Schrijf (een|de|je) (\w+ )?(adres|code|dag|e-mailadres|naam|nummer|wachtwoord)\b", "Vul ... in"),
    (r"\b[Hh]oever\b", "hoe ver"),
    (r"\bOveral elders\b", "op alle andere apparaten"),
    (r"[‘’]", "' in a word, “ ” around words"),
    (r"\blopende dossiers?\b", "lopende conferentie"),
)
ENGLISH = (
    (r"^Done: ", "what is so now"),
    (r"\b[Aa]s what they come\b", "their role"),
    (r"^Several told\b|^Told today$", "What did you hear?"),
    (r"\bChoose this date at once\b", "Set this date"),
    (r"\bDates that people\b", "Possible dates"),
    (r"\brests( on)?\b", "where the figure comes from"),
    (r"\bcustom of the field\b", "usual practice"),
    (r"^(To|Go to) the circle$", "Open the circle"),
    (r"\b[Oo]f their own accord\b", "voluntary"),
    (r"\b[Dd]evice (that does not say|we do not know)\b", "unknown device"),
    (r"^Come in$", "Open my page"),
    (r"^Be ", "Continue as"),
    (r"\b[Uu]nt(ie[sd]?|ying)\b|\ba tie\b", "unlink, a link"),
    (r"\bwhat was found\b|^Keep (hours|this|what)\b", "the report, Save, Use"),
    (r"\b[Ff]amily and their people\b", "Family and network"),
    (r"\bbeside themselves\b", "their own supporter"),
    (r"\bneeds you now\b", "You have nothing to do now"),
    (r"\bIt leads to\b", "It opens"),
    (r"\bheld against\b", "checked against"),
    (r"\b[Ss]tands? (in|on|there|with)\b|\bOn .* stands\b", "is in, is on, says"),
    (r"\banew\b", "again"),
    (r"\bfrom afar\b", "from elsewhere"),
    (r"\b(plans?|slips?|codes?|those) of (before|then)\b", "earlier"),
    (r"\b([Aa]nother|[Tt]heir|[Tt]hat) part( now)?$|\b[Pp]art in the circle\b|\banother part now\b", "role"),
    (r"\bsquare to scan\b|\bscan the square\b", "QR code"),
    (r"^You (are|chose|do|forgot|have|lost|take)\b[^.]*\?", "Are you ...? Did you ...? Do you ...?"),
    (r"^Nobody (?!is)[a-z]+ (their own|themselves)\b", "You cannot ..."),
    (r"(^|[.:] )Who (?!to)[^?.]*\.( |$)|\b(of|also|circle) who (does|leaves|died)\b|^Who does\b[^?]*$", "whoever"),
    (r"\b(account|follow-up)s? fits?\b|\bname fits\b", "found"),
    (r"\bgo on on\b|(?<!signed )\bin on that device\b", "continue on, signed in on"),
    (r"\b[Ee]-mail|(?<![.@/-])\b[Mm]ails?\b(?! server)", "email"),
)


def still_said(texts: Iterable[str], retired: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """The texts with a word that is not used any more, each with what to say instead."""
    return [
        (text, instead) for text in texts for pattern, instead in retired if re.search(pattern, BLANK.sub("", text))
    ]


def said(*, translated: bool) -> list[str]:
    """Every sentence of the catalogue, in Dutch or as it is in the source."""
    catalogue = read(TRANSLATIONS / "nl" / "LC_MESSAGES" / "messages.po")
    return [pair[translated] for message in sentences(catalogue) for pair in forms(message)]


def test_a_retired_word_is_seen() -> None:
    assert still_said(["Het vierkant scannen", "De QR-code scannen"], DUTCH) == [("Het vierkant scannen", "QR-code")]


@pytest.mark.parametrize(("translated", "retired"), [(True, DUTCH), (False, ENGLISH)], ids=["dutch", "english"])
def test_retired_words_are_not_said(translated: bool, retired: tuple[tuple[str, str], ...]) -> None:
    assert still_said(said(translated=translated), retired) == []


#: Where there is one main person alone, or where the page says otherwise if there are more.
OF_ONE = {
    "%(name)s is the only main person. Add another main person first, or stop the case.",
    "Say who the main person is.",
    "Stop: the main person died or left",
    "The main person said yes to %(name)s.",
    "The main person would rather have another coordinator than %(name)s, and need not say why.",
    "The main person would rather have somebody else than %(name)s.",
    "The main person. There can be several, such as two parents, or one of each side in a conflict. The others join "
    "the circle later.",
    "The plan is the family's. The main person says who reads it.",
    "Write the name of the main person.",
    "You are the only main person now, so you decide.",
    "the main person died",
    "the main person left",
}


def test_a_sentence_about_the_main_person_has_another_for_two() -> None:
    catalogue = read(TRANSLATIONS / "nl" / "LC_MESSAGES" / "messages.po")
    about = re.compile(r"\b(the|only) main person\b|\bde hoofdpersoon\b", re.IGNORECASE)
    alone = {
        message.id
        for message in sentences(catalogue)
        if isinstance(message.id, str) and about.search(f"{message.id} {message.string}")
    }
    ended = {said for said in alone if "main person died or left" in said}
    assert alone - ended == OF_ONE - ended
