"""Tests of the test client: it finds forms by their labels, and fails on faulty pages."""

import inspect
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, Response, redirect, request
from werkzeug.datastructures import MultiDict

from tests import pagecheck
from tests.client import PageClient
from tests.page import Page
from tests.pagecheck import POLICY

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Circle</title></head>
<body><main id="main"><h1>Circle</h1>{}</main></body></html>"""

FORM = """
<form method="post" action="/answer">
<input type="hidden" name="csrf_token" value="t0">
<input type="hidden" name="version" value="3">
<label for="name">Name <span>as they like to be called</span></label><input id="name" name="name" value="Riet">
<label for="story">Story</label><textarea id="story" name="story" data-at-most="300"></textarea>
<label for="born">Born</label><input id="born" type="date" name="born">
<label>Relation<select name="relation"><option value="">Choose</option><option value="gm">grandmother</option>
</select></label>
<fieldset><legend>Coming</legend>
<label><input type="radio" name="coming" value="y" checked>Yes</label>
<label><input type="radio" name="coming" value="n">No</label></fieldset>
<fieldset><legend>Needs</legend>
<input type="checkbox" name="needs" value="lift" id="lift" checked><label for="lift">A lift</label>
<input type="checkbox" name="needs" value="sign" id="sign"><label for="sign">Sign language</label></fieldset>
<label for="agree">I agree</label><input type="checkbox" id="agree" name="agree" value="1">
<fieldset><legend>Action 1</legend><label for="w1">Who</label><input id="w1" name="w1"></fieldset>
<fieldset><legend>Action 2</legend><label for="w2">Who</label><input id="w2" name="w2"></fieldset>
<label for="letter">Letter</label><input type="file" id="letter" name="letter">
<button name="then" value="next">Save</button></form>
<ul><li>Riet <a href="/riet">Open</a></li><li>Jo <a href="/jo">Open</a></li></ul>
"""

REFUSAL = (
    '<div class="ds-error-summary" tabindex="-1"><h2>Look again</h2>'
    '<ul><li><a href="#main">Give a name</a></li></ul></div>'
)


def client_for(body: str, received: list[MultiDict[str, str]] | None = None) -> PageClient:
    app = Flask(__name__)
    app.test_client_class = PageClient

    def form_page() -> str:
        return PAGE.format(body)

    def answer() -> Response | tuple[str, int]:
        if request.form.get("name") == "":
            return PAGE.format(REFUSAL).replace("<title>", "<title>Error: "), 422
        assert received is not None
        received.append(request.form)
        received.extend(MultiDict({name: file.filename or ""}) for name, file in request.files.items() if file.filename)
        return Response(status=303, headers={"Location": "/"})

    def away() -> Response:
        return Response(status=303, headers={"Location": "https://elsewhere.example/"})

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "; ".join(sorted(POLICY))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    app.add_url_rule("/", view_func=form_page)
    app.add_url_rule("/jo", endpoint="jo", view_func=form_page)
    app.add_url_rule("/conferences/1", endpoint="case", view_func=form_page)
    app.add_url_rule("/hop", endpoint="hop", view_func=lambda: redirect("/"))
    app.add_url_rule("/away", view_func=away)
    app.add_url_rule("/answer", view_func=answer, methods=["POST"])
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_a_form_is_sent_as_a_browser_would(tmp_path: Path) -> None:
    received: list[MultiDict[str, str]] = []
    client = client_for(FORM, received)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all")
    client.page("/")

    page = client.submit(
        "Save",
        {
            "Name": "Oma Riet",
            "Story": "one\ntwo",
            "Born": date(1950, 2, 1),
            "Relation": "grandmother",
            "Coming": "No",
            "Needs": ["Sign language"],
            "I agree": True,
            "Action 2 / Who": "Jo",
            "Letter": letter,
        },
    )

    assert page.url == "/"
    assert list(received[0].items(multi=True)) == [
        ("csrf_token", "t0"),
        ("version", "3"),
        ("name", "Oma Riet"),
        ("story", "one\r\ntwo"),
        ("born", "1950-02-01"),
        ("relation", "gm"),
        ("coming", "n"),
        ("needs", "sign"),
        ("agree", "1"),
        ("w1", ""),
        ("w2", "Jo"),
        ("then", "next"),
    ]
    assert received[1] == MultiDict({"letter": "letter.txt"})


def test_an_untouched_form_sends_what_it_shows() -> None:
    received: list[MultiDict[str, str]] = []
    client = client_for(FORM, received)
    client.page("/")

    client.submit("Save")

    sent = received[0]
    assert (sent["name"], sent["relation"], sent["coming"], sent.getlist("needs")) == ("Riet", "", "y", ["lift"])
    assert "agree" not in sent


def test_what_a_form_shows_can_be_read() -> None:
    client = client_for(FORM)
    client.page("/")

    form = client.form("Save")

    shown = [form.shown(label) for label in ("Name", "Relation", "Coming", "Needs", "I agree")]
    assert shown == ["Riet", "Choose", ["Yes"], ["A lift"], []]


def test_equal_links_are_told_apart_by_what_stands_beside_them() -> None:
    client = client_for(FORM)
    client.page("/hop")

    assert client.follow("Open", near="Jo").url == "/jo"


@pytest.mark.parametrize(
    ("label", "value", "told"),
    [
        ("Nickname", "x", "has no field 'Nickname'"),
        ("Who", "x", "2 times field 'Who'"),
        ("Relation", "uncle", "does not offer ['uncle']"),
        ("Coming", "Perhaps", "does not offer ['Perhaps']"),
        ("I agree", "yes", "one box to tick"),
    ],
)
def test_a_field_that_is_not_there_fails(label: str, value: str, told: str) -> None:
    client = client_for(FORM)
    client.page("/")

    with pytest.raises(AssertionError) as failure:
        client.submit("Save", {label: value})

    assert told in str(failure.value)


def test_a_refusal_fails_with_the_words_of_the_page() -> None:
    client = client_for(FORM)
    client.page("/")

    with pytest.raises(pytest.fail.Exception, match="Give a name"):
        client.submit("Save", {"Name": ""})


def test_an_expected_refusal_shows_its_errors() -> None:
    client = client_for(FORM)
    client.page("/")

    assert client.refused("Save", {"Name": ""}, status=422).errors == ["Give a name"]


def test_an_expected_refusal_that_does_not_come_fails() -> None:
    client = client_for(FORM, [])
    client.page("/")

    with pytest.raises(AssertionError, match="was accepted"):
        client.refused("Save")


def test_a_redirect_to_another_site_fails() -> None:
    with pytest.raises(AssertionError, match="sends people away"):
        client_for(FORM).page("/away")


END = (
    '<form method="post" action="/links/1"><input type="hidden" name="csrf_token" value="t"><button>End</button></form>'
)
MARKED = (
    '<label for="a" data-weight="medium">A <span class="field__mark" data-mark="{}">mark</span></label><input id="a">'
)
#: Bodies of pages, each with the fault that is planted in it.
BAD = [
    ("<p>one<div>two</p></div>", "not valid HTML"),
    ("<p>never closed", "not valid HTML"),
    ("<table>moved<tbody><tr><th>1</th></tr></tbody></table>", "not valid HTML"),
    ('<p id="a" id="b">twice</p>', "not valid HTML"),
    ("<p>Tea & biscuits</p>", "not valid HTML"),
    ("<p>1 < 2</p>", "not valid HTML"),
    ("<p/>closes itself", "not valid HTML"),
    ("<form><form></form></form>", "not valid HTML"),
    ("<p>\x01</p>", "not valid HTML"),
    ("<p>\U0001fffe</p>", "not valid HTML"),
    ("<p>&#xd800;</p>", "not valid HTML"),
    ("<p>&#x110000;</p>", "not valid HTML"),
    ('<p>ended</p class="twice">', "not valid HTML"),
    ("<p>ended</p/>", "not valid HTML"),
    ('<table><input type="hidden" name="a"><tbody><tr><th>1</th></tr></tbody></table>', "not valid HTML"),
    ('<select aria-label="x"><p>y</p></select>', "not valid HTML"),
    ("<h1>Again</h1>", "2 <h1> instead of one"),
    ("<h3>Deep</h3>", "skips from level 1 to 3"),
    ('<p id="a">1</p><p id="a">2</p>', "id 'a' stands 2 times"),
    ('<form method="post" action="/x"><button>Go</button></form>', "carries 0 CSRF tokens"),
    ('<label for="nowhere">Name</label>', "for='nowhere' of <label> leads nowhere"),
    ('<input name="lonely">', "has no label"),
    ('<p style="color:red">x</p>', "inline style"),
    ("<script>go()</script>", "inline <script>"),
    ('<button onclick="go()">Go</button>', "inline event handler"),
    ('<a href="/x"></a>', "has no name to read out"),
    ('<a href="#gone">Gone</a>', "which is not on the page"),
    ('<img src="/x.png">', "has no alt"),
    ("<table><tbody><tr><td>1</td></tr></tbody></table>", "table without header cells"),
    ("<p>Hello None</p>", "the word None shows"),
    ("<p>%(name)s comes</p>", "'%(' shows in the text"),
    ("<h2></h2>", "an empty <h2>"),
    ('<div class="ds-error-summary"></div>', "of a page with an error summary"),
    ('<p class="flash" tabindex="-1">Saved</p>', "'Saved' does not take focus"),
    (
        '<div class="ds-error-summary"><a href="#b">B</a><a href="#a">A</a></div><p id="a">1</p><p id="b">2</p>',
        "which is not the order of the page",
    ),
    ('<button aria-label="Print version 1">Print (PDF)</button>', "is named 'Print version 1'"),
    (f"<ul><li>Riet {END}</li><li>Jo {END.replace('/1', '/2')}</li></ul>", "2 buttons are named 'End'"),
    (f"<ul><li>{END}{END.replace('/1', '/2')}</li></ul>", "2 buttons are named 'End'"),
    ("<details><summary>More</summary></details>" * 2, "2 folded parts are named 'More'"),
    ('<label for="a"></label><input id="a">', "an empty label (for 'a')"),
    ('<span><form action="/x"></form></span>', "stands in a <span>"),
    ('<label for="a">A</label><input id="a" name="a" maxlength="9">', "cuts what is pasted"),
    ('<label for="a">A</label><textarea id="a" name="a"></textarea>', "does not say how much fits"),
    (f"<form>{MARKED.format('required')}</form>", "more is marked than not"),
    (f"<form>{MARKED.format('optional') * 2}</form>", "marks each of its fields as optional"),
    (f"<form>{MARKED.format('optional')}</form>", "a search with marks"),
    ("<script src='https://elsewhere.example/a.js'></script>", "takes src="),
]
BAD_OF_A_CASE = [
    ("", "does not name the case"),
    ('<p class="words">Wij helpen Riet</p>', "in which language 'Wij helpen Riet' is written, is not said"),
]


@pytest.mark.parametrize(("body", "fault"), BAD)
def test_a_bad_page_cannot_pass(body: str, fault: str) -> None:
    with pytest.raises(pytest.fail.Exception) as failure:
        client_for(body).page("/")

    assert fault in str(failure.value)


@pytest.mark.parametrize(("body", "fault"), BAD_OF_A_CASE)
def test_a_bad_page_of_a_case_cannot_pass(body: str, fault: str) -> None:
    with pytest.raises(pytest.fail.Exception) as failure:
        client_for(body).page("/conferences/1")

    assert fault in str(failure.value)


def test_each_check_of_a_page_has_a_fault_planted() -> None:
    """One that finds nothing anywhere would not be missed otherwise."""
    names = re.findall(r"\*(_\w+)\(page\)", inspect.getsource(pagecheck.faults))
    assert len(names) > 10
    planted = [("/", body) for body, _ in BAD] + [("/conferences/1", body) for body, _ in BAD_OF_A_CASE]
    pages = [Page(PAGE.format(body), url, 200) for url, body in planted]
    assert [name for name in names if not any(list(getattr(pagecheck, name)(page)) for page in pages)] == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda headers: headers.remove("Content-Security-Policy"), "lacks default-src 'none'"),
        (lambda headers: headers.set("Content-Security-Policy", "script-src 'unsafe-inline'"), "adds script-src"),
        (lambda headers: headers.remove("X-Content-Type-Options"), "is not nosniff"),
        (lambda headers: headers.set("Referrer-Policy", "unsafe-url"), "tell addresses to other sites"),
        (lambda headers: headers.set("Cache-Control", "public, max-age=60"), "kept for others"),
    ],
)
def test_weak_headers_cannot_pass(spoil: Callable[[object], None], fault: str) -> None:
    client = client_for("")

    def spoiled(response: Response) -> Response:
        spoil(response.headers)
        return response

    # First in the list is run last.
    client.application.after_request_funcs[None].insert(0, spoiled)

    with pytest.raises(pytest.fail.Exception) as failure:
        client.page("/")

    assert fault in str(failure.value)
