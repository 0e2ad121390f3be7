"""Calendar files: what is written is read back by another parser; of what is sent to us nothing breaks anything."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil import tz
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ekc.core.calendar_file import (
    LARGEST_ANSWER,
    LONGEST_COMMENT,
    CalendarEvent,
    CalendarMethod,
    CalendarReply,
    Mailbox,
    Partstat,
    invitation,
    published,
    read_reply,
)

ZONES = ("Europe/Amsterdam", "Europe/London", "Pacific/Auckland", "Europe/Istanbul")
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOOR = Mailbox("Noor Bakker", "noor@example.org")
UID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0@plan.example.org"
WORDS = "Conference; in the hall, at \\n 10:00\nTake the side door"


def event(**other: object) -> CalendarEvent:
    starts = datetime(2026, 4, 18, 8, tzinfo=UTC)
    facts = {"uid": UID, "starts": starts, "zone": "Europe/Amsterdam", "minutes": 180, "summary": "Meeting"} | other
    return CalendarEvent(**facts)  # type: ignore[arg-type]


def written(one: CalendarEvent, method: CalendarMethod = CalendarMethod.REQUEST) -> bytes:
    return invitation(one, method, organizer=NOOR, attendee="els@example.org", at=AT)


def parsed(file: bytes) -> vobject.base.Component:
    """As the other parser reads it. It would keep the zones of this file, by their names, for the next one."""
    others = vars(vobject.icalendar)
    others["__tzidMap"].clear()
    others["registerTzid"]("UTC", tz.UTC)
    return vobject.readOne(file.decode())


def told(file: bytes, key: str) -> datetime:
    """The instant of the event, by how the file itself says that the clock runs: where no zone is known by its name."""
    zones = tz.tzical(StringIO(file.decode()))
    line = re.search(
        rf"^{key}(?:;TZID=(?P<zone>\S+?))?:(?P<at>\d+T\d+)(?P<utc>Z)?\r$", EVENTS.split(file.decode())[1], re.M
    )
    assert line, f"{key} is an instant"
    at = datetime.strptime(line["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC if line["utc"] else zones.get(line["zone"]))
    return at.astimezone(UTC)


EVENTS = re.compile("^BEGIN:VEVENT\r", re.M)


def texts(max_size: int | None = None) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)


def changes(zone: str) -> list[datetime]:
    """The instants at which the clock changes in the years around 2026."""
    hours = (datetime(2025, 12, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 500))
    place, hour = ZoneInfo(zone), timedelta(hours=1)
    return [at for at in hours if at.astimezone(place).utcoffset() != (at - hour).astimezone(place).utcoffset()]


CHANGES = [(zone, at) for zone in ZONES for at in changes(zone)]


def test_the_clock_changes_where_it_should() -> None:
    assert {zone: sum(one == zone for one, _ in CHANGES) for zone in ZONES} == {
        "Europe/Amsterdam": 3,
        "Europe/London": 3,
        "Pacific/Auckland": 3,
        "Europe/Istanbul": 0,
    }


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.integers(-6_000_000, 6_000_000), st.integers(1, 600))
@example("Pacific/Auckland", -85_650, 60)  # on the last day of 2025 in UTC, the first of 2026 there
@example("Europe/Istanbul", -5_000_000, 90)  # in 2016, the last summer there, which did not end
def test_another_parser_reads_the_same_instants(zone: str, later: int, minutes: int) -> None:
    starts = AT + timedelta(minutes=later)

    file = written(event(starts=starts, zone=zone, minutes=minutes))

    read, ends = parsed(file).vevent, starts + timedelta(minutes=minutes)
    assert (read.dtstart.value.astimezone(UTC), read.dtend.value.astimezone(UTC)) == (starts, ends)
    assert (told(file, "DTSTART"), told(file, "DTEND")) == (starts, ends)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda value: str(value).replace(" ", "T"))
def test_around_the_change_of_the_clock_too(zone: str, change: datetime) -> None:
    for quarters in range(-12, 13):
        starts = change + timedelta(minutes=15 * quarters)

        file = written(event(starts=starts, zone=zone, minutes=75))

        read, ends = parsed(file).vevent, starts + timedelta(minutes=75)
        assert (read.dtstart.value.astimezone(UTC), read.dtend.value.astimezone(UTC)) == (starts, ends)
        assert (told(file, "DTSTART"), told(file, "DTEND")) == (starts, ends)
        grandmother = read.dtstart.value.astimezone(ZoneInfo("Europe/Istanbul"))
        assert grandmother.replace(tzinfo=UTC) - starts == timedelta(hours=3)


def test_a_change_of_the_clock_stands_at_the_time_that_it_ends() -> None:
    (zone,) = parsed(written(event())).vtimezone_list

    assert zone.tzid.value == "Europe/Amsterdam"
    lines = written(event()).decode().split("\r\n")
    # Two in spring, three in autumn (RFC 5545, 3.6.5).
    assert [line for line in lines if line.startswith("DTSTART:")] == [
        "DTSTART:20260101T010000",
        "DTSTART:20260329T020000",
        "DTSTART:20261025T030000",
    ]


@settings(max_examples=60, deadline=None)
@given(texts(), texts(), texts(), texts(max_size=60))
@example(WORDS, WORDS, WORDS, WORDS)
@example("a\r\nATTENDEE:mailto:eve@example.org", "b\rEND:VEVENT", "c\u2028METHOD:CANCEL", 'd"\r\nX:y')
def test_words_come_back_and_make_no_line_of_their_own(summary: str, place: str, more: str, name: str) -> None:
    file = invitation(
        event(summary=summary, location=place, description=more),
        CalendarMethod.REQUEST,
        organizer=Mailbox(name, "noor@example.org"),
        attendee="els@example.org",
        at=AT,
    )

    calendar = parsed(file)
    (read,) = calendar.vevent_list
    for key, words in (("summary", summary), ("location", place), ("description", more)):
        kept = getattr(read, key).value if key in read.contents else ""
        assert printed(kept) == printed(words)
    assert [one.value for one in read.attendee_list] == ["mailto:els@example.org"]
    assert set(read.contents) <= KEYS
    assert calendar.method.value == "REQUEST"
    for line in file.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not set(line.decode()) & set("\r\n\v\f\x85\u2028\u2029")


KEYS = {
    *("uid", "dtstamp", "sequence", "class", "dtstart", "dtend", "status", "organizer", "attendee"),
    *("summary", "location", "description"),
}


def printed(words: str) -> str:
    """What is to be seen of a text."""
    return "".join(one for one in words if one.isprintable() and not one.isspace())


def test_an_update_and_a_cancellation_are_of_the_same_event() -> None:
    files = [
        written(event()),
        written(event(sequence=1, starts=datetime(2026, 5, 2, 8, tzinfo=UTC))),
        written(event(sequence=2, starts=datetime(2026, 5, 2, 8, tzinfo=UTC)), CalendarMethod.CANCEL),
    ]

    read = [parsed(file) for file in files]

    assert [one.method.value for one in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {one.vevent.uid.value for one in read} == {UID}
    assert [one.vevent.sequence.value for one in read] == ["0", "1", "2"]
    assert [one.vevent.status.value for one in read] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert {one.vevent.organizer.value for one in read} == {"mailto:noor@example.org"}
    assert read[0].vevent.contents["class"][0].value == "PRIVATE"
    assert read[0].vevent.attendee.params["RSVP"] == ["TRUE"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": "a\r\nb"},
        {"uid": ""},
        {"url": "https://example.org/\nX:1"},
        {"url": "https://example.org/a b"},
    ],
)
def test_what_could_break_a_line_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="UID or a URL"):
        written(event(**wrong))


@pytest.mark.parametrize(
    "address", ["", "els", "els@example.org\r\nX:1", 'e"ls@example.org', "e ls@example.org", "é@a.b"]
)
def test_an_address_that_could_break_a_line_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        invitation(event(), CalendarMethod.REQUEST, organizer=NOOR, attendee=address, at=AT)


def test_a_calendar_to_subscribe_to_has_days_and_hours_of_several_places() -> None:
    auckland = datetime(2026, 9, 26, 20, tzinfo=UTC)
    events = [
        event(url="https://plan.example.org/conferences/1"),
        event(uid="2@x", zone="Pacific/Auckland", starts=auckland, minutes=None),
        event(uid="3@x", starts=date(2026, 5, 4)),
    ]

    file = published(events, name="Conferences", at=AT, refresh=timedelta(hours=6))

    calendar = parsed(file)
    first, second, third = calendar.vevent_list
    assert calendar.method.value == "PUBLISH"
    assert calendar.contents["x-wr-calname"][0].value == "Conferences"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in file
    assert first.url.value == "https://plan.example.org/conferences/1"
    assert second.dtstart.value.astimezone(UTC) == auckland
    assert "dtend" not in second.contents
    assert third.dtstart.value == date(2026, 5, 4)
    assert third.dtend.value == date(2026, 5, 5)
    assert third.transp.value == "TRANSPARENT"
    assert len(calendar.vtimezone_list) == 2
    assert file == published(events, name="Conferences", at=AT, refresh=timedelta(hours=6))


# -- Answers

REPLY = f"""\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20260418T080000Z
DTEND:20260418T110000Z
DTSTAMP:20260302T100000Z
ORGANIZER;CN=Noor:mailto:noor@example.org
UID:{UID}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=els@e
 xample.org;X-NUM-GUESTS=0:mailto:Els@Example.org
CREATED:20260301T090000Z
DESCRIPTION:
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:Meeting
COMMENT:I bring my daughter\\, and cake\\nElse ring me
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_an_answer_is_read() -> None:
    assert read_reply(REPLY) == CalendarReply(
        uid=UID,
        sequence=1,
        attendee="els@example.org",
        partstat=Partstat.ACCEPTED,
        stamp="20260302T100000Z",
        comment="I bring my daughter, and cake Else ring me",
    )


OUTLOOK = f"""\
BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT=ACCEPTED;CN="Jansen: Els":mailto:els@example.org
COMMENT;LANGUAGE=nl-NL:I bring my daughter\\, and cake\\nElse ring me
UID:{UID}
SUMMARY;LANGUAGE=nl-NL:Geaccepteerd: Meeting
DTSTART;TZID=W. Europe Standard Time:20260418T100000
DTSTAMP:20260302T100000Z
STATUS:CONFIRMED
SEQUENCE:1
X-MICROSOFT-CDO-APPT-SEQUENCE:1
END:VEVENT
END:VCALENDAR
"""
#: A telephone of Apple; its lines end and fold otherwise.
APPLE = f"""\
BEGIN:VCALENDAR
CALSCALE:GREGORIAN
VERSION:2.0
PRODID:-//Apple Inc.//iOS 18.1//EN
METHOD:REPLY
BEGIN:VEVENT
DTSTAMP:20260302T100000Z
ORGANIZER;CN="Noor";EMAIL="noor@example.org":mailto:noor@example.org
UID:{UID}
ATTENDEE;CN="Els";CUTYPE=INDIVIDUAL;EMAIL="els@example.org";PARTSTAT=ACC
\tEPTED;ROLE=REQ-PARTICIPANT:MAILTO:ELS@example.org
SEQUENCE:1
COMMENT:I bring my daughter\\, and cake\\nElse ring me
BEGIN:VALARM
ACTION:DISPLAY
UID:1F2E
END:VALARM
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize("file", [OUTLOOK.replace("\n", "\r\n"), APPLE], ids=["outlook", "apple"])
def test_an_answer_is_read_as_other_calendars_write_it(file: str) -> None:
    assert read_reply(file.encode()) == read_reply(REPLY)


@pytest.mark.parametrize("partstat", list(Partstat))
def test_the_answers_that_a_calendar_gives(partstat: Partstat) -> None:
    answer = read_reply(REPLY.replace(b"ACCEPTED", partstat.value.lower().encode()).replace(b"\r\n", b"\n"))

    assert answer is not None
    assert answer.partstat is partstat


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"METHOD:REPLY", b"METHOD:REQUEST"),
        (b"METHOD:REPLY", b"METHOD:REPLY\r\nMETHOD:REQUEST"),
        (b"METHOD:REPLY\r\n", b""),
        (b"PARTSTAT=ACCEPTED", b"PARTSTAT=NEEDS-ACTION"),
        (b"PARTSTAT=ACCEPTED", b"PARTSTAT=DELEGATED"),
        (b"PARTSTAT=ACCEPTED;", b""),
        (b"PARTSTAT=ACCEPTED", b"PARTSTAT=ACCEPTED,DECLINED"),
        (b"SEQUENCE:1", b"SEQUENCE:-1"),
        (b"SEQUENCE:1", b"SEQUENCE:" + b"9" * 5000),
        (b"SEQUENCE:1", b"SEQUENCE:1\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:eve@example.org"),
        (b"SEQUENCE:1", b"SEQUENCE:1\r\nRECURRENCE-ID:20260418T080000Z"),
        (b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:other\r\nEND:VEVENT"),
        (b"END:VEVENT", b"END:VALARM"),
        (b"END:VCALENDAR", b""),
        (b"BEGIN:VEVENT", b"BEGIN:VTODO"),
    ],
)
def test_what_is_no_answer_or_several_is_none(old: bytes, new: bytes) -> None:
    assert read_reply(REPLY.replace(old, new)) is None


def test_what_else_is_in_the_file_is_not_taken_for_the_answer() -> None:
    alarm = b"BEGIN:VALARM\r\nATTENDEE;PARTSTAT=DECLINED:mailto:eve@example.org\r\nUID:x\r\nEND:VALARM\r\nEND:VEVENT"
    endless = b"BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
    endless += b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"

    mixed = REPLY.replace(b"END:VEVENT", alarm).replace(b"BEGIN:VEVENT", endless)

    assert read_reply(b"\xef\xbb\xbf" + mixed) == read_reply(REPLY)


def test_a_huge_answer_is_not_read_and_a_long_comment_is_cut() -> None:
    long = REPLY.replace(b"COMMENT:", b"COMMENT:" + b"a" * 5000)
    answer = read_reply(long)

    assert answer is not None
    assert answer.comment == "a" * LONGEST_COMMENT
    assert read_reply(REPLY + b" " * LARGEST_ANSWER) is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
@example(b"BEGIN:VCALENDAR\r\n" * 5000)
@example(b"\n" * LARGEST_ANSWER)
@example(b"ATTENDEE;" + b'"\\' * 50_000)
def test_no_bytes_break_the_reading(data: bytes) -> None:
    assert read_reply(data) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_change_of_an_answer_breaks_the_reading(data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(REPLY)))
    upto = data.draw(st.integers(where, min(len(REPLY), where + 40)))

    answer = read_reply(REPLY[:where] + data.draw(st.binary(max_size=20)) + REPLY[upto:])

    assert answer is None or isinstance(answer, CalendarReply)
