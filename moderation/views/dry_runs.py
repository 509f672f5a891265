"""Dry runs: asked for, watched, stopped, read; and the messages that a draft would read otherwise, one at a time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.views.rooms import me
from community.refusals import NotYours
from community.views.staff import behind
from moderation import phrase_words
from moderation.console_words import CATEGORIES, STATES
from moderation.forms_phrases import LookForm
from moderation.models import DryRun
from moderation.phrase_content import NotAllowed
from moderation.services import dry_runs, phrase_samples, phrases
from moderation.views import dry_run_shown, phrase_drafts, phrase_shown

WAYS: dict[str, tuple[Any, Any]] = {
    phrase_samples.MISSED: (
        gettext_lazy("Would be missed"),
        gettext_lazy("With what is in force it comes to the queue; with this draft it would not."),
    ),
    phrase_samples.NEW: (
        gettext_lazy("New in the queue"),
        gettext_lazy("With what is in force it does not come to the queue; with this draft it would."),
    ),
}


@require_POST
@behind("phrases.write")
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """A dry run of this version over the messages of the last days."""
    days = request.POST.get("days", "")
    wanted = int(days) if days in {str(one) for one in dry_runs.DAYS} else 30
    try:
        run = dry_runs.dry_run(me(request), token, wanted)
    except NotAllowed as refusal:
        found = phrases.version_for(me(request), token)
        return phrase_drafts.shown(request, found, status=refusal.status, error=str(refusal.detail))
    return redirect("moderation:dry-run", token=run.token)


@require_safe
@behind("phrases.see")
def dry_run(request: HttpRequest, token: str) -> HttpResponse:
    """How a run stands, or what it found."""
    run = phrase_samples.run_for(me(request), token)
    result = dry_runs.result(me(request), token)
    names = _names(run)
    context = {
        "run": run,
        "result": result,
        "version": run.version,
        "title": phrase_shown.title(run.version),
        "is_counting": dry_run_shown.is_counting(run),
        "says": dry_run_shown.progress(run),
        "total": dry_run_shown.whole(run.total),
        "rows": dry_run_shown.rows(result),
        "moved": dry_run_shown.moved(result),
        "gained": dry_run_shown.by_category(result.gained),
        "lost": dry_run_shown.by_category(result.lost),
        "by_list": dry_run_shown.named(result.by_list, names),
        "overlap": dry_run_shown.named(result.overlap, names),
        "plot": dry_run_shown.plot(result.by_day, run),
        "shown": phrase_samples.counts(run),
        "hinders": dry_run_shown.hinders(run.version, result),
        **phrase_shown.rights(me(request), run.version),
    }
    return render(request, "moderation/dry_run.html", context)


def _names(run: DryRun) -> dict[str, str]:
    content = phrases.content_of(run.version)
    return {key: one.name for one in content.lists for key in (one.key, phrase_shown.own_group(one))}


@require_safe
@behind("phrases.see")
def state(request: HttpRequest, token: str) -> JsonResponse:
    """How far a run has come, for the page that waits for it."""
    run = phrase_samples.run_for(me(request), token)
    counting = dry_run_shown.is_counting(run)
    return JsonResponse(
        {"counting": counting, "read": run.read, "total": run.total, "says": dry_run_shown.progress(run)}
    )


@require_POST
@behind("phrases.write")
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ends a run; what was counted stays."""
    dry_runs.stop(me(request), token)
    messages.success(request, _("Stopped."))
    return redirect("moderation:dry-run", token=token)


@require_http_methods(["GET", "POST"])
@behind("phrases.see")
def sample(request: HttpRequest, token: str, way: str, number: int) -> HttpResponse:
    """One message that would be read otherwise. Its words come by a press, written down before."""
    run = phrase_samples.run_for(me(request), token)
    found = phrase_samples.sample(me(request), run, way, number)
    form = LookForm(request.POST if request.method == "POST" and found.needs_reason else None)
    context = {**_sample_context(run, found, way), "form": form}
    if request.method == "GET":
        return render(request, "moderation/dry_run_sample.html", context)
    if found.needs_reason and not form.is_valid():
        return render(request, "moderation/dry_run_sample.html", context, status=400)
    reason = form.cleaned_data["reason"] if found.needs_reason else ""
    seen = phrase_samples.look(me(request), run, way, number, reason=reason)
    context |= {"seen": seen, "state_words": STATES.get(seen.state, "")}
    return render(request, "moderation/dry_run_sample.html", context)


def _sample_context(run: DryRun, found: phrase_samples.Sample, way: str) -> dict[str, Any]:
    if way not in WAYS:
        raise NotYours
    heading, means = WAYS[way]
    return {
        "run": run,
        "title": phrase_shown.title(run.version),
        "way": way,
        "heading": heading,
        "means": means,
        "found": found,
        "was": phrase_words.band(found.change.was),
        "becomes": phrase_words.band(found.change.becomes),
        "category": CATEGORIES.get(found.change.category, ""),
        "before": found.number - 1 or None,
        "after": found.number + 1 if found.number < found.of else None,
    }
