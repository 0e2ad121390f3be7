"""Browser and network of a request: in words for its owner, and as far as throttling needs them."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

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
#: An address as proxies write it: `192.0.2.7:5678`, `[2001:db8::1]:5678`, `[2001:db8::1]`. A bare IPv6 has more colons.
_PORT = re.compile(r"\A(?:\[([^\]]*)\](?::\d*)?|([^:]*):\d*)\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """The network and the browser that a request comes from."""

    network: str = ""  # as `network_of` says it
    token: str = ""  # of the cookie of a known device


UNKNOWN_CALLER = Caller()


def device_name(user_agent: str) -> str:
    """Such as `Firefox, Windows` (never a version), from what a browser says of itself; empty if that tells nothing."""
    parts = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(part for part in parts if part)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")


def network_of(address: str) -> str:
    """What one caller has to themselves: an address of IPv4, or the 2^64 of IPv6 that every household gets.

    Some proxies add the port, which is another at every request; a listener for both kinds writes IPv4 as IPv6.
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
