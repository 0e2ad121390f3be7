"""Browser and network of a request: a readable device name, and the keys for throttling."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

#: The first match wins: a user agent also names the browsers it descends from.
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
#: An address as proxies write it: `192.0.2.7:5678`, `[2001:db8::1]:5678`, `[2001:db8::1]`. A bare IPv6 has more colons.
_PORT = re.compile(r"\A(?:\[([^\]]*)\](?::\d*)?|([^:]*):\d*)\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """The network and browser that a request comes from."""

    network: str = ""  # from `network_of`
    token: str = ""  # from the cookie of a known device


UNKNOWN_CALLER = Caller()


def device_name(user_agent: str) -> str:
    """A name such as `Firefox, Windows` (without versions) from a user agent; empty if nothing is recognised."""
    parts = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(part for part in parts if part)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")


def network_of(address: str) -> str:
    """The network to throttle by: the IPv4 address, or the /64 of an IPv6 address, which is one household.

    Removes the port that some proxies append (it differs for each request), and unwraps IPv4-mapped IPv6 addresses.
    """
    bare = _PORT.sub(r"\1\2", address)
    try:
        known = ip_address(bare)
    except ValueError:
        return bare
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or IPv6Network((int(known), 64), strict=False))
    return str(known)
