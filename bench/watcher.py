"""A moderator who looks at the queue ten times a second: how soon after its message is a flag there?

Run as a process of its own with the environment of the server: `python -m bench.watcher`. It prints "ready", looks
until its standard input ends, waits until every message is read, and prints figures in JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

import django

from bench.ledger import percentiles

EVERY_SECONDS, PATIENCE_SECONDS = 0.1, 60.0


def main() -> None:
    """Looks, and tells."""
    django.setup()
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    watch = _Watch()
    print("ready", flush=True)
    while not over.is_set():
        watch.look()
        time.sleep(EVERY_SECONDS)
    ended = time.monotonic()
    while (left := _unread()) and time.monotonic() < ended + PATIENCE_SECONDS:
        watch.look()
        time.sleep(EVERY_SECONDS)
    watch.look()
    figures = {"unread": left, "caught_up_seconds": time.monotonic() - ended, **watch.figures()}
    print(json.dumps(figures), flush=True)


class _Watch:
    def __init__(self) -> None:
        from django.contrib.auth.models import Group

        from community.models import Member

        self._by = Member.objects.create(name="the-watcher", skeleton="the-watcher", password="!")
        self._by.groups.add(Group.objects.get_or_create(name="moderators")[0])
        self._last, self._late_ns, self._listed_ns = 0, [], []

    def look(self) -> None:
        """Asks for the queue, and notes how old the messages of those flags are that it shows for the first time."""
        from django.utils import timezone

        from moderation.models import Flag
        from moderation.services import queue

        fresh = list(Flag.objects.filter(pk__gt=self._last).order_by("pk").values_list("pk", "message__stored_at"))
        begun = time.monotonic_ns()
        queue.listed(self._by)
        self._listed_ns.append(time.monotonic_ns() - begun)
        now = timezone.now()
        self._late_ns += [int((now - stored_at).total_seconds() * 1e9) for _, stored_at in fresh]
        self._last = fresh[-1][0] if fresh else self._last

    def figures(self) -> dict[str, Any]:
        """How many flags, how late, and what a look at the queue took."""
        worst = max(self._late_ns, default=0) / 1e6
        late, listed = percentiles("flag_", self._late_ns), percentiles("listed_", self._listed_ns)
        return {"flags": len(self._late_ns), "flag_worst": worst, **late, **listed}


def _unread() -> int:
    from django.db.models import Exists, OuterRef

    from chat.models import Message
    from moderation.models import Screening

    return Message.objects.filter(~Exists(Screening.objects.filter(message=OuterRef("pk")))).count()


if __name__ == "__main__":
    main()
