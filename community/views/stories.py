"""Stories: the list, one to read, words of support, keeping one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from community import below_story
from community.models import Member, StoryReaction
from community.services import story_reading as reading
from community.services.topics import folding_for
from community.story_content import CATEGORIES
from community.topics import LABELS, NOTHING, Folding
from community.views.cards import reader_of

LAST_PAGE = 500


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """The stories there are, newest first, of one category or all."""
    chosen = request.GET.get("about", "")
    chosen = chosen if chosen in CATEGORIES else ""
    page = _page(request.GET.get("page", ""))
    found, has_more = reading.listed(category=chosen, page=page)
    me = reader_of(request)
    kept = reading.keys_saved(me, [one.story for one in found])
    folding = folding_for(me) if me else NOTHING
    context = {
        "cards": [_card(one, kept, folding) for one in found],
        "chips": [("", None, not chosen)] + [(key, CATEGORIES[key], key == chosen) for key in _in_use()],
        "chosen": chosen,
        "before": page - 1,
        "after": page + 1 if has_more and page < LAST_PAGE else 0,
    }
    return render(request, "community/stories.html", context)


def _in_use() -> list[str]:
    used = set(reading.categories_in_use())
    return [key for key in CATEGORIES if key in used]


def _page(asked: str) -> int:
    return min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _card(one: reading.Telling, kept: set[int], folding: Folding) -> dict[str, Any]:
    # Whoever asked not to meet a topic unwarned sees what it is about before its title (DESIGN 8.16).
    words = f"{one.content.title} {one.content.first_sentence}"
    about = folding.matches(" ".join([words, *(str(LABELS[topic]) for topic in one.content.topics)]))
    return {
        "telling": one,
        "is_saved": one.story.pk in kept,
        "folded": (one.content.content_note or about) if about else "",
    }


@require_safe
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """One story as it stands now."""
    told = reading.story_for(slug)
    me = reader_of(request)
    support = reading.support_for(told.story, me)
    context = {
        "telling": told,
        "story": told.story,
        "content": told.content,
        "review": told.revision,
        "is_under_review": told.story.is_under_review(timezone.localdate()),
        "corrections": list(told.story.corrections.order_by("-at")),
        "words": [(kind.value, kind.label, support.counts.get(kind.value, 0), kind.value == support.mine)
                  for kind in StoryReaction.Kind],
        "support": support,
        "is_saved": bool(reading.keys_saved(me, [told.story])),
        "related": reading.related(told),
        "below": below_story.pieces(request, told.story),
        "address": request.build_absolute_uri(request.path),
    }  # fmt: skip
    return render(request, "community/story.html", context)


@require_POST
@login_required
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """A word of support, another in its place, or none."""
    reading.say(_me(request), slug, request.POST.get("kind", ""))
    return redirect("story", slug=slug)


@require_POST
@login_required
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps a story for oneself, or no longer."""
    if request.POST.get("do") == "take-out":
        reading.take_out(_me(request), slug)
        return redirect("saved")
    reading.save(_me(request), slug)
    return redirect("story", slug=slug)


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
