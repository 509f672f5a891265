"""Stories for machines: a feed, what search engines are told of a page, the map of what anybody may read.

Titles that name a diagnosis stay on the page itself: feeds are shown on locked screens, and so are previews. Nothing of
it is stored on the way (`no-cache`), so that a story that is taken back is gone from here at the same moment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community.models import Byline, Story
from community.refusals import NotYours
from community.services import story_reading
from community.services.story_reading import Telling
from community.story_content import CATEGORIES, is_telling

IN_FEED = 30
PER_PART = 10_000  # numbers of stories in one part of the map; a part holds at most 50,000 addresses
PAGES = ("landing", "help-now", "help-all", "stories", "story-review-means", "resources", "guidelines", "about",
         "privacy", "accessibility")  # fmt: skip
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IN_SCRIPT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest stories as Atom: quiet titles, the first sentence, the full address."""
    words = Atom1Feed(
        title=_("Stories on %(site)s") % {"site": settings.SITE_NAME},
        link=full(reverse("stories")),
        feed_url=full(reverse("story-feed")),
        description="",
        language=get_language() or settings.LANGUAGE_CODE,
    )
    for told in story_reading.listed(most=IN_FEED)[0]:
        words.add_item(**_item(told))
    return _answer(request, words.writeString("utf-8"), words.content_type)


def _item(told: Telling) -> dict[str, Any]:
    content, story = told.content, told.story
    address = full(reverse("story", args=[story.slug]))
    return {
        "title": quiet_title(told),
        "link": address,
        "unique_id": address,
        "description": "" if is_telling(content.first_sentence) else content.first_sentence,
        "author_name": story.byline.name,
        "pubdate": story.published_at,
        "updateddate": story.changed_at or story.published_at,
        "categories": [] if is_telling(str(CATEGORIES[content.category])) else [str(CATEGORIES[content.category])],
    }


def quiet_title(told: Telling) -> str:
    """What a story is called where somebody may look over a shoulder."""
    return told.content.quiet_title or _("A story by %(name)s") % {"name": told.story.byline.name}


# --- what a page says of itself -----------------------------------------------------------------------


def structured(told: Telling, address: str) -> SafeString:
    """What a story's page says of itself for machines (schema.org, JSON-LD), safe inside a script element of data."""
    story, revision = told.story, told.revision
    changed = story.changed_at or story.published_at
    article = {
        "@type": "Article",
        "headline": quiet_title(told),
        "author": _person(story.byline),
        "datePublished": story.published_at.isoformat() if story.published_at else None,
        "dateModified": changed.isoformat() if changed else None,
        "inLanguage": get_language() or settings.LANGUAGE_CODE,
        "publisher": {"@type": "Organization", "name": settings.SITE_NAME},
        "mainEntityOfPage": address,
    }
    page = {"@context": "https://schema.org", "@type": "WebPage", "url": address, "mainEntity": article}
    if revision.reviewed_as and revision.reviewed_at:
        page["lastReviewed"] = revision.reviewed_at.date().isoformat()
        if revision.reviewed_as.agreed_at:  # without it, readers are told of the reading and of nobody's name
            page["reviewedBy"] = _person(revision.reviewed_as)
    return mark_safe(json.dumps(page, ensure_ascii=False).translate(_IN_SCRIPT))  # noqa: S308  (no signs of HTML left)


def _person(byline: Byline) -> dict[str, str]:
    job = {"jobTitle": byline.profession} if byline.profession else {}
    return {"@type": "Person", "name": byline.name, **job}


# --- the map ------------------------------------------------------------------------------------------


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The parts of the map: pages for everyone, and stories by their numbers."""
    windows = Story.objects.public().order_by().annotate(window=F("pk") / PER_PART).values_list("window", flat=True)
    numbers = [0, *(window + 1 for window in sorted(windows.distinct()))]
    parts = [f"<sitemap><loc>{full(reverse('sitemap-part', args=[number]))}</loc></sitemap>" for number in numbers]
    return _xml(request, "sitemapindex", parts)


@require_safe
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """Part 0 has the pages for everyone; part n the stories that anybody may read now, 10,000 numbers each."""
    if number == 0:
        return _xml(request, "urlset", (_address(full(reverse(name)), None) for name in PAGES))
    rows = Story.objects.public().filter(pk__gte=(number - 1) * PER_PART, pk__lt=number * PER_PART).order_by("pk")
    found = list(rows.annotate(last=F("changed_at")).values_list("slug", "last"))
    if not found:
        raise NotYours
    # Asked once, not for each: it costs more than everything else here.
    before, _slug, after = full(reverse("story", args=["slug"])).rpartition("slug")
    return _xml(request, "urlset", (_address(f"{before}{slug}{after}", at) for slug, at in found))


def _address(full: str, at: datetime | None) -> str:
    changed = f"<lastmod>{at.isoformat(timespec='seconds')}</lastmod>" if at else ""
    return f"<url><loc>{escape(full)}</loc>{changed}</url>"


def _xml(request: HttpRequest, name: str, inside: Iterable[str]) -> HttpResponse:
    words = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{SITEMAPS}">{"".join(inside)}</{name}>\n'
    return _answer(request, words, "application/xml; charset=utf-8")


def full(path: str) -> str:
    """The address of a path of this site, as others are given it."""
    return f"{settings.BASE_URL}{path}"


def _answer(request: HttpRequest, words: str, kind: str) -> HttpResponse:
    response = HttpResponse(words, content_type=kind)
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{hashlib.sha256(words.encode()).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(answer, HttpResponse)
    return answer
