"""The way of a version: handed in, read by a second person, tried, put in force, and back again in one step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Message
from community.access import require
from community.models import Member
from community.refusals import NotYours
from community.services import audit
from moderation.detector import Detector
from moderation.models import DryRun, PhraseNote, PhraseVersion
from moderation.phrase_content import NotAllowed
from moderation.services import dry_runs, lexicon_in_force, phrase_checks, phrase_compiling, phrase_smoke, phrases
from moderation.services.phrases import LONGEST_NOTE, NotNow, State

LONGEST_TRIAL = 30  # days
MOST_ANCESTORS = 500
_OTHER = _("Another version was put in force since this was begun. Begin a new draft from that one.")


def ask(by: Member, token: str, *, edits: int) -> PhraseVersion:
    """Hands a draft in for a second reader: it gets its number, is compiled, and never changes again.

    Raises `phrase_checks.NotSound` with its `problems`, `Changed`, `NotNow` and `NotYours`.
    """
    require(by, "phrases.write")
    problems = phrase_checks.check(phrases.version_for(by, token))  # before its row is held: this takes a while
    try:
        return _asked(by, token, edits, problems)
    except IntegrityError:  # another one was handed in at this moment, and has the number
        return _asked(by, token, edits, problems)


@transaction.atomic
def _asked(by: Member, token: str, edits: int, problems: list[phrase_checks.Problem]) -> PhraseVersion:
    version = phrases.held_draft(by, token, edits=edits)
    if problems:
        raise phrase_checks.NotSound(problems)
    newest = PhraseVersion.objects.aggregate(newest=Max("number"))["newest"] or 0
    version.number, version.state, version.asked_at = newest + 1, State.WAITING, timezone.now()
    version.compiled = phrase_compiling.compiled_of(version)
    version.save(update_fields=["number", "state", "asked_at", "compiled"])
    audit.record(by, "phrases.asked", version)
    return version


@transaction.atomic
def sign(by: Member, token: str, reason: str = "") -> PhraseVersion:
    """The second person's yes. Raises `NotYours` and `NotSound`, and `NotNow`, saying what is missing:

    a dry run of this very text to its end; somebody else than who wrote at it; and, where something that mattered would
    be missed, both the author's reason and the reader's.
    """
    version = phrases.held(by, token, "phrases.sign")
    if version.state != State.WAITING or version.signed_by_id:
        raise NotNow(_("This doesn't wait for a second reader."))
    if by.pk in phrases.writers(version):
        raise NotNow(_("You wrote at this yourself. Somebody else has to read it."))
    _mind_dry_run(version, reason.strip())
    _mind_smoke(version)
    version.signed_by, version.signed_at = by, timezone.now()
    version.save(update_fields=["signed_by", "signed_at", "compiled"])
    if reason.strip():
        PhraseNote.objects.create(version=version, by=by, words=reason.strip()[:LONGEST_NOTE])
    audit.record(by, "phrases.signed", version)
    return version


def _mind_dry_run(version: PhraseVersion, reason: str) -> None:
    run = version.dry_runs.filter(state=DryRun.State.DONE, edits=version.edits, is_trial=False).order_by("-pk").first()
    if run is None:
        raise NotNow(_("Please make a dry run of this text first, and let it end."))
    if dry_runs.figures(run).missed_that_mattered and not (version.reason.strip() and reason):
        raise NotNow(_("Something that mattered would be missed. Two people have to write why: who wrote it, and you."))


def _mind_smoke(version: PhraseVersion) -> None:
    broken = phrase_smoke.broken(_loaded(version))
    if broken:
        raise phrase_checks.NotSound(list(phrase_checks.smoke_problems(broken)))


def _loaded(version: PhraseVersion) -> Detector:
    """The detector with this version, compiled anew where the release is another one by now."""
    try:
        return lexicon_in_force.loaded(version.compiled)
    except ValueError:
        version.compiled = phrase_compiling.compiled_of(version)
        return lexicon_in_force.loaded(version.compiled)


def trial(by: Member, token: str, *, days: int = 7) -> PhraseVersion:
    """Counts what a signed version finds for so many days (1 to 30), without consequences.

    Raises `NotYours`, `NotAllowed` for other days, `NotNow` before it is signed and while another one is on trial.
    """
    try:
        return _tried(by, token, days)
    except IntegrityError:  # at this very moment
        raise NotNow(_("Another version is on trial.")) from None


@transaction.atomic
def _tried(by: Member, token: str, days: int) -> PhraseVersion:
    version = phrases.held(by, token, "phrases.write")
    if not 1 <= days <= LONGEST_TRIAL:
        raise NotAllowed(_("A trial lasts 1 to 30 days."))
    if version.state != State.WAITING or not version.signed_by_id:
        raise NotNow(_("Only what a second person has signed can be tried."))
    if phrases.on_trial():
        raise NotNow(_("Another version is on trial."))
    version.state, version.trial_until = State.TRIAL, timezone.now() + timedelta(days=days)
    version.save(update_fields=["state", "trial_until"])
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    DryRun.objects.create(version=version, edits=version.edits, days=days, is_trial=True, by=by, after=newest)
    audit.record(by, "phrases.trial", version)
    return version


def put_in_force(by: Member, token: str) -> PhraseVersion:
    """Makes a signed version the one in force; the smoke list is read once more before.

    Raises `NotYours`, `NotSound`, and `NotNow` before it is signed or when what is in force is not what it began from.
    """
    require(by, "phrases.write")
    try:
        return _put_in_force(by, token)
    except IntegrityError:  # at this very moment
        raise NotNow(_OTHER) from None


@transaction.atomic
def _put_in_force(by: Member, token: str) -> PhraseVersion:
    rows = PhraseVersion.objects.select_for_update(of=("self",)).filter(Q(token=token) | Q(state=State.IN_FORCE))
    found = list(rows.order_by("pk"))
    version = next((one for one in found if one.token == token), None)
    present = next((one for one in found if one.state == State.IN_FORCE), None)
    if version is None:
        raise NotYours
    if version.state not in (State.WAITING, State.TRIAL) or not version.signed_by_id:
        raise NotNow(_("Only what a second person has signed can be put in force."))
    if present and present.pk not in ancestors(version)[version.pk]:
        raise NotNow(_OTHER)
    _mind_smoke(version)
    _end_trial(version)
    _replace(present, version)
    audit.record(by, "phrases.in-force", version)
    return version


def ancestors(*versions: PhraseVersion) -> dict[int, set[int]]:
    """Of each the keys of those it came from, among the newest 500 versions. One query."""
    rows = PhraseVersion.objects.order_by("-pk").values_list("pk", "based_on")
    parents = dict(rows[:MOST_ANCESTORS])
    return {one.pk: set(_line(one.based_on_id, parents)) for one in versions}


def _line(key: int | None, parents: dict[int, int | None]) -> Iterator[int]:
    seen: set[int] = set()
    while key and key not in seen:
        seen.add(key)
        yield key
        key = parents.get(key)


def _replace(present: PhraseVersion | None, by: PhraseVersion | None) -> None:
    now = timezone.now()
    if present:
        present.state, present.replaced_at = State.REPLACED, now
        present.save(update_fields=["state", "replaced_at"])
    if by:
        by.state, by.replaced_at = State.IN_FORCE, None
        by.in_force_at = by.in_force_at or now
        by.save(update_fields=["state", "replaced_at", "in_force_at", "compiled", "trial_until"])
    transaction.on_commit(lexicon_in_force.forget)


@transaction.atomic
def go_back(by: Member) -> PhraseVersion | None:
    """The version before in force again, or none: the release alone. One step. Raises `NotYours` and `NotNow`."""
    require(by, "phrases.write")
    present = PhraseVersion.objects.select_for_update(of=("self",)).filter(state=State.IN_FORCE).first()
    if present is None:
        raise NotNow(_("Only the phrases of the release are in force."))
    rows = PhraseVersion.objects.select_for_update(of=("self",)).filter(state=State.REPLACED)
    before = rows.filter(in_force_at__lt=present.in_force_at).order_by("-in_force_at").first()
    _replace(present, before)
    audit.record(by, "phrases.gone-back", present)
    return before


@transaction.atomic
def drop(by: Member, token: str) -> PhraseVersion:
    """A draft, or one that waits or is on trial, is let go. Raises `NotNow` and `NotYours`."""
    version = phrases.held(by, token, "phrases.write")
    if version.state not in (State.DRAFT, State.WAITING, State.TRIAL):
        raise NotNow(_("This was in force. It is kept, so that earlier cases can say why."))
    _end_trial(version)
    version.state = State.DROPPED
    version.save(update_fields=["state", "trial_until"])
    audit.record(by, "phrases.dropped", version)
    return version


def _end_trial(version: PhraseVersion) -> None:
    version.trial_until = None
    going = version.dry_runs.exclude(state__in=(DryRun.State.DONE, DryRun.State.STOPPED, DryRun.State.FAILED))
    going.update(state=DryRun.State.STOPPED, done_at=timezone.now(), held_until=None)
