"""Whether the audit trail is whole: every entry as it was written, and none missing, moved or cut off (promise D6).

The newest number and MAC are also written outside the database, every five minutes, to `AUDIT_HEADS` and to the log:
a chain that was cut short, even with its head, does not reach what was written there.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from community import fieldcrypt
from community.duties import duty
from community.models import AuditEntry, AuditHead
from community.services import audit

log = logging.getLogger("community.audit")
AT_ONCE = 2000
MOST_TROUBLES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: how many entries, how many heads outside, and what is wrong."""

    entries: int
    heads: int
    troubles: list[str]


@duty("head of the audit trail", every_seconds=300)
def write_head() -> bool:
    """Writes number and MAC of the newest entry outside the database; False when they stand there already."""
    head = AuditHead.objects.filter(pk=1, number__gt=0).first()
    path = Path(settings.AUDIT_HEADS)
    if head is None or (head.number, head.mac) == _last(path):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"number": head.number, "mac": head.mac, "at": head.moved_at.isoformat()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    log.info("The audit trail stands at %s %s", head.number, head.mac)
    return True


def check() -> Outcome:
    """Goes through the whole trail."""
    head = AuditHead.objects.filter(pk=1).first()
    outside = list(_heads(Path(settings.AUDIT_HEADS)))
    if head is None:
        gone = bool(outside) or AuditEntry.objects.exists()
        return Outcome(0, len(outside), ["The head of the trail, with its key, is gone."] if gone else [])
    try:
        key = audit.key_of(head)
    except fieldcrypt.NotReadable:
        return Outcome(0, len(outside), ["No key of FIELD_KEYS opens the key of the trail."])
    walk = _Walk(key, dict(outside))
    walk.go()
    walk.reach(head)
    return Outcome(walk.count, len(outside), walk.troubles)


def are_as_written(entries: list[AuditEntry], beside: Iterable[AuditEntry] = ()) -> bool:
    """True when each of these entries, whichever they are, follows the one before it as it was written.

    Those that stand neither among them nor `beside` are read.
    """
    head = AuditHead.objects.filter(pk=1).first()
    if head is None or not entries:
        return not entries
    try:
        key = audit.key_of(head)
    except fieldcrypt.NotReadable:
        return False
    known = {entry.number: entry for entry in (*entries, *beside)}
    missing = {entry.number - 1 for entry in entries if entry.number > 1} - known.keys()
    known |= {entry.number: entry for entry in AuditEntry.objects.filter(number__in=missing)} if missing else {}
    return all(_follows(entry, known.get(entry.number - 1), key) for entry in entries)


def _follows(entry: AuditEntry, before: AuditEntry | None, key: bytes) -> bool:
    if before is None and entry.number > 1:
        return False
    after = before.mac if before else ""
    return hmac.compare_digest(entry.mac, audit.mac_of(entry, after=after, key=key))


class _Walk:
    """One pass over all entries, in their order."""

    def __init__(self, key: bytes, outside: dict[int, str]) -> None:
        self.troubles: list[str] = []
        self.count = 0
        self._key, self._outside = key, outside
        self._number, self._mac = 0, ""

    def go(self) -> None:
        for entry in AuditEntry.objects.order_by("number").iterator(AT_ONCE):
            self.count += 1
            self._follow(entry)
            self._number, self._mac = entry.number, entry.mac

    def _follow(self, entry: AuditEntry) -> None:
        if entry.number != self._number + 1:
            self._say(f"Entries {self._number + 1} to {entry.number - 1} are missing.")
        elif not hmac.compare_digest(entry.mac, audit.mac_of(entry, after=self._mac, key=self._key)):
            self._say(f"Entry {entry.number} is not as it was written, or not in its place.")
        if self._outside.pop(entry.number, entry.mac) != entry.mac:
            self._say(f"Entry {entry.number} differs from the head written outside.")

    def reach(self, head: AuditHead) -> None:
        if (head.number, head.mac) != (self._number, self._mac):
            self._say(f"The trail ends at {self._number}; its head says {head.number}.")
        for number in sorted(self._outside):
            if number > self._number:
                self._say(f"Entry {number} was written outside, but the trail ends at {self._number}.")

    def _say(self, trouble: str) -> None:
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(trouble)


def _heads(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
            yield int(said["number"]), str(said["mac"])
        except (ValueError, KeyError, TypeError):
            log.warning("A line of the heads outside cannot be read")


def _last(path: Path) -> tuple[int, str]:
    last = (0, "")
    for last in _heads(path):  # noqa: B007
        pass
    return last
