"""Red is for what cannot be undone, and "Save" looks the same everywhere. Read from the templates."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
_CALL = re.compile(r"\b(?:button|confirm|removing|link_button)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", re.DOTALL)
_MACROS = re.compile(r"{% macro .*?%}", re.DOTALL)
_COMMENTS = re.compile(r"{#.*?#}", re.DOTALL)


def calls() -> list[tuple[str, str]]:
    """Each call of a macro that makes a button, and the template in which it stands."""
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        source = _MACROS.sub("", _COMMENTS.sub("", path.read_text("utf-8")))
        found += [(str(path.relative_to(TEMPLATES)), one.group()) for one in _CALL.finditer(source)]
    return found


def test_only_what_cannot_be_undone_is_red() -> None:
    """A part of the plan, a bottom line, a concern and what was told go with their words, a link and a key for good."""
    red = {(path, re.findall(r'_\("([^"]+)"', call)[0]) for path, call in calls() if "danger=True" in call}
    assert red == {
        ("conferences/absent_view.html", "Destroy the picture"),
        ("conferences/_asking.html", "It is not them: end the link"),
        ("conferences/bottom_lines.html", "Take away"),
        ("conferences/links.html", "End the link"),
        ("conferences/person.html", "Take %(name)s out of the circle"),
        ("conferences/safety.html", "Take away"),
        ("evaluations/follow_up.html", "This will not be held"),
        ("plans/part.html", "Take it out of the plan"),
        ("signin/_passkeys.html", "Remove"),
        ("staff/account.html", "Take the second step away"),
    }
    chosen = {(path, call) for path, call in calls() if "danger=" in call and "danger=True" not in call}
    assert chosen == {
        ("components/confirm.html", "button(button_text, danger=danger, about=row)"),
        ("journey/step.html", 'button(title, danger=(rule.target == "closed" and not wish))'),
        ("meetings/information.html", "button(text, variant='tertiary', danger=danger, about=about)"),
        (
            "meetings/information.html",
            "removing(url_for('meetings.not_read_out', conference_id=case.id, reading_id=letter.reading_id), "
            '_("It was not read out"), danger=False, about=letter.name)',
        ),
    }
    by_hand = [path for path in TEMPLATES.rglob("*.html") if re.search(r"<button[^>]*danger", path.read_text("utf-8"))]
    assert [path.name for path in by_hand] == ["button.html"]


def test_save_has_one_colour() -> None:
    saves = [(path, call) for path, call in calls() if call.startswith('button(_("Save')]
    assert saves
    assert [one for one in saves if "secondary" in one[1] or "tertiary" in one[1]] == []
