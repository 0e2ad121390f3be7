"""Filling in a form as a person does, by its visible labels.

Nothing is sent here; `Form.fill` returns what a browser would send.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.effort import BUTTON, Effort
from tests.page import Page, squeeze, text_of

Value = str | int | bool | date | time | Path | list[str]
TICKS = ("checkbox", "radio")


@dataclass
class Sending:
    """The request for a form: address, method, and the fields in the order of the page."""

    url: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, Path]] = field(default_factory=list)
    effort: Effort = BUTTON  # of filling it in, and of its button

    def payload(self) -> dict[str, list[object]]:
        """The fields as Werkzeug's test client takes them."""
        payload: dict[str, list[object]] = {}
        for name, text in self.fields:
            payload.setdefault(name, []).append(text)
        for name, path in self.files:
            payload.setdefault(name, []).append((io.BytesIO(path.read_bytes()), path.name))
        return payload


def _readings(label: Element) -> list[str]:
    """A label or legend as a whole, and without what is nested in it: "Name (optional)", "Name"."""
    return [text_of(label, without=("select", "textarea")), squeeze(label.text or "")]


def _effort(control: Element, shown: list[str | Path], sent: list[str | Path]) -> Effort:
    """Of changing one control: a click, and what is typed."""
    if shown == sent or (control.get("type") == "radio" and not sent):
        return Effort()
    if control.tag == "select":
        return Effort(clicks=len(set(shown) ^ set(sent)) if "multiple" in control.attrib else 1)
    if control.get("type") in (*TICKS, "file"):
        return Effort(clicks=1)
    before, after = str(shown[0]), str(sent[0])
    return Effort(clicks=1, characters=len(after.removeprefix(before)))


def _is_folded(block: Element) -> bool:
    return block.tag == "details" and "open" not in block.attrib


class Form:
    """The form that one button of a page sends."""

    def __init__(self, page: Page, button: Element) -> None:
        self.page, self.button = page, button
        self.element = page.form_of(button)
        self.controls = page.controls_of(self.element)

    def fill(self, values: Mapping[str, Value]) -> Sending:
        """The request when these labels are filled in and all other fields keep their values.

        A key is a label (`"Name"`), the legend of a group of choices (`"How will you come"`), or both
        (`"Action 2 / Who"`) where the label alone stands more than once. A value is text, a date or time, the text of
        an option or of a choice, True or False for one tick box, a list for several choices, or a file's path.
        """
        shown = {control: self._shown(control) for control in self.controls}
        state = dict(shown)
        for label, value in values.items():
            state |= self._answer(label, value)
        action = self.button.get("formaction") or self.element.get("action") or self.page.url
        method = self.button.get("formmethod") or self.element.get("method") or "get"
        sending = Sending(urljoin(self.page.url, action), method.upper())
        opened: set[Element] = set()
        for control, sent in state.items():
            done = _effort(control, shown[control], sent)
            if done != Effort():
                opened.update(block for block in self.page.around(control) if _is_folded(block))
            sending.effort += done
        sending.effort += Effort(clicks=len(opened | {one for one in self.page.around(self.button) if _is_folded(one)}))
        for control, sent in state.items():
            for item in sent:
                if isinstance(item, Path):
                    sending.files.append((control.attrib["name"], item))
                else:
                    sending.fields.append((control.attrib["name"], item))
        if self.button.get("name"):
            sending.fields.append((self.button.attrib["name"], self.button.get("value", "")))
        return sending

    def shown(self, label: str) -> str | list[str]:
        """The initial value of the field with this label: text, or the labels of the selected options."""
        found = self._labelled(label)
        if len(found) == 1 and found[0].get("type") not in TICKS:
            control = found[0]
            if control.tag == "select":
                sent = self._shown(control)
                chosen = [text_of(o) for o in control.iter("option") if o.get("value", text_of(o)) in sent]
                return chosen if "multiple" in control.attrib else "".join(chosen)
            return "".join(str(item) for item in self._shown(control))
        group = found or self._group(label)
        return [self._names(c)[0] for c in group if "checked" in c.attrib]

    @property
    def labels(self) -> list[str]:
        """Every label and legend in the form."""
        names = [name for c in self.controls for name in self._names(c)[:1]]
        legends = [text_of(legend) for legend in self.element.iter("legend")]
        return list(dict.fromkeys(legends + names))

    def asks(self, label: str) -> bool:
        """Whether it has a field with this label, or a group of choices with this legend."""
        return bool(self._labelled(label)) or any(label in self._legends(c) for c in self.controls)

    # finding ---------------------------------------------------------------------------------------------------

    def _answer(self, label: str, value: Value) -> dict[Element, list[str | Path]]:
        found = self._labelled(label)
        if not found:
            return self._choose(label, self._group(label), value)
        control = self.page.one(found, f"field {label!r}", self.labels)
        if control.get("type") in TICKS:
            assert isinstance(value, bool), f"{label!r} is one box to tick: give True or False, not {value!r}"
            return self._tick(control, value)
        if isinstance(value, date) and self._shown(control) == [f"{value:%d-%m-%Y}"]:
            return {}  # the day stands there
        return {control: self._typed(control, label, value)}

    def _labelled(self, label: str) -> list[Element]:
        found = [c for c in self.controls if label in self._names(c)]
        if not found and " / " in label:
            legend, _, name = label.rpartition(" / ")
            found = [c for c in self.controls if name in self._names(c) and legend in self._legends(c)]
        return found

    def _group(self, legend: str) -> list[Element]:
        group = [c for c in self.controls if c.get("type") in TICKS and legend in self._legends(c)]
        assert group, f"{self.page!r} has no field {legend!r}; the form offers {self.labels}"
        return group

    def _names(self, control: Element) -> list[str]:
        """The label of a control as a whole, and without a hint nested in it."""
        if control.get("type") == "hidden":
            return []
        labels = [node for node in self.page.all("label") if control.get("id") and node.get("for") == control.get("id")]
        labels += [node for node in self.page.around(control) if node.tag == "label"]
        names = [name for node in labels for name in _readings(node)]
        if "aria-label" in control.attrib or "aria-labelledby" in control.attrib:
            names.append(self.page.name_of(control))
        return list(dict.fromkeys(name for name in names if name))

    def _legends(self, control: Element) -> list[str]:
        return [
            name
            for block in self.page.around(control)
            if block.tag == "fieldset"
            for child in block
            if child.tag == "legend"
            for name in _readings(child)
        ]

    # answering -------------------------------------------------------------------------------------------------

    @staticmethod
    def _shown(control: Element) -> list[str | Path]:
        """What a browser sends for an untouched control; nothing for an empty tick box."""
        kind = control.get("type", "text")
        if kind in TICKS:
            return [control.get("value", "on")] if "checked" in control.attrib else []
        if kind in ("submit", "image", "button", "reset", "file"):
            return []
        if control.tag == "select":
            options = [o for o in control.iter("option") if "disabled" not in o.attrib]
            chosen = [o for o in options if "selected" in o.attrib]
            if not chosen and "multiple" not in control.attrib:
                chosen = options[:1]
            return [o.get("value", text_of(o)) for o in chosen]
        return [control.text or "" if control.tag == "textarea" else control.get("value", "")]

    def _tick(self, control: Element, on: bool) -> dict[Element, list[str | Path]]:
        answers: dict[Element, list[str | Path]] = {}
        if control.get("type") == "radio":
            assert on, "one of several choices cannot be taken away: choose another"
            group = (control.get("type"), control.get("name"))
            answers = {c: [] for c in self.controls if (c.get("type"), c.get("name")) == group}
        return {**answers, control: [control.get("value", "on")] if on else []}

    def _choose(self, legend: str, group: list[Element], value: Value) -> dict[Element, list[str | Path]]:
        wanted = value if isinstance(value, list) else [str(value)]
        choices = {name: c for c in group for name in self._names(c)}
        unknown = [name for name in wanted if name not in choices]
        assert not unknown, f"{legend!r} does not offer {unknown}; it offers {list(choices)}"
        chosen = [choices[name] for name in wanted]
        if any(c.get("type") == "radio" for c in group):
            assert len(chosen) == 1, f"{legend!r} takes one choice, not {wanted}"
            return self._tick(chosen[0], True)
        return {c: [c.get("value", "on")] if c in chosen else [] for c in group}

    @staticmethod
    def _typed(control: Element, label: str, value: Value) -> list[str | Path]:
        assert "readonly" not in control.attrib, f"{label!r} cannot be changed"
        if control.tag == "select":
            options = {text_of(o): o.get("value", text_of(o)) for o in control.iter("option")}
            wanted = value if isinstance(value, list) else [str(value)]
            unknown = [name for name in wanted if name not in options]
            assert not unknown, f"{label!r} does not offer {unknown}; it offers {list(options)}"
            return [options[name] for name in wanted]
        if isinstance(value, Path):
            return [value]
        assert not isinstance(value, bool | list), f"{label!r} is typed into, so {value!r} does not fit"
        if isinstance(value, datetime | time):
            text = value.isoformat(timespec="minutes")
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
        # Browsers send every line end of a text area as CR LF.
        return [text.replace("\n", "\r\n") if control.tag == "textarea" else text]
