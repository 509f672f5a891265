"""Stories: the list, one to read, words of support, a word to the editors, how it reads."""

from __future__ import annotations

from urllib.parse import quote

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from community import alongside, below_story, display
from community.forms import ReadingForm
from community.models import Member, StoryReaction
from community.refusals import NotYours, Refusal
from community.services import story_bylines, story_reading, story_related, story_saving, story_telling
from community.services.story_reading import Place, Telling
from community.story_content import CATEGORIES
from community.topics import LABELS
from community.views.cards import reader_of
from community.views.story_cards import cards_of
from community.views.story_outside import full, structured

DISPLAY_LIFE_SECONDS = 365 * 24 * 3600


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """The stories there are, newest first, of one category or all."""
    chosen = request.GET.get("about", "")
    chosen = chosen if chosen in CATEGORIES else ""
    older, newer = (Place.read(request.GET.get(name, "")) for name in ("older", "newer"))
    found, has_more = story_reading.listed(category=chosen, older=older, newer=newer)
    has_newer = has_more if newer else older is not None
    has_older = newer is not None or has_more
    used = story_reading.categories_in_use()
    context = {
        "cards": cards_of(found, reader_of(request)),
        "chips": [("", None, not chosen)] + [(key, CATEGORIES[key], key == chosen) for key in used],
        "chosen": chosen,
        "newer": Place.of(found[0].story) if found and has_newer else "",
        "older": Place.of(found[-1].story) if found and has_older else "",
        "is_first": older is None and newer is None,
    }
    return render(request, "community/stories.html", context)


@require_safe
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """One story as it stands now."""
    return _page(request, story_reading.story_for(slug))


def _page(request: HttpRequest, told: Telling, *, said: str = "", error: str = "", status: int = 200) -> HttpResponse:
    me = reader_of(request)
    support = story_reading.support_for(told.story, me)
    address = full(reverse("story", args=[told.story.slug]))
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
        "is_saved": bool(story_saving.keys_saved(me, [told.story])),
        "related": cards_of(story_related.related(told), me),
        "beside": alongside.pieces(request, _about(told)),
        "below": below_story.pieces(request, told.story),
        "address": address,
        "mail": _mail(address, _("A story on %(site)s") % {"site": settings.SITE_NAME}),
        "mail_titled": _mail(address, told.content.title),
        "structured": structured(told, address),
        "links": story_bylines.links_of(told.story.byline),
        "how": ReadingForm(initial=display.read(request.COOKIES.get(display.COOKIE, ""))),
        "said": said,
        "said_error": error,
        "note_limit": story_telling.NOTE,
    }  # fmt: skip
    return render(request, "community/story.html", context, status=status)


def _about(told: Telling) -> str:
    content = told.content
    subjects = [CATEGORIES[content.category], *(LABELS[one] for one in content.topics if one in LABELS)]
    return " ".join([content.title, *content.tags, *map(str, subjects)])


def _mail(address: str, title: str) -> str:
    return f"mailto:?subject={quote(title)}&body={quote(address)}"


@require_POST
@login_required
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """A word of support, another in its place, or none. A script gets no page."""
    member = request.user
    assert isinstance(member, Member)
    story_reading.say(member, slug, request.POST.get("kind", ""))
    return HttpResponse(status=204) if is_script(request) else redirect("story", slug=slug)


def is_script(request: HttpRequest) -> bool:
    """True when a script of ours asks, and wants no page."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


@require_POST
@sensitive_post_parameters()
@sensitive_variables()
def tell(request: HttpRequest, slug: str) -> HttpResponse:
    """A word to the editors about the text that was read. Nothing about who said it is kept."""
    said, number = request.POST.get("said", ""), request.POST.get("number", "")
    me = reader_of(request)
    who = f"m{me.pk}" if me else get_adapter().get_client_ip(request)
    try:
        story_telling.tell_editors(slug, number=number, said=said, who=who)
    except NotYours:
        raise
    except Refusal as refusal:
        told = story_reading.story_for(slug)
        return _page(request, told, said=said, error=str(refusal.detail), status=refusal.status)
    messages.success(request, _("Thank you. An editor will read it."))
    return redirect("story", slug=slug)


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """Size, space, font and theme, for everyone: kept in the cookie of the display settings."""
    form = ReadingForm(request.POST)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if is_ours else reverse("stories"))
    if form.is_valid():
        cookie = form.cookie_after(request.COOKIES.get(display.COOKIE, ""))
        response.set_cookie(display.COOKIE, cookie, max_age=DISPLAY_LIFE_SECONDS, httponly=True, samesite="Lax",
                            secure=request.is_secure())  # fmt: skip
    return response
