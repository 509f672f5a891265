"""Entries as files: CSV for spreadsheets, JSON for machines. What a file says, row by row and column by column. No I/O.

A CSV cell that a spreadsheet would take for a formula is written with an apostrophe before it, which reading takes off.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from community.hours import BadHours, Hours, parse, special_of, special_text
from community.refusals import Refusal
from community.resource_content import KINDS, WAYS, BadContent, Channel, Content, checked, from_json, to_json

MOST_BYTES, MOST_ROWS = 700_000, 2_000  # what was looked at comes back inside a form, which holds 1 MiB
LISTS = ("audiences", "topics", "languages", "access")
TEXTS = ("name", "kind", "country", "offers", "for_whom", "what_happens", "cost", "anonymous")
HOURS = ("zone", "hours", "holidays", "special", "hours_said")
COLUMNS = ("id", *TEXTS, *LISTS, *WAYS, "keyword", *HOURS, "severe")
TOLD = ("state", "verified_on", "review_due", "source")  # written for people; not read again
_NEEDED = ("name", "kind", "country")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES = {"yes": True, "no": False, "": False}


class Unreadable(Refusal):
    """The file as a whole cannot be read; the sentence says why and what to do."""

    code = "unreadable"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file: its number in it, the entry it names, and what it says, as cells or as plain values."""

    number: int
    key: str
    cells: dict[str, str] = field(default_factory=dict)
    value: Any = None

    @property
    def name(self) -> str:
        """What the entry is called, as far as it can be told."""
        said = self.value.get("name", "") if isinstance(self.value, dict) else self.cells.get("name", "")
        return str(said)[:120]


def decoded(body: bytes) -> str:
    """The text of a file in UTF-8, with or without its mark, or in UTF-16 with it. Raises `Unreadable`."""
    if len(body) > MOST_BYTES:
        raise Unreadable(_("This file is larger than 700 KB. Take it in parts, for example one country at a time."))
    is_utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = body.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise Unreadable(
            _("Line %(line)s is not UTF-8; it looks like Latin-1. Save the file as “CSV UTF-8” and choose it again.")
            % {"line": line}
        ) from None
    if "\0" in text:
        raise Unreadable(_("This is no text file, or UTF-16 without its mark. Save it as “CSV UTF-8”."))
    return text


def rows_of(text: str) -> list[Row]:
    """The rows of a CSV or JSON text, whichever it is. Raises `Unreadable`."""
    if not text.strip():
        raise Unreadable(_("This file is empty."))
    return list(_json_rows(text)) if text.lstrip()[0] in "[{" else list(_csv_rows(text))


def _csv_rows(text: str) -> Iterator[Row]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = _header(next(reader))
        for number, cells in enumerate(reader, start=2):
            if number - 1 > MOST_ROWS:
                raise _too_many()
            if len(cells) > len(names):
                raise Unreadable(_("Row %(row)s has more cells than there are columns.") % {"row": number})
            said = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
            if any(said.values()):
                yield Row(number, said.get("id", ""), said)
    except csv.Error as error:
        raise Unreadable(
            _("Near line %(line)s a quotation mark is missing or a cell is too long (%(said)s).")
            % {"line": reader.line_num, "said": error}
        ) from None


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name not in (*COLUMNS, *TOLD)]
    missing = [name for name in _NEEDED if name not in names]
    twice = {name for name in names if names.count(name) > 1}
    if missing:
        raise Unreadable(
            _("The first row has to name the columns; missing: %(names)s.") % {"names": ", ".join(missing)}
        )
    if unknown or twice:
        wrong = ", ".join(f"“{name[:30]}”" for name in (*unknown, *sorted(twice)))
        raise Unreadable(_("Columns that are not known here, or are there twice: %(names)s.") % {"names": wrong})
    return names


def _json_rows(text: str) -> Iterator[Row]:
    try:
        found = msgspec.json.decode(text.encode())
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unreadable(_("This is no JSON: %(said)s") % {"said": str(error)[:120]}) from None
    if not isinstance(found, list):
        raise Unreadable(_("The file has to hold a list of entries."))
    if len(found) > MOST_ROWS:
        raise _too_many()
    for number, one in enumerate(found, start=1):
        if not isinstance(one, dict) or not isinstance(one.get("content"), dict):
            raise Unreadable(_("Entry %(row)s has no “content”.") % {"row": number})
        yield Row(number, str(one.get("id", "")), value=one["content"])


def _too_many() -> Unreadable:
    return Unreadable(
        _("More than %(most)s rows. Take the file in parts, for example one country at a time.") % {"most": MOST_ROWS}
    )


def content_of(row: Row, held: Content | None) -> Content:
    """What the row says, tidied. Columns that are not there stay as in `held`. Raises `BadContent` by column."""
    if row.value is not None:
        try:
            return checked(from_json(row.value))
        except msgspec.ValidationError as error:
            said, _sep, where = str(error).partition(" - at `$.")
            raise BadContent({where.rstrip("`") or "content": said}) from None
    errors: dict[str, str] = {}
    content = _from_cells(row.cells, held, errors)
    if content is None or errors:
        raise BadContent(errors)
    try:
        return checked(content)
    except BadContent as bad:
        raise BadContent({_column(field, content): words for field, words in bad.errors.items()}) from None


def _column(field: str, content: Content) -> str:
    """The column of a file in which a field of the content stands: a way to get in touch has one by its kind."""
    _channels, _dot, rest = field.partition("channels.")
    place = rest.partition(".")[0]
    if place.isdigit():
        return content.channels[int(place)].way
    return "phone" if field == "channels" else field


def _from_cells(cells: dict[str, str], held: Content | None, errors: dict[str, str]) -> Content | None:
    for name, allowed in {"kind": KINDS, "cost": ("", "free", "paid"), "anonymous": ("", "yes", "no")}.items():
        if name in cells and cells[name] not in allowed:
            errors[name] = _("“%(said)s” is not one of: %(allowed)s.") % {
                "said": cells[name][:40], "allowed": ", ".join(filter(None, allowed)),
            }  # fmt: skip
    if cells.get("severe", "").lower() not in _YES:
        errors["severe"] = _("Write yes or no.")
    said: dict[str, Any] = {name: cells[name] for name in TEXTS if name in cells}
    said |= {name: tuple(filter(None, map(str.strip, cells[name].split(";")))) for name in LISTS if name in cells}
    hours = _hours(cells, held.hours if held else Hours(), errors)
    channels = _channels(cells, held)
    if errors:
        return None
    if "severe" in cells:
        said["is_severe_path"] = _YES[cells["severe"].lower()]
    start = held or Content(name="", kind="helpline")
    return msgspec.structs.replace(start, **said, hours=hours, channels=channels)


def _hours(cells: dict[str, str], held: Hours, errors: dict[str, str]) -> Hours:
    if not any(name in cells for name in HOURS):
        return held
    zone = cells.get("zone", held.zone)
    holidays = cells.get("holidays", held.holidays) or "usual"
    if holidays not in ("usual", "closed"):
        errors["holidays"] = _("Write usual or closed.")
    try:
        plain = parse(cells.get("hours", held.text()), zone=zone)
    except BadHours as bad:
        errors["zone" if "zone" in str(bad) else "hours"] = str(bad)
        return held
    try:
        special = special_of("\n".join(cells.get("special", special_text(held.special)).split(";")))
    except BadHours as bad:
        errors["special"] = str(bad)
        return held
    said = cells.get("hours_said", held.said)
    return msgspec.structs.replace(plain, zone=zone, holidays=holidays, special=special, said=said)


def _channels(cells: dict[str, str], held: Content | None) -> tuple[Channel, ...]:
    """The ways of the row. One that was there before keeps its note and its own hours; columns not there stay."""
    left = list(enumerate(held.channels if held else ()))
    found: list[tuple[int, Channel]] = []
    for way in WAYS:
        before = [one for one in left if one[1].way == way]
        if way not in cells:
            found += before
            continue
        for shown in filter(None, map(str.strip, cells[way].split(";"))):
            place, one = next((pair for pair in before if pair[1].shown == shown), (len(left), Channel(way, shown)))
            before = [pair for pair in before if pair[0] != place]  # the same number may stand there twice
            found.append((place, msgspec.structs.replace(one, keyword=_keyword(one, cells))))
    return tuple(one for _place, one in sorted(found, key=lambda pair: pair[0]))


def _keyword(one: Channel, cells: dict[str, str]) -> str:
    return cells.get("keyword", one.keyword) if one.way == "text" else one.keyword


def cells_of(key: str, content: Content, told: dict[str, str]) -> dict[str, str]:
    """One entry as the cells of a CSV row, before they are made harmless."""
    hours = content.hours
    return {
        "id": key,
        **{name: str(getattr(content, name)) for name in TEXTS},
        **{name: "; ".join(getattr(content, name)) for name in LISTS},
        **{way: "; ".join(one.shown for one in content.channels if one.way == way) for way in WAYS},
        "keyword": next((one.keyword for one in content.channels if one.way == "text" and one.keyword), ""),
        "zone": hours.zone,
        "hours": hours.text(),
        "holidays": hours.holidays,
        "special": "; ".join(special_text(hours.special).splitlines()),
        "hours_said": hours.said,
        "severe": "yes" if content.is_severe_path else "no",
        **told,
    }


def csv_of(rows: Iterable[dict[str, str]]) -> str:
    """The text of a CSV file, with no cell that a spreadsheet would run."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, (*COLUMNS, *TOLD), restval="")
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    return file.getvalue()


def json_of(entries: Iterable[tuple[str, Content, dict[str, str]]]) -> str:
    """The text of a JSON file, with everything an entry says."""
    held = [{"id": key, "content": to_json(content), **told} for key, content, told in entries]
    return msgspec.json.format(msgspec.json.encode(held), indent=1).decode()


def harmless(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    stripped = cell.strip()
    return stripped[1:] if stripped[:1] == "'" and stripped[1:2] in _FORMULA else stripped
