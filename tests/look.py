"""Checks of a page in a real browser: accessibility by axe, in light and dark, and no overflow on a phone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}
AXE = Axe().axe_script
#: The rules of axe that are asked in each scheme: all in light, also of targets under 24 pixels, which it leaves out by
#: itself; in dark those about colours (the rest is the same).
SCHEMES: dict[Literal["light", "dark"], Mapping[str, object]] = {
    "light": {"rules": {"target-size": {"enabled": True}}},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}


@dataclass(frozen=True)
class Onlooker:
    """Checks pages, and saves screenshots in `folder` if it is set."""

    folder: Path | None = None

    def look(self, page: Page, name: str) -> None:
        """Fails on any violation axe finds (light and dark) and on a page wider than a screen of 320 pixels."""
        page.wait_for_load_state()
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.evaluate(AXE)
        found = []
        for scheme, asked in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {fault}" for fault in axe(page, asked)]
            self._picture(page, f"{name} {scheme}")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            found.append(f"at 320 pixels the page is {width} wide")
        self._picture(page, f"{name} narrow")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert found == [], f"{name} ({page.url}):\n" + "\n".join(found)

    def _picture(self, page: Page, name: str) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self.folder / (re.sub(r"\W+", "-", name) + ".png"), full_page=True)


def axe(page: Page, asked: Mapping[str, object]) -> list[str]:
    """What axe, which was loaded before, finds wrong with the page as it is shown now: rule, meaning, elements."""
    asked = {"resultTypes": ["violations"], **asked}
    violations = page.evaluate("asked => axe.run(asked).then(found => found.violations)", asked)
    return [
        f"{v['id']}: {v['help']}\n    " + "\n    ".join(node["html"][:200] for node in v["nodes"]) for v in violations
    ]
