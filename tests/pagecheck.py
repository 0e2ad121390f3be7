"""Checks that every HTML page must pass, made on every response a test gets.

A failure is a fault of the product, whatever the test is about. Contrast, focus and overflow need a real browser and
are checked in `tests/look.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from werkzeug.datastructures import Headers

from tests.page import Page, text_of

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
NAMELESS_INPUTS = ("hidden", "submit", "image", "button", "reset")
REFERENCES = {"for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage"}
#: These name an address.
TARGETS = {"src", "href", "action", "formaction"}
#: The page to hand over the cases of somebody who leaves is about several.
_OF_A_CASE = re.compile(r"/conferences/\d+(?:/(?!hand-over/)|$)")
_NUMBERED = re.compile(r" · [A-Z]{3}-\d{4}-\d{4} · ")
# Python or Jinja syntax in visible text.
SEAMS = ("{{", "{%", "%(", "<ekc.", "LazyString", "Undefined", "Markup(", "datetime.")


def faults(page: Page) -> list[str]:
    """Everything wrong with this page, in words; empty for a good one."""
    return [
        *page.syntax,
        *_outline(page),
        *_told(page),
        *_summary(page),
        *_names(page),
        *_rows(page),
        *_folded(page),
        *_references(page),
        *_controls(page),
        *_room(page),
        *_marks(page),
        *_policy(page),
        *_seams(page),
    ]


def header_faults(headers: Headers) -> list[str]:
    """What is wrong with the headers of an HTML answer."""
    policy = {part.strip() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()}
    found = [f"Content-Security-Policy lacks {part}" for part in sorted(POLICY - policy)]
    found += [f"Content-Security-Policy adds {part}" for part in sorted(policy - POLICY)]
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("X-Content-Type-Options is not nosniff")
    if headers.get("Referrer-Policy") not in ("no-referrer", "same-origin"):
        found.append("Referrer-Policy would tell addresses to other sites")
    if "public" in headers.get("Cache-Control", ""):
        found.append("Cache-Control lets a page be kept for others")
    return found


def _outline(page: Page) -> Iterator[str]:
    root = page.tree
    if not root.get("lang"):
        yield "<html> has no lang"
    if not page.title:
        yield "no <title>"
    for tag in ("h1", "main"):
        count = len(page.all(tag))
        if count != 1:
            yield f"{count} <{tag}> instead of one"
    depth = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if level > depth + 1:
            yield f"heading {text_of(heading)!r} skips from level {depth} to {level}"
        if not text_of(heading):
            yield f"an empty <{heading.tag}>"
        depth = level
    for table in page.all("table"):
        if not any(True for _ in table.iter("th")):
            yield "a table without header cells"
    for image in page.all("img"):
        if "alt" not in image.attrib:
            yield f"image {image.get('src')!r} has no alt"


def _told(page: Page) -> Iterator[str]:
    """What is heard first: the title says which case it is about and that a form came back; a result takes focus."""
    wrong = any("ds-error-summary" in node.get("class", "").split() for node in page.nodes)
    if page.title.startswith(("Error: ", "Fout: ")) is not wrong:
        yield f"the title {page.title!r} of a page {'with' if wrong else 'without'} an error summary"
    if _OF_A_CASE.match(page.url) and page.status in (200, 422) and not _NUMBERED.search(page.title):
        yield f"the title {page.title!r} does not name the case"
    flashes = [node for node in page.nodes if "flash" in node.get("class", "").split()]
    if _OF_A_CASE.match(page.url) and page.status == 200:
        for node in page.nodes:
            if "words" in node.get("class", "").split() and not {"lang", "dir"} & {*node.attrib}:
                yield f"in which language {text_of(node)[:80]!r} is written, is not said"
    for node in flashes[: not wrong]:
        if "autofocus" not in node.attrib or node.get("tabindex") != "-1":
            yield f"{text_of(node)!r} does not take focus"


def _summary(page: Page) -> Iterator[str]:
    """The links of an error summary stand in the order of the fields that they lead to."""
    place = {node.attrib["id"]: n for n, node in enumerate(page.nodes) if "id" in node.attrib}
    for summary in (node for node in page.nodes if "ds-error-summary" in node.get("class", "").split()):
        links = [node.get("href", "")[1:] for node in summary.iter("a")]
        if (places := [place[link] for link in links if link in place]) != sorted(places):
            yield f"the error summary leads to {links}, which is not the order of the page"


def _names(page: Page) -> Iterator[str]:
    """Who speaks to the browser says what they see: a name has the words that are shown."""
    for node in page.all("a", "button"):
        seen, name = text_of(node), page.name_of(node)
        if seen.casefold() not in name.casefold():
            yield f"{seen!r} is named {name!r}"


def _rows(page: Page) -> Iterator[str]:
    """Whoever goes from button to button hears what each is about: no two of a name do different things.

    Unless nobody sees a difference either: they stand in rows of the same words.
    """
    found: dict[str, dict[tuple[str, ...], Element]] = {}
    for button in page.all("button"):
        form = next((node for node in page.around(button) if node.tag == "form"), None)
        if "form" in button.attrib:
            form = page.ids.get(button.attrib["form"])
        if form is not None:
            row = next((node for node in page.around(button) if node.tag in ("li", "tr")), page.tree)
            does = (form.get("action", ""), button.get("name", ""), button.get("value", ""))
            found.setdefault(page.name_of(button), {})[does] = row
    for name, rows in found.items():
        if len(rows) > 1 and (len(set(rows.values())) < len(rows) or len(set(map(text_of, rows.values()))) > 1):
            yield f"{len(rows)} buttons are named {name!r}"


def _folded(page: Page) -> Iterator[str]:
    """No two lines that unfold something have one name."""
    for name, count in Counter(map(text_of, page.all("summary"))).items():
        if count > 1:
            yield f"{count} folded parts are named {name!r}"


def _references(page: Page) -> Iterator[str]:
    counts = Counter(node.attrib["id"] for node in page.nodes if "id" in node.attrib)
    yield from (f"id {name!r} stands {count} times" for name, count in counts.items() if count > 1)
    for node in page.nodes:
        for attribute in REFERENCES & node.attrib.keys():
            for name in node.attrib[attribute].split():
                if name not in counts:
                    yield f"{attribute}={name!r} of <{node.tag}> leads nowhere"
        target = node.get("href", "") if node.tag == "a" else ""
        if target.startswith("#") and target[1:] not in counts:
            yield f"link {page.name_of(node)!r} leads to {target!r}, which is not on the page"


def _controls(page: Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") in NAMELESS_INPUTS:
            continue
        wrapped = any(block.tag == "label" for block in page.around(control))
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (wrapped or named or (control.get("id") and control.get("id") in labelled)):
            yield f"<{control.tag} name={control.get('name')!r}> has no label"
    for label in page.all("label"):
        if not text_of(label):
            yield f"an empty label (for {label.get('for')!r})"
    for node in page.all("a", "button"):
        if not page.name_of(node):
            yield f"<{node.tag} href={node.get('href')!r} name={node.get('name')!r}> has no name to read out"
    for form in page.all("form"):
        if inline := [block.tag for block in page.around(form) if block.tag in ("span", "p")]:
            yield f"the form to {form.get('action')!r} stands in a <{inline[0]}>"
        if form.get("method", "get").lower() == "post":
            tokens = [c.get("value") for c in page.controls_of(form) if c.get("name") == "csrf_token"]
            if len(tokens) != 1 or not tokens[0]:
                yield f"form to {form.get('action')!r} carries {len(tokens)} CSRF tokens instead of one"


def _room(page: Page) -> Iterator[str]:
    """No text is cut, and each area of text says how much fits."""
    for control in page.all("input", "textarea"):
        if "maxlength" in control.attrib:
            yield f"<{control.tag} name={control.get('name')!r}> cuts what is pasted"
        if control.tag == "textarea" and "data-at-most" not in control.attrib:
            yield f"<textarea name={control.get('name')!r}> does not say how much fits"


def _marks(page: Page) -> Iterator[str]:
    """Of a form either the fields that may stay empty are marked, or those that may not: whichever are fewer. Where all
    may stay empty, one sentence says so.

    A search has no marks.
    """
    for form in page.all("form"):
        marks = Counter(span.get("data-mark") for span in form.iter("span") if span.get("class") == "field__mark")
        asked = sum(node.tag in ("label", "legend") and "data-weight" in node.attrib for node in form.iter())
        if len(marks) > 1 or marks["required"] * 2 > asked:
            yield f"a form in which more is marked than not, or both kinds are: {form.get('action')}"
        if 1 < marks["optional"] == asked:
            yield f"a form that marks each of its fields as optional: {form.get('action')}"
        if marks and form.get("method") != "post":
            yield f"a search with marks: {form.get('action')}"


def _policy(page: Page) -> Iterator[str]:
    """What the Content-Security-Policy would block."""
    for node in page.nodes:
        if "style" in node.attrib:
            yield f"<{node.tag}> has an inline style"
        if any(name.startswith("on") for name in node.attrib):
            yield f"<{node.tag}> has an inline event handler"
        if node.tag == "style" or (node.tag == "script" and "src" not in node.attrib and (node.text or "").strip()):
            yield f"an inline <{node.tag}>"
        for attribute in TARGETS & node.attrib.keys():
            target = node.attrib[attribute]
            if target.startswith("javascript:") or (node.tag in ("script", "link", "img") and "://" in target):
                yield f"<{node.tag}> takes {attribute}={target!r}"


def _seams(page: Page) -> Iterator[str]:
    shown = text_of((page.all("body") or [page.tree])[0])
    yield from (f"{seam!r} shows in the text" for seam in SEAMS if seam in shown)
    yield from ("the word None shows in the text" for word in shown.split() if word.strip(".,:;()") == "None")
