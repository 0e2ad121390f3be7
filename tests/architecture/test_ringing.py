"""Where somebody is told to ring, the page has a number: of whom they ring, or of the service. From the templates."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
_SAID = re.compile(r'_\("((?:\\.|[^"])*)"|{% trans %}(.*?){% endtrans %}', re.DOTALL)
_TELLS = re.compile(r"\b[Rr]ing\b(?! (you|for|to)\b)")
_NUMBER = re.compile(r"\bltr_call\(|\bring\(|\bnumber_of\(|core/_service\.html|links/_approver\.html|[._]phone\b")
#: Sentences that tell nobody to ring now.
_NOT_TOLD = {
    "Who gets a call when something good happens? Who has a key? Who would come at night? Who was there before, and "
    "would like to be asked? Who is far away, and could ring or write?",
    "A slip with a QR code to scan, what to do step by step, and whom to ring.",
    "Cannot come? Ring Omar before five",
    "The number to ring or the link, without day and time: those can still change. Whoever takes part so reads it.",
}


def told(source: str) -> set[str]:
    """The sentences of a template that tell its reader to ring."""
    said = {first or second for first, second in _SAID.findall(source)}
    return {one for one in said if _TELLS.search(one)} - _NOT_TOLD


def test_a_page_that_tells_to_ring_has_a_number() -> None:
    tells = {path: told(path.read_text("utf-8")) for path in sorted(TEMPLATES.rglob("*.html"))}
    assert len([path for path, sentences in tells.items() if sentences]) > 10
    without = {path.name: said for path, said in tells.items() if said and not _NUMBER.search(path.read_text("utf-8"))}
    assert without == {}
