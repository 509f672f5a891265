"""What one keeps: saved, noted, taken out again, and kept on a device for when there is no network."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from community.models import Member, Resource
from community.narrowing import LONGEST_QUERY
from community.refusals import NotYours, Refusal
from community.services import saved as services
from community.services import story_saving
from community.services.saved import Kept
from community.text import markdown_to_html
from community.views.cards import card_of, facts_of, tables_of, ways_of, zone_of
from community.views.resources import entry
from community.views.stories import is_script

PER_PAGE = 24


@require_safe
@login_required
@sensitive_variables()
def saved(request: HttpRequest) -> HttpResponse:
    """Everything kept, with notes; or what of it holds the words looked for."""
    return page(request)


@sensitive_variables()
def page(
    request: HttpRequest,
    *,
    taken: Kept | None = None,
    taken_story: story_saving.Kept | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of everything kept, with what was just taken out, or what went wrong."""
    q = " ".join(request.GET.get("q", "")[: 4 * LONGEST_QUERY].split())[:LONGEST_QUERY]
    found = Paginator(services.saved_by(_me(request), q), PER_PAGE)
    rows = found.get_page(request.GET.get("page"))
    stories = Paginator(story_saving.kept_by(_me(request), q), PER_PAGE).get_page(request.GET.get("stories"))
    at, zone = timezone.now(), zone_of(request)
    cards = [(row, card_of(row.resource, at, zone, is_saved=True) if row.resource.is_public else None) for row in rows]
    context = {
        "rows": cards, "page": rows, "count": found.count, "q": q, "taken": taken, "error": error,
        "note_limit": services.NOTE, "stories": stories, "taken_story": taken_story,
        "both": found.count + stories.paginator.count,
    }  # fmt: skip
    return render(request, "community/saved.html", context, status=status)


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps an entry or takes it out, by the value of "save". A script gets no page."""
    if request.POST.get("save") == "off":
        taken = services.take_out(_me(request), _any(slug, _me(request)))
        if is_script(request):
            return HttpResponse(status=204)
        return page(request, taken=taken) if request.POST.get("from") == "saved" else back(request, reverse("saved"))
    keeps = request.POST.get("keeps") == "on"
    services.save(_me(request), entry(slug), note=request.POST.get("note", ""), keeps_offline=keeps)
    return HttpResponse(status=204) if is_script(request) else back(request, reverse("saved"))


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def note(request: HttpRequest, slug: str) -> HttpResponse:
    """A word to oneself about something saved."""
    try:
        services.write_note(_me(request), _any(slug, _me(request)), request.POST.get("note", ""))
    except NotYours:
        raise
    except Refusal as refusal:
        if is_script(request):
            return HttpResponse(str(refusal.detail), status=refusal.status, content_type="text/plain; charset=utf-8")
        return page(request, error=str(refusal.detail), status=refusal.status)
    return HttpResponse(status=204) if is_script(request) else HttpResponseRedirect(f"{reverse('saved')}#{slug}")


@require_POST
@login_required
def keep(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether devices may keep this entry. The device's own script then keeps the page of all such, or lets it go."""
    services.keep_offline(_me(request), _any(slug, _me(request)), on=request.POST.get("keep") == "on")
    return HttpResponse(status=204) if is_script(request) else redirect("saved")


@require_safe
@login_required
@sensitive_variables()
def offline(request: HttpRequest) -> HttpResponse:
    """What a device keeps: these entries in full and nothing about the account. Not there unless asked for."""
    rows = services.kept_offline(_me(request))
    if not rows:
        raise NotYours
    at = timezone.now()
    kept = []
    for row in rows:
        content = row.resource.content
        offers = markdown_to_html(content.offers) if content.offers else ""
        ways, facts, tables = ways_of(content, at, ""), list(facts_of(content)), tables_of(content)
        kept.append((row, offers, ways, facts, tables, card_of(row.resource, at, "").check))
    return render(request, "community/saved_offline.html", {"kept": kept, "at": timezone.localtime()})


def _any(slug: str, me: Member) -> Resource:
    """A published entry, or one that was withdrawn since this member saved it."""
    found = Resource.objects.filter(slug=slug).first()
    if found is None or not (found.is_public or services.keys_saved(me, [found.pk])):
        raise NotYours
    return found


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page of ours that the form names, or else to `otherwise`."""
    named = request.POST.get("next", "")
    hosts, is_secure = {request.get_host()}, request.is_secure()
    is_ours = url_has_allowed_host_and_scheme(named, allowed_hosts=hosts, require_https=is_secure)
    return HttpResponseRedirect(named if is_ours else otherwise)


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
