"""Which links to look at now, politely. Pure: knows the time only from its caller, and never waits itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

EVERY = timedelta(days=1)
WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
APART = timedelta(seconds=30)
BROKEN_AFTER = 3
MOST_A_NIGHT = 500


@dataclass(frozen=True, slots=True)
class Known:
    """An address, when it was last looked at, how many looks in a row failed, and when it may be asked again."""

    url: str
    looked_at: datetime | None = None
    failures: int = 0
    not_before: datetime | None = None

    @property
    def is_broken(self) -> bool:
        """True from the third failure in a row: one bad night proves nothing."""
        return self.failures >= BROKEN_AFTER


def due(
    links: Iterable[Known],
    now: datetime,
    *,
    looked_tonight: int = 0,
    most: int = MOST_A_NIGHT,
    asked: Mapping[str, datetime] | None = None,
    busy: Collection[str] = (),
) -> list[Known]:
    """What to look at now, the longest waiting first: one of each host, none of a host asked less than `APART` ago.

    `asked` says when each host was last asked, where the caller knows better than `links`; `busy` are hosts that
    are being asked at this moment.
    """
    everything = list(links)
    last = _last_asked(everything, asked or {})
    taken = set(busy) | {host for host, at in last.items() if now - at < APART}
    chosen: list[Known] = []
    waiting = sorted((one for one in everything if due_at(one) is None or due_at(one) <= now), key=_order)  # type: ignore[operator]
    for one in waiting:
        host = host_of(one.url)
        if len(chosen) >= most - looked_tonight:
            break
        if host not in taken:
            taken.add(host)
            chosen.append(one)
    return chosen


def due_at(link: Known) -> datetime | None:
    """When a link is to be looked at next; None is at once."""
    if link.looked_at is None:
        return link.not_before
    wait = WAITS[min(link.failures, len(WAITS)) - 1] if link.failures else EVERY
    return max(link.looked_at + wait, link.not_before or link.looked_at)


def after(link: Known, now: datetime, *, failed: bool, retry_after: int = 0) -> Known:
    """The link as it stands after a look. Being asked to come later is no failure, and no success either."""
    later = now + timedelta(seconds=retry_after) if retry_after else None
    failures = link.failures + 1 if failed else link.failures if later else 0
    return replace(link, looked_at=now, failures=failures, not_before=later)


def host_of(url: str) -> str:
    """The host whose patience a look at `url` costs."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _order(link: Known) -> tuple[bool, float, str]:
    at = due_at(link)
    return (at is not None, at.timestamp() if at else 0.0, link.url)


def _last_asked(links: list[Known], asked: Mapping[str, datetime]) -> dict[str, datetime]:
    last = dict(asked)
    for one in links:
        host = host_of(one.url)
        if one.looked_at and (host not in last or last[host] < one.looked_at):
            last[host] = one.looked_at
    return last
