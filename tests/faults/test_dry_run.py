"""A dry run whose process is killed in the middle of a piece goes on, and counts nothing twice (F1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories, servers
from tests.faults.test_screening import killed

__all__ = ["killed"]
pytestmark = pytest.mark.servers
HANGS_IN_THE_SECOND_PIECE = """
from moderation.models import DryRunChange
from moderation.services import dry_run_counting
dry_run_counting.AT_ONCE = 4
store = DryRunChange.objects.bulk_create
pieces = []
def once(*args, **how):
    pieces.append(1)
    done = store(*args, **how)
    if len(pieces) == 2:
        print("within", flush=True)
        signal.pause()
    return done
DryRunChange.objects.bulk_create = once
dry_run_counting.DryRunChange.objects.bulk_create = once
dry_run_counting.go_on(sys.argv[1])
"""


def asked() -> str:
    from chat.models import Room
    from community.models import Member
    from moderation.models import DryRun, PhraseVersion

    ana, room = Member.objects.get(name="ana"), Room.objects.get(slug="evening")
    with factories.unhurried():
        for number in range(10):
            factories.post(ana, room, f"the quarry {number}")
    own = {"key": "own", "language": "en", "name": "Own", "purpose": "p", "category": "distress",
           "severity": "moderate", "person": "any", "phrases": ["the quarry"]}  # fmt: skip
    version = PhraseVersion.objects.create(by=ana, content={"lists": [own], "weights": []})
    return DryRun.objects.create(version=version, edits=version.edits, by=ana).token


def lapse() -> tuple[int, int]:
    from django.utils import timezone

    from moderation.models import DryRun

    run = DryRun.objects.get()
    DryRun.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    return run.read, run.changes.count()


def counted() -> tuple[str, int, int, int]:
    from moderation.models import DryRun

    run = DryRun.objects.get()
    return run.state, run.read, run.counts["draft"]["flags"], run.changes.count()


def test_f1_a_dry_run_that_was_killed_within_a_piece_goes_on_and_counts_nothing_twice(killed: Any):
    token = killed.site.do(asked)
    killed.run(HANGS_IN_THE_SECOND_PIECE, token, until="within")
    assert killed.site.do(lapse) == (4, 4)
    servers.manage("dry_run", token, env=killed.env)
    assert killed.site.do(counted) == ("done", 10, 10, 10)
