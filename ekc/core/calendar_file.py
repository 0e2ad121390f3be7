"""Calendar files (iCalendar, RFC 5545 and 5546): what goes into a calendar, and the answer that comes back from one.

Made by `icalendar`, but for the times at which a zone changes its clock, which it writes an hour late in spring. An
answer is read line by line, because that library works out each repetition of a zone that the sender made up.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Timezone
    from icalendar.parser import Contentline
    from icalendar.prop import vCalAddress

#: The MIME type; as a part of a mail it also names the method.
TYPE = "text/calendar"
_PRODUCT = "-//ekc//calendar//EN"

# -- Writing


class CalendarMethod(StrEnum):
    """What the receiver of an invitation is to do with it. The same event is changed by a higher `sequence`."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """Something in a calendar: at an instant, said in the time of its place (`zone`), or on a whole day.

    `uid`: stays the same while the event is changed. Where answers are read from a mailbox, it is the secret that shows
    who was invited, and has 128 random bits. `minutes`: how long it takes, None if that is not known.
    """

    uid: str
    starts: datetime | date
    zone: str
    summary: str
    sequence: int = 0
    minutes: int | None = None
    location: str = ""
    description: str = ""
    url: str = ""


class Mailbox(NamedTuple):
    """A name, which may be empty, and an email address in ASCII."""

    name: str
    address: str


def invitation(
    event: CalendarEvent, method: CalendarMethod, *, organizer: Mailbox, attendee: str, at: datetime
) -> bytes:
    """The calendar file for one person who is invited, or whose invitation is changed or withdrawn `at`.

    It names nobody but the organizer, and the attendee's address, by which a calendar knows whose answer it sends.

    Raises ValueError for an address, a UID or a URL with which a line could be broken.
    """
    file = _file([event], at)
    file.add("method", method.value)
    (held,) = file.events
    held.add("status", "CANCELLED" if method is CalendarMethod.CANCEL else "CONFIRMED")
    held.add("organizer", _mailbox(organizer))
    invited = _mailbox(Mailbox("", attendee))
    invited.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"}
    if method is CalendarMethod.REQUEST:
        invited.params["RSVP"] = "TRUE"
    held.add("attendee", invited)
    return bytes(file.to_ical())


def published(events: Iterable[CalendarEvent], *, name: str, at: datetime, refresh: timedelta) -> bytes:
    """A calendar that others read again every now and then (`refresh`), under a name. Equal events give equal bytes."""
    from icalendar.prop import vDuration  # noqa: PLC0415 - see `_file`

    file = _file(list(events), at)
    file.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):  # RFC 7986, and what programs read that are older
        file.add(key, _words(name))
    for key in ("refresh-interval", "x-published-ttl"):
        file.add(key, vDuration(refresh), parameters={"VALUE": "DURATION"} if key == "refresh-interval" else {})
    return bytes(file.to_ical())


def _file(events: list[CalendarEvent], at: datetime) -> "Calendar":
    from icalendar import Calendar, Event  # noqa: PLC0415 - slow, and few requests need it

    file = Calendar()
    file.add("prodid", _PRODUCT)
    file.add("version", "2.0")
    spans: dict[str, list[datetime]] = {}
    for event in events:
        held = Event()
        held.add("uid", _safe(event.uid))
        held.add("dtstamp", at.astimezone(UTC))
        held.add("sequence", event.sequence)
        held.add("class", "PRIVATE")  # whoever shares a calendar shows that they are busy, and not with what
        starts, ends = event.starts, _end(event)
        if isinstance(starts, datetime) and isinstance(ends, datetime):
            spans.setdefault(event.zone, []).extend((starts, ends))
            starts, ends = _said(starts, event.zone), _said(ends, event.zone)
        else:
            held.add("transp", "TRANSPARENT")  # a day on which something is due is not a day away
        held.add("dtstart", starts)
        if ends != starts:
            held.add("dtend", ends)
        for key in ("summary", "location", "description"):
            if words := _words(getattr(event, key)):
                held.add(key, words)
        if event.url:
            held.add("url", _safe(event.url))
        file.add_component(held)
    for zone in sorted(spans):
        file.subcomponents.insert(0, _zone(zone, min(spans[zone]), max(spans[zone])))
    return file


def _end(event: CalendarEvent) -> datetime | date:
    if isinstance(event.starts, datetime):
        return event.starts + timedelta(minutes=event.minutes or 0)
    return event.starts + timedelta(days=1)


def _said(at: datetime, zone: str) -> datetime:
    """An instant in the time of its place, or in UTC in the hour that comes twice, which programs read as either."""
    local = at.astimezone(ZoneInfo(zone))
    return local if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset() else at.astimezone(UTC)


def _zone(name: str, first: datetime, last: datetime) -> "Timezone":
    """How the clock runs in a zone in the years of these instants. Each change stands at the local time before it."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - see `_file`

    zone = ZoneInfo(name)
    start = datetime((first - timedelta(days=1)).year, 1, 1, tzinfo=UTC)
    end = datetime((last + timedelta(days=1)).year + 1, 1, 1, tzinfo=UTC)
    told = Timezone()
    told.add("tzid", name)
    for at, before, after in ((start, _offset(start, zone), _offset(start, zone)), *_changes(zone, start, end)):
        local = at.astimezone(zone)
        change: Component = TimezoneDaylight() if local.dst() else TimezoneStandard()
        change.add("dtstart", (at + before).replace(tzinfo=None))
        change.add("tzoffsetfrom", before)
        change.add("tzoffsetto", after)
        change.add("tzname", local.tzname())
        told.add_component(change)
    return told


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Each instant at which a zone changes its offset, the one before, and the one after."""
    day, minute = timedelta(days=1), timedelta(minutes=1)
    while start < end:
        before, after = _offset(start, zone), _offset(start + day, zone)
        if before != after:
            same, other = start, start + day
            while other - same > minute:
                middle = same + (other - same) // 2
                middle = middle.replace(second=0, microsecond=0)
                same, other = (middle, other) if _offset(middle, zone) == before else (same, middle)
            yield other, before, after
        start += day


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _mailbox(mailbox: Mailbox) -> "vCalAddress":
    from icalendar.prop import vCalAddress  # noqa: PLC0415 - see `_file`

    if not _ADDRESS.fullmatch(mailbox.address):
        raise ValueError("not an address as it stands in a calendar file")
    written = vCalAddress(f"mailto:{mailbox.address}")
    if name := " ".join(re.sub(r'["^]', "'", _words(mailbox.name)).split()):
        written.params["CN"] = name
    return written


_ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]+@[A-Za-z0-9.-]+")
_SAFE = re.compile(r"[!-~]+")


def _safe(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise ValueError("not a UID or a URL")
    return text


_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def _words(text: str) -> str:
    """A text without control characters: some programs end a line at any of these."""
    lines = _LINE_ENDS.sub("\n", text).strip()
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))


# -- Reading an answer

#: Bytes of an answer that are read: it repeats the invitation, which is short.
LARGEST_ANSWER = 2**17
LONGEST_COMMENT = 300  # as long as the same may be that is written in a form
_LONGEST_STAMP = 40


class Partstat(StrEnum):
    """What somebody's calendar answers. One that hands the invitation on to somebody else answers nothing."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReply:
    """An answer to the event with this UID, as it was at this sequence. `attendee`: an address, in small letters.

    `stamp`: when it was given, as its calendar says it; another answer has another one.
    """

    uid: str
    sequence: int
    attendee: str
    partstat: Partstat
    stamp: str = ""
    comment: str = ""


_WANTED = re.compile(r"(BEGIN|END|METHOD|UID|SEQUENCE|DTSTAMP|ATTENDEE|COMMENT|RECURRENCE-ID)[:;]", re.I)
_ONCE = frozenset({"METHOD", "UID", "SEQUENCE", "ATTENDEE"})


def read_reply(part: bytes) -> CalendarReply | None:
    """The answer in a calendar file that anybody may have sent; None if it holds none, or several.

    Whether the sender was invited is not known from the file: the UID is a secret, and the caller compares the address.
    """
    from icalendar.parser import Contentlines  # noqa: PLC0415 - see `_file`

    if len(part) > LARGEST_ANSWER:
        return None
    within: list[str] = []
    found: dict[str, Contentline] = {}
    text = part.decode(errors="replace").removeprefix("\ufeff")
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        if not (named := _WANTED.match(line)):
            continue
        name = named[1].upper()
        if name == "BEGIN":
            within.append(line[len("BEGIN:") :].strip().upper())
            if within.count("VEVENT") and found.keys() & {"UID"} and within == _EVENT:
                return None  # a second event
        elif name == "END":
            if not within or within.pop() != line[len("END:") :].strip().upper():
                return None
        elif within == (_EVENT[:1] if name == "METHOD" else _EVENT):
            if name == "RECURRENCE-ID" or (name in found and name in _ONCE):
                return None
            found.setdefault(name, line)
    return None if within else _reply(found)


_EVENT = ["VCALENDAR", "VEVENT"]


def _reply(found: "dict[str, Contentline]") -> CalendarReply | None:
    try:
        said = {name: line.parts() for name, line in found.items()}
        if said["METHOD"][2].strip().upper() != "REPLY":
            return None
        _, params, attendee = said["ATTENDEE"]
        sequence = said["SEQUENCE"][2].strip() if "SEQUENCE" in said else "0"
        if not re.fullmatch("[0-9]{1,9}", sequence):
            return None
        return CalendarReply(
            uid=said["UID"][2].strip(),
            sequence=int(sequence),
            attendee=re.sub(r"\A\s*mailto:", "", attendee, flags=re.I).strip().lower(),
            partstat=Partstat(str(params["PARTSTAT"]).upper()),
            stamp=said["DTSTAMP"][2].strip()[:_LONGEST_STAMP] if "DTSTAMP" in said else "",
            comment=" ".join(_words(said["COMMENT"][2]).split())[:LONGEST_COMMENT] if "COMMENT" in said else "",
        )
    except (KeyError, ValueError):  # not an answer, or not as it is written
        return None
