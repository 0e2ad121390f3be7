"""On what somebody is signed in, in words by which they know it again: browser and system, never a version."""

import re

#: The first that fits: a browser names its ancestors too.
_BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|Chromium|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Windows", r"Windows"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux"),
)


def device_of(user_agent: str) -> str:
    """Such as `Firefox, Windows`, from what a browser says of itself; empty where that tells nothing."""
    parts = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(part for part in parts if part)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")
