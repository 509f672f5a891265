"""What curators read: names for kinds, ways, levels and lists, and an entry as lines to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import countries
from community.choosing import NOW, SELF, TALK
from community.hours import CALLER, Hours, special_text
from community.resource_content import ANYWHERE, Channel, Content

Words = str | Promise
MOST_PAIRS = 250_000  # words of one text times words of the other: what may be compared word by word
KINDS: dict[str, Words] = {
    "emergency": gettext_lazy("Emergency number"),
    "helpline": gettext_lazy("Help line"),
    "peer support": gettext_lazy("Peer support"),
    "directory": gettext_lazy("Directory of services"),
    "professional help finder": gettext_lazy("Finder of professional help"),
    "education": gettext_lazy("Education"),
    "guidance": gettext_lazy("Guidance"),
    "book": gettext_lazy("Book"),
    "self-help tool": gettext_lazy("Self-help tool"),
    "app": gettext_lazy("App"),
}
WAYS: dict[str, Words] = {
    "phone": gettext_lazy("Phone"),
    "text": gettext_lazy("Text message"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "chat": gettext_lazy("Chat on a page"),
    "mail": gettext_lazy("Email"),
    "page": gettext_lazy("Page"),
}
LEVELS: dict[str, Words] = {
    NOW: gettext_lazy("Help now"),
    TALK: gettext_lazy("Talk to someone"),
    SELF: gettext_lazy("On your own"),
}
TABS: dict[str, Words] = {
    "check": gettext_lazy("Needs a check"),
    "reported": gettext_lazy("Reported by members"),
    "broken": gettext_lazy("Broken links"),
    "second": gettext_lazy("Waiting for a second reader"),
    "drafts": gettext_lazy("Drafts"),
    "away": gettext_lazy("Put away"),
    "all": gettext_lazy("All"),
}
COST: dict[str, Words] = {
    "": gettext_lazy("Nobody told us"),
    "free": gettext_lazy("Free"),
    "paid": gettext_lazy("Paid"),
}
ANONYMOUS: dict[str, Words] = {
    "": gettext_lazy("Nobody told us"), "yes": gettext_lazy("Yes, no name is asked"), "no": gettext_lazy("No"),
}  # fmt: skip
DAYS: tuple[Words, ...] = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip
FIELDS: dict[str, Words] = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "country": gettext_lazy("Country"),
    "offers": gettext_lazy("What it offers"),
    "for_whom": gettext_lazy("For whom"),
    "audiences": gettext_lazy("Audiences"),
    "topics": gettext_lazy("Topics"),
    "languages": gettext_lazy("Languages"),
    "channels": gettext_lazy("Ways to get in touch"),
    "hours": gettext_lazy("Hours"),
    "cost": gettext_lazy("Cost"),
    "anonymous": gettext_lazy("Anonymous"),
    "access": gettext_lazy("Accessibility"),
    "what_happens": gettext_lazy("What happens"),
    "is_severe_path": gettext_lazy("Shown to people in danger"),
}


def country(code: str) -> str:
    """The country's name; "Anywhere" for entries that are for everywhere."""
    return str(_("Anywhere")) if code == ANYWHERE else countries.name_of(code) or code


def hours(held: Hours) -> list[str]:
    """Opening hours, one thought on a line."""
    lines = [held.text()] if held.is_known else [_("Not known")]
    if held.zone and not (held.always and not held.special):
        lines.append(_("On the caller's own clock") if held.zone == CALLER else held.zone.replace("_", " "))
    if held.holidays == "closed":
        lines.append(_("Closed on public holidays"))
    lines += special_text(held.special).splitlines()
    return [*lines, held.said] if held.said else lines


def channel(held: Channel) -> str:
    """One way to get in touch, on one line, the number as it is held."""
    parts = [
        f"{WAYS[held.way]}: {held.shown}",
        held.keyword and _("word: %(word)s") % {"word": held.keyword},
        held.note,
    ]
    own = held.hours.text() if held.hours else ""
    return " · ".join(part for part in (*parts, own) if part)


def lines(content: Content) -> dict[str, list[str]]:
    """Field → what it says, line by line. Numbers are exactly as held."""
    said: dict[str, list[str]] = {name: [str(value)] for name, value in _single(content).items() if value}
    for name in ("audiences", "topics", "languages", "access"):
        said[name] = list(getattr(content, name))
    said["channels"] = [channel(one) for one in content.channels]
    said["hours"] = hours(content.hours)
    return {name: said.get(name, []) for name in FIELDS}


def _single(content: Content) -> dict[str, Words]:
    return {
        "name": content.name,
        "kind": KINDS[content.kind],
        "country": country(content.country),
        "offers": content.offers,
        "for_whom": content.for_whom,
        "cost": COST[content.cost],
        "anonymous": ANONYMOUS[content.anonymous],
        "what_happens": content.what_happens,
        "is_severe_path": _("Yes") if content.is_severe_path else _("No"),
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two texts. `before` and `after` hold (kind, words): "same", "gone" or "new"."""

    label: Words
    before: list[tuple[str, str]]
    after: list[tuple[str, str]]


def compared(before: Content | None, after: Content) -> list[Compared]:
    """Every field that differs, with the words that went and came. A number is compared as a whole."""
    old, new = lines(before) if before else {}, lines(after)
    return [
        _compared(name, old.get(name, []), new[name])
        for name in FIELDS
        if old.get(name, []) != new[name] and new != old
    ]


def _compared(name: str, old: list[str], new: list[str]) -> Compared:
    if name in ("channels", "hours", "audiences", "topics", "languages", "access"):
        before = [("same" if one in new else "gone", one) for one in old]
        return Compared(FIELDS[name], before, [("same" if one in old else "new", one) for one in new])
    return Compared(FIELDS[name], *by_words(" ".join(old), " ".join(new)))


def by_words(old: str, new: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Two texts as runs of words, each (kind, words): "same", "gone" or "new". Very long ones are compared whole."""
    was, now = old.split(), new.split()
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    if len(was) * len(now) > MOST_PAIRS:
        return [("gone", old)], [("new", new)]
    for kind, start, end, begin, stop in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        same = kind == "equal"
        left += [("same" if same else "gone", " ".join(was[start:end]))] if end > start else []
        right += [("same" if same else "new", " ".join(now[begin:stop]))] if stop > begin else []
    return left, right
