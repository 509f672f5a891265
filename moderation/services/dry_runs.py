"""What a version would have found in stored messages: asked for here, counted in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member
from community.refusals import NotYours
from community.services import audit
from moderation.detector import Severity
from moderation.models import DryRun, DryRunChange, PhraseVersion
from moderation.phrase_content import NotAllowed
from moderation.services import phrases
from moderation.services.case_times import Times, usual

DAYS = (7, 30, 90)
State = DryRun.State
GOING = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Side:
    """Figures of one side, now or draft."""

    flags: int = 0
    now_band: int = 0  # high and imminent
    acted: int = 0  # a moderator's answer was something else than "no concern"
    no_concern: int = 0
    queue_minutes: float | None = None  # a day, from how long recent cases took; None while too few were decided
    waiting_seconds: int | None = None  # expected; None likewise


@dataclass(frozen=True, slots=True)
class Result:
    """A dry run, or a trial, as it stands; figures of a part while it goes on (`run.read` of `run.total`)."""

    run: DryRun
    now: Side = field(default_factory=Side)
    draft: Side = field(default_factory=Side)
    gained: tuple[tuple[str, int], ...] = ()  # flags by category, new ones
    lost: tuple[tuple[str, int], ...] = ()
    levels: tuple[tuple[str, str, int], ...] = ()  # (was, becomes, how many), where they differ
    by_day: tuple[tuple[str, int], ...] = ()  # ("2026-11-27", messages in which the draft's own lists found something)
    by_list: tuple[tuple[str, int], ...] = ()
    by_list_and_day: tuple[tuple[str, str, int], ...] = ()  # of a trial only
    overlap: tuple[tuple[str, int], ...] = ()  # of what new phrases found: also found by this list or group in force
    missed_that_mattered: int = 0
    stored: int = 0  # messages whose stored reading is by the version in force; the others were read anew
    is_current: bool = True  # False: the draft's text is another one by now

    @property
    def missed(self) -> int:
        """How many flags of now would be gone."""
        return sum(count for _, count in self.lost)

    @property
    def new(self) -> int:
        """How many flags would be new."""
        return sum(count for _, count in self.gained)


@transaction.atomic
def dry_run(by: Member, token: str, days: int = 30) -> DryRun:
    """Asks for a dry run over the messages of the last days; the one that is under way for this text if there is one.

    Raises `NotYours`, and `NotAllowed` for other days than 7, 30 and 90.
    """
    version = phrases.held(by, token, "phrases.write")
    if days not in DAYS:
        raise NotAllowed(_("A dry run is about the last 7, 30 or 90 days."))
    going = version.dry_runs.filter(state__in=GOING, is_trial=False)
    same = going.filter(edits=version.edits, days=days).first()
    if same:
        return same
    going.update(state=State.STOPPED, done_at=timezone.now(), held_until=None)
    made = DryRun.objects.create(version=version, edits=version.edits, days=days, by=by)
    audit.record(by, "phrases.dry-run", version)
    return made


@transaction.atomic
def stop(by: Member, run_token: str) -> DryRun:
    """Stops a run; what was counted stays. Raises `NotYours`."""
    require(by, "phrases.write")
    run = DryRun.objects.select_for_update(of=("self",)).filter(token=run_token, is_trial=False).first()
    if run is None:
        raise NotYours
    if run.state in GOING:
        run.state, run.done_at, run.held_until = State.STOPPED, timezone.now(), None
        run.save(update_fields=["state", "done_at", "held_until"])
        audit.record(by, "phrases.dry-run-stopped", run.version)
    return run


def result(by: Member, run_token: str) -> Result:
    """How a run stands. Raises `NotYours`."""
    require(by, "phrases.see")
    run = DryRun.objects.select_related("version", "by").filter(token=run_token).first()
    if run is None:
        raise NotYours
    return figures(run)


def last_of(version: PhraseVersion, *, is_trial: bool = False) -> Result | None:
    """The newest run of a version, of whatever text; or its trial."""
    run = version.dry_runs.filter(is_trial=is_trial).select_related("version", "by").order_by("-pk").first()
    return figures(run) if run else None


def samples(by: Member, run_token: str, *, gained: bool) -> list[DryRunChange]:
    """Messages whose reading would be higher, or lower; keys and levels. At most 500; those that mattered first.

    Their words are shown by whoever asks for one, veiled, and leaves an entry. Raises `NotYours`.
    """
    require(by, "phrases.see")
    run = DryRun.objects.filter(token=run_token).first()
    if run is None:
        raise NotYours
    rows = run.changes.select_related("message__room").order_by("-mattered", "-becomes" if gained else "-was", "pk")
    return [one for one in rows if (one.becomes > one.was) is gained]


def figures(run: DryRun) -> Result:
    """What was counted in a run, for people. Two queries, for how long cases take."""
    counts, times = run.counts, usual()
    days = max(1, run.days if not run.is_trial else len(counts.get("days", ())) or 1)
    now, draft = (_side(counts.get(one, {}), days, times) for one in ("now", "draft"))
    if now.waiting_seconds is not None and now.flags:
        draft = replace(draft, waiting_seconds=round(now.waiting_seconds * draft.flags / now.flags))
    pairs = ((*key.split("-"), count) for key, count in sorted(counts.get("levels", {}).items(), reverse=True))
    each = ((*key.split(" "), count) for key, count in sorted(counts.get("list_days", {}).items()))
    return Result(
        run=run,
        now=now,
        draft=draft,
        gained=_most_first(counts.get("gained", {})),
        lost=_most_first(counts.get("lost", {})),
        levels=tuple((Severity(int(was)).label, Severity(int(becomes)).label, count) for was, becomes, count in pairs),
        by_day=tuple(sorted(counts.get("days", {}).items())),
        by_list=_most_first(counts.get("lists", {})),
        by_list_and_day=tuple((key, day, count) for key, day, count in each),
        overlap=_most_first(counts.get("overlap", {})),
        missed_that_mattered=counts.get("missed", 0),
        stored=counts.get("stored", 0),
        is_current=run.version.edits == run.edits,
    )


def _side(counts: dict[str, int], days: int, times: Times) -> Side:
    flags = counts.get("flags", 0)
    return Side(
        flags=flags,
        now_band=counts.get("band", 0),
        acted=counts.get("acted", 0),
        no_concern=counts.get("no_concern", 0),
        queue_minutes=round(flags / days * times.work / 60, 1) if times.work is not None else None,
        waiting_seconds=round(times.wait) if times.wait is not None else None,
    )


def _most_first(counts: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
