"""Writing an entry, looking at it as a member would, and reading what another curator wrote."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from community import curate_words, hours
from community.choosing import Listed
from community.entry_form import EntryForm
from community.models import Resource, ResourceRevision
from community.opening import opening
from community.refusals import NotYours
from community.resource_content import Content
from community.services import curation, helplines, resources
from community.views.curate import me
from community.views.staff import behind

FIRST_YEAR, LAST_YEAR = 2000, 2100  # what a preview may be asked for
LOOKS = {"light": {"theme": "light"}, "dark": {"theme": "dark"}, "large": {"text": "larger"}}


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def add(request: HttpRequest) -> HttpResponse:
    """A new entry."""
    return _write(request, None)


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Another text of an entry, begun from the reader's own draft or from what members see."""
    return _write(request, curation.entry(slug, by=me(request)))


def _write(request: HttpRequest, one: Resource | None) -> HttpResponse:
    held, number = _start(request, one), one.published.number if one and one.published else 0
    if request.method == "GET":
        return render(request, "curate/write.html", _page(EntryForm(held=held, based_on=number), one))
    do = request.POST.get("do", "submit")
    form = EntryForm(request.POST, held=held, based_on=number)
    if do == "more":
        form.show_again(ways=str(form.count))
        form.forget_errors()
        return render(request, "curate/write.html", _page(form, one))
    valid = form.is_valid()
    if request.headers.get("X-Live") == "1":
        return JsonResponse(
            {"errors": {form[name].auto_id: said[0] for name, said in form.errors.items() if name in form.fields}}
        )
    if valid and form.cleaned_data["based_on"] not in (None, number):
        form.add_error(
            None, _("Somebody published another text since you opened this. Look at it, then send yours again.")
        )
        form.show_again(based_on=str(number))
    if valid and one is None and _is_there(form):
        form.add_error("name", _("This country has an entry of this name already. Change that one."))
    if form.errors or form.content is None:
        return render(request, "curate/write.html", _page(form, one), status=400)
    return _store(request, form, one, do)


def _is_there(form: EntryForm) -> bool:
    same = Resource.objects.in_country(form.cleaned_data["country"]).filter(
        name__iexact=form.cleaned_data["name"].strip()
    )
    return same.exists()


def _store(request: HttpRequest, form: EntryForm, one: Resource | None, do: str) -> HttpResponse:
    assert form.content is not None
    draft = resources.draft(
        form.content, by=me(request), note=form.cleaned_data["note"], resource=one, evidence=form.evidence
    )
    if do == "submit":
        resources.submit(draft, by=me(request))
        messages.success(request, _("Handed in. Another curator reads it before members see it."))
        return redirect("curate-entry", slug=draft.resource.slug)
    messages.success(request, _("Kept as a draft. Only curators see it."))
    if do == "look":
        return redirect("curate-preview", slug=draft.resource.slug, number=draft.number)
    return redirect("curate-change", slug=draft.resource.slug)


def _start(request: HttpRequest, one: Resource | None) -> Content | None:
    if one is None:
        return None
    mine = one.revisions.filter(author=me(request), state=ResourceRevision.DRAFT).first()
    if mine:
        return mine.read()
    if one.published:
        return one.content
    newest = one.revisions.order_by("-number").first()
    return newest.read() if newest else None


def _page(form: EntryForm, one: Resource | None) -> dict[str, Any]:
    return {"form": form, "one": one, "what": [form[name] for name in ("name", "kind", "country", "offers")],
            "whom": [form[name] for name in ("for_whom", "audiences", "topics", "languages", "access")],
            "more": [form[name] for name in ("cost", "anonymous", "what_happens", "is_severe_path")],
            "evidence": [form[name] for name in ("how", "on", "evidence_url")]}  # fmt: skip


@require_safe
@behind("resources.curate")
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A text as a member in some country, at some hour, in some light would meet it."""
    one = curation.entry(slug, by=me(request))
    revision = curation.revision(one, number)
    content = revision.read()
    look = request.GET.get("look", "")
    country = request.GET.get("country") or content.country
    at, said = _moment(request.GET.get("at", ""), request.GET.get("zone", ""))
    listed = Listed(str(one.pk), content, one.verified_at.date() if one.verified_at else None)
    context = {
        "one": one,
        "revision": revision,
        "content": content,
        "meets": helplines.meets(listed, at=at, country=country, zone=said["zone"]),
        "country": country,
        "countries": EntryForm.base_fields["country"].choices,  # type: ignore[attr-defined]
        "zones": EntryForm.base_fields["zone"].choices,  # type: ignore[attr-defined]
        "kind": curate_words.KINDS[content.kind],
        "ways": dict.fromkeys(curate_words.WAYS[way.way] for way in content.channels),
        "hours": curate_words.hours(content.hours),
        "shown": _shown(content, at, said["zone"]),
        "look": look,
        **said,
    }
    if look in LOOKS:
        context["display"] = LOOKS[look]
    return render(request, "curate/preview.html", context)


def _shown(content: Content, at: datetime, zone: str) -> list[dict[str, Any]]:
    """Each way as pages show it to members, with when it answers."""
    return [
        {
            "one": {"channel": way, "content": content},
            "hours": f"{opening(content.hours_of(way), content.country, at, zone).words}.",
        }
        for way in content.channels
    ]


def _moment(at: str, zone: str) -> tuple[datetime, dict[str, str]]:
    """The moment that is asked for, on the clock of `zone`; now where it makes no sense."""
    named = zone if zone in hours.zones() else timezone.get_current_timezone_name()
    clock = zoneinfo.ZoneInfo(named)
    moment = _as_moment(at, clock) or timezone.now().astimezone(clock)
    return moment, {"at": f"{moment:%Y-%m-%dT%H:%M}", "zone": named}


def _as_moment(at: str, clock: zoneinfo.ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(at[:16]).replace(tzinfo=clock)
    except ValueError:
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def read(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A text beside what members see: handed in, read, published, turned down, taken back."""
    one = curation.entry(slug, by=me(request))
    revision = curation.revision(one, number)
    error = ""
    if request.method == "POST":
        try:
            words = _decide(request, revision)
        except resources.ReasonNeeded as refusal:
            error = str(refusal.detail)
        else:
            messages.success(request, words)
            return redirect("curate-entry", slug=slug)
    before = _compared_with(one, revision)
    context = {
        "one": one,
        "revision": revision,
        "before": before,
        "fields": curate_words.compared(before.read() if before else None, revision.read()),
        "is_mine": revision.author_id == me(request).pk,
        "error": error,
    }
    return render(request, "curate/read.html", context, status=400 if error else 200)


def _decide(request: HttpRequest, revision: ResourceRevision) -> str:
    note = request.POST.get("note", "")
    do = request.POST.get("do", "")
    if do == "approve":
        resources.approve(revision, by=me(request), note=note)
        return _("Published. Members see it now.")
    if do == "decline":
        resources.decline(revision, by=me(request), note=note)
        return _("Turned down. Its author can read why.")
    if do == "submit" and revision.author_id in (me(request).pk, None):
        resources.submit(revision, by=me(request))
        return _("Handed in. Another curator reads it before members see it.")
    raise NotYours


def _compared_with(one: Resource, revision: ResourceRevision) -> ResourceRevision | None:
    """What members see now; for the text they see, and for older ones, the approved text before it."""
    if one.published and one.published.number != revision.number and revision.state != ResourceRevision.APPROVED:
        return one.published
    approved = one.revisions.filter(state=ResourceRevision.APPROVED, number__lt=revision.number)
    return approved.order_by("-number").first()
