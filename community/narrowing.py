"""What a reader asked of the directory: read from an address and written into one again, to share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.languages import name_of
from community.resource_content import WAYS
from community.shelves import KINDS, PEOPLE, SHELVES, SUBJECTS

LONGEST_QUERY = 80
MOST_PAGES = 1000
WAY_NAMES: dict[str, str | Promise] = {
    "phone": _("Phone"),
    "text": _("Text"),
    "whatsapp": _("WhatsApp"),
    "chat": _("Chat"),
    "mail": _("Email"),
    "page": _("Web"),
}
COSTS: dict[str, str | Promise] = {"free": _("Free"), "paid": _("Costs money")}
_NOT_FILTERS = ("country", "shelf", "page")


@dataclass(frozen=True, slots=True)
class Asked:
    """Each field may be empty. The names are those in the address, but for "for", which is `people`."""

    country: str = ""
    q: str = ""
    subject: str = ""
    people: str = ""
    kind: str = ""
    way: str = ""
    language: str = ""
    cost: str = ""
    open: str = ""
    shelf: str = ""
    page: int = 1

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the list, each with its words: "subject" → "Grief"."""
        chosen = ((one.name, getattr(self, one.name)) for one in fields(self) if one.name not in _NOT_FILTERS)
        return {name: _words(name, value) for name, value in chosen if value}

    def but(self, name: str) -> Asked:
        """The same without one of the choices."""
        return replace(self, **{name: ""})  # type: ignore[arg-type]

    def address(self, **changed: str | int) -> str:
        """The query string of this list with some of it changed; a change of anything else begins at the first page."""
        other = replace(self, **{"page": 1, **changed})  # type: ignore[arg-type]
        pairs = [("for" if one.name == "people" else one.name, getattr(other, one.name)) for one in fields(other)]
        return "?" + urlencode([(name, value) for name, value in pairs if value and (name, value) != ("page", 1)])


def read(said: Mapping[str, str], *, country: str) -> Asked:
    """What an address asks for. What no table knows is left out; nothing is an error."""
    return Asked(
        country=country,
        q=" ".join(said.get("q", "")[: LONGEST_QUERY * 4].split())[:LONGEST_QUERY],
        subject=_one_of(SUBJECTS, said.get("subject", "")),
        people=_one_of(PEOPLE, said.get("for", "")),
        kind=_one_of(KINDS, said.get("kind", "")),
        way=_one_of(WAY_NAMES, said.get("way", "")),
        language=_language(said.get("language", "")),
        cost=_one_of(COSTS, said.get("cost", "")),
        open="now" if said.get("open") else "",
        shelf=_one_of(SHELVES, said.get("shelf", "")),
        page=_page(said.get("page", "")),
    )


def _one_of(table: Mapping[str, object], value: str) -> str:
    return value if value in table else ""


def _language(value: str) -> str:
    return (
        value.lower()
        if value.replace("-", "").isascii() and value.replace("-", "").isalpha() and len(value) < 9
        else ""
    )


def _page(value: str) -> int:
    return min(max(int(value), 1), MOST_PAGES) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _words(name: str, value: str) -> str:
    if name == "q":
        return value
    if name == "open":
        return str(_("Open now"))
    if name == "language":
        return name_of(value)
    tables: dict[str, Mapping[str, object]] = {"way": WAY_NAMES, "cost": COSTS}
    if name in tables:
        return str(tables[name][value])
    return str({"subject": SUBJECTS, "people": PEOPLE, "kind": KINDS}[name][value][0])  # type: ignore[index]


assert set(WAY_NAMES) == set(WAYS)
