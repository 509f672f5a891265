"""Curation: the work list, coverage, one entry with its history, and what is done to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import curate_words, public_holidays
from community.access import may
from community.models import Member, MissingResource, Resource, ResourceFeedback, ResourceRevision
from community.refusals import NotYours, Refusal
from community.resource_content import Content
from community.services import curation, help_orders, resources, telling
from community.views.staff import behind

PER_PAGE, LONGEST_NAME = 50, 120
CHECKLIST = {
    "answers": gettext_lazy("The number answers, or the page opens"),
    "hours": gettext_lazy("The hours are right"),
    "cost": gettext_lazy("The cost is right"),
}


def me(request: HttpRequest) -> Member:
    """The curator who asks; `behind` has let them in."""
    assert isinstance(request.user, Member)
    return request.user


@require_safe
@behind("resources.curate")
def work(request: HttpRequest) -> HttpResponse:
    """What there is to do in one country, or in all."""
    known = curation.countries()
    country = request.GET.get("country", "")
    country = country if country in dict(known) else ""
    tab = request.GET.get("tab", curation.CHECK)
    tab = tab if tab in curation.TABS else curation.CHECK
    name = request.GET.get("name", "").replace("\0", "").strip()[:LONGEST_NAME]
    counts = curation.counts(country, name)
    found = curation.work(tab, country, name).select_related("published")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": [(one, curate_words.TABS[one], counts[one]) for one in curation.TABS],
        "name": name,
        "asked": urlencode({"country": country, "name": name}),
        "country": country,
        "country_name": curate_words.country(country) if country else "",
        "countries": known,
        "page": page,
        "rows": [shown(one) for one in page],
        "warnings": help_orders.warnings(country) if country else [],
        "levels": curate_words.LEVELS.items(),
    }
    return render(request, "curate/work.html", context)


def shown(resource: Resource) -> dict[str, Any]:
    """One row: the entry, what it is, when it was checked, and whether it is open."""
    content = resource.content if resource.published else None
    return {
        "one": resource,
        "kind": curate_words.KINDS.get(resource.kind, resource.kind),
        "ways": [curate_words.WAYS[way] for way in dict.fromkeys(one.way for one in content.channels)]
        if content
        else [],
        "country": curate_words.country(resource.country),
        "is_open": _is_open(content, resource.country) if content else None,
        "has_hours": bool(content and content.hours.is_known),
    }


def _is_open(content: Content, country: str) -> bool | None:
    is_holiday = public_holidays.in_country(country)
    zone = timezone.get_current_timezone_name()
    return content.hours.is_open(timezone.now(), caller_zone=zone, is_holiday=is_holiday)


@require_safe
@behind("resources.curate")
def coverage(request: HttpRequest) -> HttpResponse:
    """Where members have nobody to call whom one of us has checked."""
    rows = [(curate_words.country(one.country), one) for one in curation.coverage()]
    return render(request, "curate/coverage.html", {"rows": rows, "bare": sum(one.is_bare for _name, one in rows)})


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def missing(request: HttpRequest) -> HttpResponse:
    """What readers looked for and did not find; a button puts one aside."""
    if request.method == "POST":
        telling.put_aside(request.POST.get("pk", ""), by=me(request))
        return redirect("curate-missing")
    waiting = Paginator(MissingResource.objects.filter(closed_at=None).order_by("pk"), PER_PAGE)
    page = waiting.get_page(request.GET.get("page"))
    rows = [(one, curate_words.country(one.country) if one.country else "") for one in page]
    return render(request, "curate/missing.html", {"page": page, "rows": rows})


@require_safe
@behind("resources.withdraw")
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """One entry: as it stands, who checked it, what waits, and its history."""
    one = curation.entry(slug, by=me(request))
    revisions = list(one.revisions.select_related("author", "read_by").order_by("-number")[:100])
    content = one.content if one.published else revisions[0].read()
    said = curate_words.lines(content)
    context = {
        "one": one,
        "row": shown(one),
        "facts": [(curate_words.FIELDS[name], lines) for name, lines in said.items() if lines],
        "revisions": revisions,
        "waiting": [one for one in revisions if one.state in (ResourceRevision.SUBMITTED, ResourceRevision.DRAFT)],
        "reports": [(telling.SAID.get(report.said, report.said), report) for report in _reports(one)],
        "links": one.links.order_by("url"),
        "may_curate": may(me(request), "resources.curate"),
    }
    return render(request, "curate/entry.html", context)


def _reports(one: Resource) -> QuerySet[ResourceFeedback]:
    return one.feedback.select_related("closed_by").order_by(F("closed_at").desc(nulls_first=True), "-pk")[:50]


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Still right": three ticks and how it was checked."""
    one = curation.entry(slug, by=me(request))
    if not one.is_public:
        raise NotYours
    sent = request.POST if request.method == "POST" else {}
    missing = [key for key in CHECKLIST if not sent.get(key)]
    error = _("Tick all three. If one is not right, change the entry instead.") if sent and missing else ""
    if sent and not missing:
        try:
            resources.verify(one, by=me(request), how=sent.get("how", ""), evidence_url=sent.get("evidence_url", ""))
        except Refusal as refusal:
            error = str(refusal.detail)
        else:
            messages.success(request, _("Noted. The next check is set."))
            return redirect("curate-entry", slug=slug)
    ticks = [(key, words, bool(sent.get(key))) for key, words in CHECKLIST.items()]
    context = {"one": one, "content": one.content, "ticks": ticks, "error": error, "sent": sent}
    return render(request, "curate/check.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@behind("resources.withdraw")
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes an entry away from members at once, with a reason."""
    one = curation.entry(slug, by=me(request))
    error = ""
    if request.method == "POST":
        try:
            resources.withdraw(one, by=me(request), reason=request.POST.get("reason", ""))
        except resources.ReasonNeeded as refusal:
            error = str(refusal.detail)
        else:
            messages.success(request, _("Put away. Members no longer see it."))
            return redirect("curate-entry", slug=slug)
    return render(request, "curate/withdraw.html", {"one": one, "error": error}, status=400 if error else 200)


@require_POST
@behind("resources.curate")
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Hands an earlier text in again, for a second reader."""
    one = curation.entry(slug, by=me(request))
    number = request.POST.get("number", "")
    if not number.isdigit() or len(number) > 6:
        raise NotYours
    again = resources.restore(one, int(number), by=me(request))
    messages.success(request, _("Version %(number)s waits for a second reader.") % {"number": number})
    return redirect("curate-read", slug=slug, number=again.number)


@require_POST
@behind("resources.curate")
def answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Closes what a member reported, with what was found."""
    one = curation.entry(slug, by=me(request))
    curation.close_report(one, pk, by=me(request), outcome=request.POST.get("outcome", ""))
    messages.success(request, _("Answered."))
    return redirect("curate-entry", slug=slug)
