"""`python -m bench.dry_run [--messages 100000] [--anew]`: what a dry run of a draft costs over so many stored messages.

Works on an SQLite database of its own in a temporary directory, with sentences written for the project. The messages
have their readings by the version in force, as on a live site; with `--anew` they have none, so that each is read.
Prints seconds by the clock and of the processor, of the process that counts: neighbours disturb the second less.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from tests.servers import ROOT

ROOMS, AUTHORS, DAYS = 20, 200, 28
CALM_SHARE = 12  # to one sentence of distress or danger


def main() -> int:
    """Fills, measures, prints."""
    parser = argparse.ArgumentParser(prog="bench.dry_run", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--anew", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commonlight-dry-run-") as name:
        set_up(Path(name) / "rows.sqlite3")
        fill(options.messages, anew=options.anew)
        _measure(_draft())
    return 0


def set_up(database: Path) -> None:
    """Settings and tables for a database of its own in this file."""
    os.environ.update(
        DATABASE_URL=f"sqlite:///{database}", DEMO="1", DEBUG="0", REDIS_URL="",
        DJANGO_SETTINGS_MODULE="community.settings",
    )  # fmt: skip
    import django
    from django.conf import settings

    django.setup()
    settings.HELP_FILE = database.parent / "help.json"
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(count: int, *, anew: bool) -> None:
    """So many messages of the last four weeks, with their readings unless `anew`."""
    from django.utils import timezone

    from chat.models import Message, Room
    from community.models import Member
    from moderation import detector
    from moderation.models import Screened, Screening

    pick = random.Random(7)
    calm, other = _sentences()
    names = ["".join(pick.choices("abdefgikoprstuvz", k=12)) for _ in range(AUTHORS)]
    people = [Member.objects.create(name=one, skeleton=one, email=f"{one}@example.org") for one in names]
    rooms = [Room.objects.create(slug=f"room-{at}", name=f"Room {at}", kind=Room.Kind.GROUP) for at in range(ROOMS)]
    read = {one: detector.screen(one) for one in (*calm, *other)} if not anew else {}
    begin, step = timezone.now() - timedelta(days=DAYS), timedelta(days=DAYS) / count
    seqs = dict.fromkeys(range(ROOMS), 0)

    def message(at: int) -> Any:
        where = pick.randrange(ROOMS)
        seqs[where] += 1
        body = pick.choice(other if pick.randrange(CALM_SHARE) == 0 else calm)
        author = people[pick.randrange(AUTHORS)]
        stored = begin + at * step
        return Message(
            room=rooms[where], seq=seqs[where], author=author, client_id=uuid4(), body=body, stored_at=stored
        )

    messages = (message(at) for at in range(count))
    while some := list(islice(messages, 5000)):
        stored = Message.objects.bulk_create(some)
        rows = [(one, read[one.body]) for one in stored if one.body in read]
        Screening.objects.bulk_create(
            Screening(
                message=one, author_id=one.author_id, said_at=one.stored_at, severity=int(found.severity),
                category=str(found.category), version=found.version,
            )
            for one, found in rows
        )  # fmt: skip
    for at, room in enumerate(rooms):
        Room.objects.filter(pk=room.pk).update(top=seqs[at], revision=seqs[at])
        if not anew:
            Screened.objects.create(room=room, seq=seqs[at], revision=seqs[at])


def _sentences() -> tuple[list[str], list[str]]:
    calm, other = [], []
    for path in sorted((ROOT / "moderation" / "training" / "sentences").glob("*.tsv")):
        for line in path.read_text().splitlines():
            parts = line.split("\t")
            if len(parts) == 6:
                (calm if parts[0] == "none" else other).append(parts[5].split(" / ")[0][:2000])
    return calm[:3000], other[:2000]


def _draft() -> str:
    """A draft as people write them: a list of 40 phrases, a group that weighs less, a phrase that rests."""
    from community.models import Member
    from moderation.models import DryRun, PhraseVersion
    from moderation.phrase_content import Content, SiteList, Weight, written

    words = ("spoons", "quarry", "night", "tired", "tomorrow", "nobody", "dark", "bridge")
    phrases = tuple(f"{first} ..3 {one}" for one in words for first in ("no more", "one more", "the", "mi", "another"))
    own = SiteList("bench", "en", "Bench", "To measure", "distress", "moderate", phrases=phrases)
    content = Content((own,), (Weight("en.unsafe", "", "low"),))
    author = Member.objects.first()
    version = PhraseVersion.objects.create(by=author, content=written(content))
    return DryRun.objects.create(version=version, edits=version.edits, days=30, by=author).token


def _measure(token: str) -> None:
    from moderation.models import DryRun

    begun = perf_counter()
    subprocess.run([sys.executable, "manage.py", "dry_run", token], cwd=ROOT, check=True)
    took, used = perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    run = DryRun.objects.get(token=token)
    print(f"{run.read} messages of {run.total} read, {run.counts.get('stored', 0)} with a stored reading; {run.state}")
    print(f"  {took:.1f} s by the clock, {used.ru_utime + used.ru_stime:.1f} s of the processor")
    print(f"  memory at most {used.ru_maxrss / 1024:.0f} MB; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"  levels that differ {run.counts.get('levels', {})}, new {run.counts.get('gained', {})}")
    print(f"  gone {run.counts.get('lost', {})}, samples {run.changes.count()}")


if __name__ == "__main__":
    sys.exit(main())
