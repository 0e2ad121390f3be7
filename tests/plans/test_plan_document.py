"""The printed plan has everything that the family agreed; values, page and PDF are the same."""

import dataclasses
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pikepdf
import pytest

from ekc.core.documents import document_html, document_pdf
from ekc.core.language import using
from ekc.plans import document
from ekc.plans.document import (
    PLAN,
    PlanDocument,
    PrintedAction,
    PrintedAgreement,
    PrintedGoal,
    PrintedWhatIf,
    Said,
    from_json,
    to_json,
)
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer
from tests import markup
from tests.plans.printed import DE_WIT, EMPTY
from tests.stories.paper import words_of

# WeasyPrint 70 leaves the colour profile it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")


def plan_html(plan: PlanDocument) -> str:
    """The HTML: names and dates in the language of the plan, fixed sentences in the active language."""
    return document_html(PLAN, plan)


def plan_pdf(plan: PlanDocument) -> bytes:
    return document_pdf(PLAN, plan)


def words(html: str) -> str:
    """All visible text, with single spaces."""
    tree = markup.parsed(html)
    assert markup.faults(html, tree) == []
    [body] = tree.iter("body")
    return " ".join("".join(body.itertext()).split())


def blanks(html: str) -> int:
    return html.count('<span class="blank')


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def plain_values(value: Any) -> list[str]:
    """All texts in the values, at any depth."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in plain_values(item)]
    if isinstance(value, tuple):
        return [text for item in value for text in plain_values(item)]
    return [value] if isinstance(value, str) and value else []


def test_every_text_of_the_plan_stands_on_the_page() -> None:
    coded = {"nl", "family", "network", "professional", "agreed", "week", "none"}  # printed in other words, see below
    seen = words(plan_html(DE_WIT))
    texts = [text for text in plain_values(dataclasses.asdict(DE_WIT)) if text not in coded]
    assert [text for text in texts if text not in seen] == []
    assert len(texts) > 35


def test_says_when_in_the_language_of_the_plan() -> None:
    with using("nl"):
        html = words(plan_html(DE_WIT))
    assert "Elke week, vanaf zondag 19 april" in html
    assert "Uiterlijk maandag 4 januari 2027" in html  # a year other than the version's is printed
    assert "Eén keer, vanaf maandag 4 mei" in html
    assert html.count("zaterdag 10 oktober 2026, 14.05 uur") == 2  # on the page and at the foot of each page
    assert "zaterdag 18 april 2026" in html
    assert "zondag 12 juli 2026" in html
    assert html.count("versie 2 van zaterdag 11 juli 2026") == 2


@pytest.mark.parametrize(
    ("every", "said"),
    [
        ("day", "Every day, from Friday 29 May"),
        ("schoolday", "Every school day, from Friday 29 May"),
        ("week", "Every week, from Friday 29 May"),
        ("fortnight", "Every two weeks, from Friday 29 May"),
        ("month", "Every month, from Friday 29 May"),
        ("when_needed", "When it is needed, from Friday 29 May"),
    ],
)
def test_says_how_often(every: Any, said: str) -> None:
    action = dataclasses.replace(EMPTY.goals[0].actions[0], starts=date(2026, 5, 29), every=every)
    plan = dataclasses.replace(EMPTY, goals=(PrintedGoal("Quiet", (action,)),))
    assert said in words(plan_html(plan))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("agreed", "We asked for this help. The answer is yes. In their words: not on Mondays"),
        ("declined", "We asked for this help. The answer is no. In their words: not on Mondays"),
        ("pending", "We asked for this help. There is no answer yet. In their words: not on Mondays"),
    ],
)
def test_says_what_was_answered_to_a_request(answer: Any, said: str) -> None:
    action = dataclasses.replace(EMPTY.goals[0].actions[0], answer=answer, answer_words="not on Mondays")
    plan = dataclasses.replace(EMPTY, goals=(PrintedGoal("Quiet", (action,)),))
    assert said in words(plan_html(plan))


SAYS = {
    "yes": "Kees de Wit: agrees. “Not on Sundays”",
    "part": "Kees de Wit: agrees with part of it. “Not on Sundays”",
    "no": "Kees de Wit: does not agree. “Not on Sundays”",
    "not_asked": "Kees de Wit: not asked yet. “Not on Sundays”",
    "side_not_asked": "Kees de Wit: nobody of this side has been asked yet. “Not on Sundays”",
}


@pytest.mark.parametrize("answer", [one for one in get_args(Said) if one])
def test_says_yes_in_part_no_and_not_asked_in_words(answer: Any) -> None:
    plan = dataclasses.replace(EMPTY, agreed=(PrintedAgreement("Kees de Wit", "Not on Sundays", answer),))

    html = words(plan_html(plan))

    assert f"What everyone says of this plan {SAYS[answer]}" in html
    assert "Who agreed" not in html
    assert from_json(to_json(plan)) == plan


def test_says_per_bottom_line_whether_the_plan_meets_it() -> None:
    html = words(plan_html(DE_WIT))
    assert "Elke nacht is er een volwassene. The plan does this." in html
    assert "Daan gaat elke dag naar school. The plan does not do this yet." in html
    assert "Niemand komt op foto's. Not looked at yet." in html


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("family", "family"), "The family does all actions itself."),
        (("family", "family", "professional"), "The family does 2 of the 3 actions itself."),
        (("family", "network"), "Family, friends and neighbours do all actions themselves."),
        (("network", "professional"), "Family, friends and neighbours do 1 of the 2 actions themselves."),
        (("professional",), ""),
        ((), ""),
    ],
)
def test_says_how_much_of_the_plan_the_family_does_itself(kinds: tuple[Any, ...], said: str) -> None:
    actions = tuple(dataclasses.replace(EMPTY.goals[0].actions[0], kind=kind) for kind in kinds)

    html = words(plan_html(dataclasses.replace(EMPTY, goals=(PrintedGoal("Quiet", actions),))))

    assert re.findall(r"(?:The|Family,) [\w ,]+ actions (?:itself|themselves)\.", html) == ([said] if said else [])


def test_the_box_is_found_from_the_foot_of_each_page() -> None:
    html = plan_html(DE_WIT)
    assert '<section class="wrong" id="wrong">' in html
    assert 'If it goes wrong: page <span class="wrong-page"></span>' in html


def test_what_is_not_known_yet_is_a_line_to_write_on() -> None:
    html = plan_html(EMPTY)
    # date, place and convenor of the evaluation; who and when of the action; whom to ring and the number;
    # if and then; four names; who accepted
    assert blanks(html) == 14
    assert "None" not in words(html)
    assert "," not in words(html).replace("Family, friends", "")
    assert len(opened(plan_pdf(EMPTY)).pages) == 2


def test_a_full_plan_asks_for_a_telephone_number_by_hand_and_for_nothing_else() -> None:
    assert blanks(plan_html(DE_WIT)) == 1


def test_a_plan_without_goals_or_actions_still_prints() -> None:
    no_actions = dataclasses.replace(EMPTY, goals=(PrintedGoal("Quiet", ()),))
    assert blanks(plan_html(no_actions)) == 13
    assert blanks(plan_html(dataclasses.replace(EMPTY, goals=()))) == 13


def test_mirrors_the_page_for_those_who_read_from_the_right() -> None:
    assert '<html lang="en" dir="ltr">' in plan_html(EMPTY)
    assert '<html lang="ar" dir="rtl">' in plan_html(dataclasses.replace(EMPTY, language="ar"))


def test_words_of_the_family_cannot_become_markup() -> None:
    plan = dataclasses.replace(
        EMPTY, question='<img src="file:///etc/passwd"> & <b>', title="{{ plan }} %(title)s </title>"
    )
    assert '<img src="file:///etc/passwd"> & <b>' in words(plan_html(plan))
    with opened(plan_pdf(plan)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Plan: {{ plan }} %(title)s </title>, EKC-2026-0008"


def test_the_json_is_canonical_and_comes_back_equal() -> None:
    written = to_json(DE_WIT)
    assert from_json(written) == DE_WIT
    assert from_json(to_json(EMPTY)) == EMPTY
    values = json.loads(written)
    assert values["format"] == "ekc-plan/1"
    assert values["evaluation"]["at"] == "2026-10-10T14:05:00"
    assert json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == written
    assert "Yıldız".encode() in written


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", "ekc-plan/9"), ("version", "2"), ("agreed", None), ("surprise", 1), ("goals", [{"text": "x"}])],
)
def test_json_of_another_shape_is_refused(key: str, value: Any) -> None:
    values = {**json.loads(to_json(EMPTY)), key: value}
    with pytest.raises(ValueError, match=r"is not|This is not|Missing or unknown"):
        from_json(json.dumps(values).encode())


def test_the_pdf_carries_the_plan_and_says_what_it_is() -> None:
    pdf = opened(plan_pdf(DE_WIT))
    assert from_json(pdf.attachments["plan.json"].get_file().read_bytes()) == DE_WIT
    assert str(pdf.Root.Lang) == "nl"
    assert str(pdf.docinfo["/Title"]) == "Plan: Familie De Wit - El Amrani, EKC-2026-0007"
    assert str(pdf.docinfo["/CreationDate"]) == "D:20260711"
    figures = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == ["Drie cirkels die hun midden delen"]
    with pdf.open_metadata() as metadata:
        assert [metadata["pdfaid:part"], metadata["pdfuaid:part"]] == ["3", "1"]


def test_equal_plans_print_equal_bytes_and_another_plan_does_not() -> None:
    first, again = plan_pdf(DE_WIT), plan_pdf(from_json(to_json(DE_WIT)))
    other = plan_pdf(dataclasses.replace(DE_WIT, monitor="Sanne Bos"))
    assert first == again
    with opened(first) as one, opened(other) as two:
        assert bytes(one.trailer.ID[0]) != bytes(two.trailer.ID[0])


@pytest.mark.parametrize("name", ["Ibrahim Yıldız", "Łukasz Żółć", "Олена Ґудзь", "فاطمة العمراني", "ሰላም ተስፋይ"])
def test_prints_names_in_the_scripts_we_promise(name: str) -> None:
    assert len(opened(plan_pdf(dataclasses.replace(EMPTY, monitor=name))).pages) == 2


def test_names_do_not_break_and_words_from_right_to_left_stand_apart() -> None:
    goals = (PrintedGoal("3 عند ب.", (PrintedAction("1.1", ("Jan van 't Hof",), "Kookt", "family"),)),)

    words = words_of(plan_pdf(dataclasses.replace(EMPTY, title="Familie De la Cruz - van den Berg", goals=goals)))

    together = ("De\xa0la\xa0Cruz", "van\xa0den\xa0Berg", "Jan van\xa0't\xa0Hof")
    assert [name for name in together if name not in words] == []
    assert "1\xa0.ب دنع 3" in words  # number of the goal, sentence as printed


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_word_without_end_stays_on_the_paper() -> None:
    from weasyprint import CSS, HTML

    word = "W" * 200
    action = PrintedAction("1.1", (word,), word, "family", answer="agreed", answer_words=word)
    plan = dataclasses.replace(
        DE_WIT, title=word, question=word, monitor=word, goals=(PrintedGoal(word, (action,)),),
        what_ifs=(PrintedWhatIf(word, word, (word,)),), agreed=(PrintedAgreement(word, word, "part"),),
    )  # fmt: skip
    styles = [CSS(filename=Path("ekc/static/print") / name) for name in ("paper.css", "plan.css")]

    pages = HTML(string=document_html(PLAN, plan)).render(stylesheets=styles).pages

    written = [
        box for page in pages for box in page._page_box.descendants() if box.element_tag and hasattr(box, "text")
    ]
    edge = pages[0].width - 20 / 25.4 * 96  # the margin
    assert [box.text for box in written if box.position_x + box.width > edge + 1] == []


def test_a_letter_we_cannot_print_becomes_a_mark_and_stays_in_the_data() -> None:
    named = dataclasses.replace(EMPTY, monitor="李 ש")
    with opened(plan_pdf(named)) as pdf:
        assert pdf.attachments["plan.json"].get_file().read_bytes() == to_json(named)
    marked = dataclasses.replace(EMPTY, monitor="\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}")
    assert len(plan_pdf(marked)) > 0  # our fonts have the mark


def test_the_stylesheets_keep_to_twelve_points_and_to_what_is_fast() -> None:
    sheets = {sheet.name: sheet.read_text() for sheet in Path("ekc/static/print").glob("*.css")}
    styles = "".join(sheets.values())
    sizes = {(name, size) for name, sheet in sheets.items() for size in re.findall(r"font-size: ([^;]+)", sheet)}
    assert min(float(size.removesuffix("pt")) for _, size in sizes if size.endswith("pt")) == 12
    # What stands in a picture is smaller; the list below it says the same.
    assert {name for name, size in sizes if not size.endswith("pt")} == {"ecomap.css"}
    rules = [rule for rule in ("flex", "grid", "table", "float", "@font-face", "url(http") if f": {rule}" in styles]
    assert rules == []


def test_the_paper_knows_every_word_of_an_action() -> None:
    assert set(get_args(document.Kind)) == set(ActionKind)
    assert set(get_args(document.Every)) == set(Every)
    assert set(get_args(document.Answer)) == {"none", *SupportAnswer}
