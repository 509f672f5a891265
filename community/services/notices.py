"""What is new for a member, in one place: written in the transaction that causes it, told after commit.

A notice says that something is new and where, never what was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Count, F, Q, Value, When
from django.utils import timezone

from community.duties import duty
from community.models import Member, Notice, Push
from community.services import push
from community.signals import notices_moved

LISTED = 100
KEPT_SEEN, KEPT_NEW = timedelta(days=30), timedelta(days=90)
SUBJECT_LIMIT = 80


def notify(
    member_ids: Iterable[int],
    *,
    kind: str,
    key: str,
    subject: str,
    path: str,
    times: int = 1,
    at: datetime | None = None,
    rings: bool = True,
) -> None:
    """Tells these members that something is new. Call inside the transaction that made it new.

    The same `key` again raises the count by `times`; once the earlier ones were seen it begins anew. `subject` is a
    room's or a member's name, `path` where it is to be found; neither may hold words of a message. What does not ring
    wakes no device, whatever its member chose. Whoever calls this has left out who must not hear of it (promise A7).
    """
    ids = sorted(set(member_ids))
    at = at or timezone.now()
    said = {"kind": kind, "subject": subject[:SUBJECT_LIMIT], "path": path, "at": at}
    with transaction.atomic():
        # First a row for everyone, then the count: two causes at once are both counted.
        rows = [Notice(member_id=pk, key=key, count=0, **said) for pk in ids]
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        theirs = Notice.objects.filter(member__in=ids, key=key)
        Push.objects.filter(notice__in=theirs.exclude(seen_at=None)).delete()
        count = Case(When(seen_at=None, then=F("count") + times), default=Value(times))
        theirs.update(count=count, seen_at=None, **said)
        if rings:
            push.wake(list(theirs))
        _tell(ids)


def take_back(key: str) -> None:
    """What this cause told of is so no longer: those who have not seen it will not. Call in the transaction of it."""
    rows = Notice.objects.filter(key=key, seen_at=None)
    ids = sorted(rows.values_list("member_id", flat=True))
    rows.delete()
    _tell(ids)


def seen(member: Member | int, key: str) -> bool:
    """The member has seen what this cause was about. True when it was new until now."""
    return _seen(member, Q(key=key)) > 0


def seen_each(pairs: Iterable[tuple[int, str]]) -> None:
    """The same for many (member id, key)."""
    wanted: dict[int, list[str]] = {}
    for member_id, key in pairs:
        wanted.setdefault(member_id, []).append(key)
    for member_id, keys in wanted.items():
        _seen(member_id, Q(key__in=keys))


def seen_one(member: Member, pk: int) -> bool:
    """The member has seen one of their notices; nobody else's is touched."""
    return _seen(member, Q(pk=pk)) > 0


def seen_all(member: Member, *, up_to: datetime | None = None) -> int:
    """The member has seen everything that was new up to a moment; how many."""
    return _seen(member, Q(at__lte=up_to or timezone.now()))


def new_count(member: Member | int) -> int:
    """How many causes are new for the member."""
    return Notice.objects.filter(member=member, seen_at=None).count()


def new_counts(member_ids: Iterable[int]) -> dict[int, int]:
    """The same for many members; those without anything new are left out."""
    rows = Notice.objects.filter(member__in=list(member_ids), seen_at=None).order_by()
    return dict(rows.values_list("member").annotate(n=Count("pk")))


def new_keys(member_ids: Iterable[int], *, kinds: Iterable[str]) -> set[tuple[int, str]]:
    """(member id, key) of what is new for these members, of these kinds."""
    rows = Notice.objects.filter(member__in=list(member_ids), seen_at=None, kind__in=list(kinds))
    return set(rows.values_list("member_id", "key"))


def listed(member: Member) -> list[Notice]:
    """The member's notices, newest first."""
    return list(Notice.objects.filter(member=member).order_by("-at", "-pk")[:LISTED])


@duty("old notices", every_seconds=6 * 3600)
def forget_old() -> int:
    """Forgets what was seen a month ago, and what nobody looked at for three; how many."""
    now = timezone.now()
    old = Q(seen_at__lt=now - KEPT_SEEN) | Q(at__lt=now - KEPT_NEW)
    return Notice.objects.filter(old).delete()[0]


def _seen(member: Member | int, which: Q) -> int:
    with transaction.atomic():
        # Held in the order in which they are written, so that two who touch several cannot wait for each other.
        new = Notice.objects.filter(which, member=member, seen_at=None).select_for_update().order_by("key")
        changed = Notice.objects.filter(pk__in=[one.pk for one in new]).update(seen_at=timezone.now())
        if changed:
            _tell([member if isinstance(member, int) else member.pk])
    return changed


def _tell(member_ids: list[int]) -> None:
    if member_ids:
        transaction.on_commit(lambda: notices_moved.send(Notice, member_ids=member_ids))
