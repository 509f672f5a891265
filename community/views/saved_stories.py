"""Keeping a story, with a word to oneself about it, and taking it out again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from community.models import Member, SavedStory, Story
from community.refusals import NotYours, Refusal
from community.services import story_saving
from community.views.saved import back, page
from community.views.stories import is_script


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps a story for oneself, or no longer, by the value of "save". A script gets no page."""
    if request.POST.get("save") == "off":
        if request.POST.get("from") == "saved" and not is_script(request):
            return page(request, taken_story=story_saving.take_out_kept(_me(request), _kept(request, slug)))
        story_saving.take_out(_me(request), slug)
    else:
        story_saving.save(_me(request), slug, note=request.POST.get("note", ""))
    return HttpResponse(status=204) if is_script(request) else _back(request, slug)


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def note(request: HttpRequest, slug: str) -> HttpResponse:
    """A word to oneself about a story that is kept."""
    try:
        story_saving.write_note(_me(request), _kept(request, slug), request.POST.get("note", ""))
    except NotYours:
        raise
    except Refusal as refusal:
        if is_script(request):
            return HttpResponse(str(refusal.detail), status=refusal.status, content_type="text/plain; charset=utf-8")
        return page(request, error=str(refusal.detail), status=refusal.status)
    return HttpResponse(status=204) if is_script(request) else HttpResponseRedirect(f"{reverse('saved')}#{slug}")


@require_POST
@login_required
def out(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes out a story by the number of one's own row: one that was taken back has no other name here."""
    story_saving.take_out_kept(_me(request), pk)
    return HttpResponse(status=204) if is_script(request) else redirect("saved")


def _kept(request: HttpRequest, slug: str) -> int:
    found = SavedStory.objects.filter(member=_me(request), story__slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise NotYours
    return found


def _back(request: HttpRequest, slug: str) -> HttpResponse:
    there = Story.objects.public().filter(slug=slug).exists()
    return back(request, reverse("story", args=[slug]) if there else reverse("saved"))


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
