"""A small reader of calendars, written from RFC 5545 and sharing nothing with what writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)


def lines(body: bytes) -> list[str]:
    """The unfolded lines of a calendar. Complains about line ends, long lines and what is no text (3.1)."""
    assert body.endswith(b"\r\n")
    raw = body[:-2].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in raw), "a line ends with CRLF"
    assert all(len(line) <= 75 for line in raw), "a line has at most 75 octets"
    unfolded: list[bytes] = []
    for line in raw:
        if line[:1] in (b" ", b"\t"):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    return [line.decode() for line in unfolded]


def read(body: bytes) -> dict:
    """The calendar as a tree: each component with its properties and the components inside it."""
    root: dict = {"name": "", "inside": []}
    open_ones = [root]
    for line in lines(body):
        match = _LINE.fullmatch(line)
        assert match, f"not a content line: {line}"
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            one: dict = {"name": value, "inside": []}
            open_ones[-1]["inside"].append(one)
            open_ones.append(one)
        elif name == "END":
            assert open_ones.pop()["name"] == value, "components are nested"
        else:
            assert name not in open_ones[-1], f"{name} is there twice"
            open_ones[-1][name] = text(value)
            open_ones[-1][f"{name};"] = parameters
    assert open_ones == [root]
    (calendar,) = root["inside"]
    assert (calendar["name"], calendar["VERSION"]) == ("VCALENDAR", "2.0")
    assert calendar["PRODID"]
    return calendar


def events(body: bytes) -> list[dict]:
    """The events of a calendar; each has what 3.6.1 wants, once, with times in UTC."""
    found = [one for one in read(body)["inside"] if one["name"] == "VEVENT"]
    for one in found:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"} <= one.keys()
        assert all(one[f"{name};"] == "" for name in ("DTSTAMP", "DTSTART", "DTEND"))
        assert moment(one["DTSTAMP"]) <= datetime.now(UTC)
        assert moment(one["DTSTART"]) <= moment(one["DTEND"])
    assert len({one["UID"] for one in found}) == len(found)
    return found


def moment(words: str) -> datetime:
    """A DATE-TIME in its form with UTC time (3.3.5)."""
    return datetime.strptime(words, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def text(value: str) -> str:
    """A TEXT value without its escapes (3.3.11)."""
    return re.sub(r"\\([\\;,nN])", lambda match: {"n": "\n", "N": "\n"}.get(match[1], match[1]), value)
