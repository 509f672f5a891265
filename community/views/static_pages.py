"""Pages that are the same for everyone: the landing page, the guidelines, and small files for browsers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community import welcome
from community.views.story_cards import line_of_a_story

SHEETS = ("tokens", "base", "plan", "resources")  # of the pages that a browser keeps


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """For someone who decides in ten seconds whether this place is safe. Members go on to Today."""
    if request.user.is_authenticated:
        return redirect("today")
    context = {"pieces": welcome.pieces(request), "line": welcome.safely(line_of_a_story, request)}
    return render(request, "community/landing.html", context)


@require_safe
def page(request: HttpRequest, template: str) -> HttpResponse:
    """One of the pages of plain words."""
    return render(request, f"community/{template}.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the help page for offline; served at the root so that it may answer for all pages."""
    context = {
        "help": reverse("help-all"),
        "news": reverse("notifications"),
        "something_new": _("Something new for you"),
        "icon": staticfiles_storage.url("community/icons/mark.svg"),
        "own": [
            {"name": "plan-1", "page": reverse("plan-offline"), "homes": [reverse("plan")]},
            {"name": "saved-1", "page": reverse("saved-offline"), "homes": [reverse("saved"), reverse("resources")]},
        ],
        "ends": [reverse("account_logout"), reverse("leave")],
        "strangers": [reverse("account_login"), reverse("join")],
        "shell": [staticfiles_storage.url(f"community/css/{name}.css") for name in SHEETS],
    }
    response = render(request, "community/sw.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What an installed icon is called. Neither name nor icon says what the place is about."""
    icon = {"src": staticfiles_storage.url("community/icons/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    words = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "start_url": reverse("today"),
        "display": "standalone",
        "background_color": "#f2f6f8",
        "theme_color": "#f2f6f8",
        "icons": [icon],
    }
    return _kept(JsonResponse(words, content_type="application/manifest+json"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Only the pages for visitors may be listed."""
    lines = [
        "User-agent: *",
        "Allow: /$",
        "Allow: /help-now/",
        "Allow: /guidelines/",
        "Allow: /about/",
        "Allow: /numbers/",
        "Allow: /resources/",
        "Allow: /stories/",
        "Disallow: /stories/write/",
        "Disallow: /stories/mine/",
        "Disallow: /",
        "",
        f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}",
    ]
    return _kept(HttpResponse("\n".join(lines) + "\n", content_type="text/plain"))


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a hole (RFC 9116)."""
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    words = f"Contact: mailto:{settings.SECURITY_CONTACT}\nExpires: {expires}\nPreferred-Languages: en\n"
    return _kept(HttpResponse(words, content_type="text/plain"))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "public, max-age=3600"
    return response
