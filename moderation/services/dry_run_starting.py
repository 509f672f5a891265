"""Duties: a dry run that waits gets a process of its own, and a trial counts what was stored since.

A process of its own, because counting keeps a core busy for a minute: within a web process every socket would feel it.
What breaks off again and again without getting on is given up, so that it doesn't keep a core busy for ever.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from community.duties import duty
from moderation.models import DryRun, PhraseVersion
from moderation.services import dry_run_counting
from moderation.services.dry_run_counting import Counter

TRIAL_AT_ONCE, TRIAL_SECONDS = 200, 1.0  # of this thread, each round
SETTLED = timedelta(seconds=10)  # by then whoever got a lower key has committed, too
MOST_TRIES = 3
log = logging.getLogger("moderation.phrases")
_children: list[tuple[str, subprocess.Popen[bytes]]] = []  # tokens, and who counts
State = DryRun.State


@duty("dry runs", every_seconds=5)
def start_waiting() -> bool:
    """Starts a process for a dry run that nobody counts, unless one of ours is counting. True when it did.

    One that broke off three times without getting on stands as failed.
    """
    _mind_children()
    _give_up()
    token = None if _children else _uncounted().order_by("pk").values_list("token", flat=True).first()
    if token is None:
        return False
    _children.append((token, _process(token)))
    return True


def _uncounted() -> QuerySet[DryRun]:
    free = Q(held_until=None) | Q(held_until__lt=timezone.now())
    return DryRun.objects.filter(free, state__in=(State.WAITING, State.RUNNING), is_trial=False)


def _process(token: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  (our own command, with a token from the database)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "dry_run", token, "--skip-checks"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _mind_children() -> None:
    """Forgets those that ended. One that failed before it held its run has tried, too; from then on the run counts."""
    for token, child in [one for one in _children if one[1].poll() is not None]:
        _children.remove((token, child))
        if child.returncode:
            _uncounted().filter(token=token).update(tries=F("tries") + 1)


def _give_up() -> None:
    for run in _uncounted().filter(tries__gte=MOST_TRIES):
        log.error("A dry run of phrases broke off %s times without getting on, and was given up", run.tries)
        _uncounted().filter(pk=run.pk).update(state=State.FAILED, done_at=timezone.now(), held_until=None)


@duty("trial of phrases", every_seconds=15)
def count_trial() -> int:
    """Reads what was stored since the last round with the version on trial; how many messages. Bounded work."""
    run = (
        DryRun.objects.select_related("version").filter(is_trial=True, state__in=(State.WAITING, State.RUNNING)).first()
    )
    if run is None:
        return 0
    if run.version.trial_until is None or run.version.trial_until <= timezone.now():
        _end(run)
        return 0
    held = DryRun.objects.filter(pk=run.pk, held_until=run.held_until)
    until = timezone.now() + timedelta(seconds=1)
    if (run.held_until and run.held_until > timezone.now()) or not held.update(state=State.RUNNING, held_until=until):
        return 0
    run.held_until = until
    run.counts.pop("in_force", None)  # compared with whatever is in force at the time
    counter = dry_run_counting.counter_for(run)
    return _some(run, counter) if counter else 0


def _some(run: DryRun, counter: Counter) -> int:
    end, before = time.monotonic() + TRIAL_SECONDS, run.read
    settled = timezone.now() - SETTLED
    while True:
        read = run.read
        if not counter.piece(TRIAL_AT_ONCE, until=settled) or run.read == read or time.monotonic() > end:
            break
    DryRun.objects.filter(pk=run.pk, held_until=run.held_until).update(held_until=None)
    return run.read - before


@transaction.atomic
def _end(run: DryRun) -> None:
    version = PhraseVersion.objects.select_for_update(of=("self",)).filter(pk=run.version_id).first()
    DryRun.objects.filter(pk=run.pk).update(state=State.DONE, done_at=timezone.now(), held_until=None)
    if version and version.state == PhraseVersion.State.TRIAL:
        version.state, version.trial_until = PhraseVersion.State.WAITING, None
        version.save(update_fields=["state", "trial_until"])
