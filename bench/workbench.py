"""`python -m bench.workbench [--messages 100000] [--flags 10000] [--keep FILE]`: what moderators' pages cost when full.

Works on an SQLite database of its own: the demo, stored messages with their readings, open cases. Prints for each page
the median of ten loads by the clock and of the processor, and its queries. With `--keep` the database stays there, to
be looked at in a browser.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import dry_run

LOADS = 10
WHO = "Ada"
HOST = "127.0.0.1"


def main() -> int:
    """Fills what is empty, measures, prints."""
    parser = argparse.ArgumentParser(prog="bench.workbench", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--flags", type=int, default=10_000)
    parser.add_argument("--keep", default="", help="a file that holds the database, made if it isn't there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commonlight-workbench-") as name:
        path = Path(options.keep or f"{name}/rows.sqlite3").absolute()
        os.environ["ALLOWED_HOSTS"] = HOST
        dry_run.set_up(path)
        _fill(options.messages, options.flags)
        _measure()
    return 0


def _fill(messages: int, cases: int) -> None:
    from django.core.management import call_command

    from chat.models import Message
    from moderation.models import Flag

    call_command("demo", verbosity=0)
    missing = messages - Message.objects.count()
    if missing > messages / 2:
        dry_run.fill(missing, anew=False)
    missing = cases - Flag.objects.open().count()
    if missing > 0:
        _open(missing)
    print(f"{Message.objects.count()} messages, {Flag.objects.open().count()} open cases")


def _open(count: int) -> None:
    """Cases about the newest messages: one in fifty in the highest band, all of them still in time."""
    from django.utils import timezone

    from chat.models import Message
    from moderation.models import Flag

    now = timezone.now()
    rows = Message.objects.filter(flags=None, author__isnull=False).order_by("-pk").values_list("pk", "author_id")
    Flag.objects.bulk_create(
        (
            Flag(
                message_id=key, member_id=author, severity=4 if at % 50 == 0 else 3 if at % 10 == 0 else 2,
                category="suicide", from_words=True, opened_at=now - timedelta(minutes=at % 60),
                due_at=now + timedelta(days=1, seconds=at),
            )
            for at, (key, author) in enumerate(rows[:count])
        ),
        batch_size=1000,
    )  # fmt: skip


def _measure() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from community.models import Member
    from tests.moderation.console import at_console

    member = Member.objects.get(name=WHO)
    client = at_console(_with_roles(member))
    print(
        f"{'page':34} {'ms':>6} {'work':>6} {'queries':>8} {'KB':>5}   median of {LOADS}; load {os.getloadavg()[0]:.1f}"
    )
    for name, address in _pages(member):
        times, work = [], []
        for _ in range(LOADS):
            begun, used = perf_counter(), process_time()
            answer = client.get(address, SERVER_NAME=HOST)
            size = len(answer.content)
            times.append(perf_counter() - begun)
            work.append(process_time() - used)
        with CaptureQueriesContext(connection) as asked:
            client.get(address, SERVER_NAME=HOST)
        wrong = "" if answer.status_code == 200 else f"  answered {answer.status_code}"
        figures = f"{median(times) * 1000:6.0f} {median(work) * 1000:6.0f} {len(asked):8} {size / 1000:5.0f}"
        print(f"{name:34} {figures}{wrong}", flush=True)


def _with_roles(member: Any) -> Any:
    from django.contrib.auth.models import Group

    member.groups.set(Group.objects.filter(name__in=("admins", "leads", "moderators")))
    return type(member).objects.get(pk=member.pk)


def _pages(member: Any) -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    from moderation.models import DryRun, PhraseVersion

    for name in ("queue", "shift", "roster", "care", "phrases", "numbers", "thresholds", "memorials", "audit"):
        yield name, reverse(f"moderation:{name}")
    yield "numbers, 90 days", reverse("moderation:numbers") + "?days=90"
    yield "a list of the release", reverse("moderation:phrase-list", args=["en.unsafe"])
    version = PhraseVersion.objects.order_by("-pk").first()
    if version:
        yield "a version", reverse("moderation:phrase-version", args=[version.token])
    run = DryRun.objects.order_by("-pk").first()
    if run:
        yield "a dry run", reverse("moderation:dry-run", args=[run.token])
    yield from _as_full(member)


def _as_full(member: Any) -> Iterator[tuple[str, str]]:
    """The queue of somebody who carries enough while eight colleagues are on: what is left to them is worked out."""
    from django.contrib.auth.models import Group
    from django.urls import reverse
    from django.utils import timezone

    from community.models import Member
    from moderation.models import Heavy, Shift, Spared

    now = timezone.now()
    yield "queue, at the limit, alone", _heavy(member, now) or reverse("moderation:queue")
    others = list(Member.objects.exclude(pk=member.pk).order_by("-pk")[:8])
    for one in others:
        one.groups.add(Group.objects.get(name="moderators"))
    rows = [Shift(member=one, began_at=now, ends_at=now + timedelta(hours=2)) for one in others]
    kept = Shift.objects.bulk_create(rows)
    yield "queue, at the limit, 8 others", reverse("moderation:queue")
    Spared.objects.get_or_create(member=member, category="violence")
    yield "the same, sparing a subject", reverse("moderation:queue")
    Spared.objects.filter(member=member).delete()
    Shift.objects.filter(pk__in=[one.pk for one in kept]).delete()
    Heavy.objects.filter(member=member).delete()
    for one in others:
        one.groups.remove(Group.objects.get(name="moderators"))


def _heavy(member: Any, now: Any) -> None:
    from moderation.models import Heavy

    row = {"member": member, "at": now, "since": now, "seconds": 60, "left_at": now}
    Heavy.objects.bulk_create([Heavy(**row) for _ in range(20)])


if __name__ == "__main__":
    sys.exit(main())
