"""The order of a country's lists, which two curators agree on; and files in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from community import curate_words, exchange
from community.refusals import NotYours
from community.services import curation, help_orders
from community.services import exchange as files
from community.services.help_orders import Listing
from community.views.curate import me, shown
from community.views.staff import behind

SALT = "curation.import"
AN_HOUR = 3600
SHOWN_ROWS = 200


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def order(request: HttpRequest, country: str, level: str) -> HttpResponse:
    """The list of one country and level: moved up and down, proposed, agreed."""
    found = help_orders.listing(country, level)
    keys = _keys(request, found)
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in ("propose", "agree", "decline"):
            messages.success(request, _carry_out(request, found, keys, do))
            return redirect("curate-order", country=country, level=level)
        keys = _moved(keys, do)
    entries = help_orders.sorted_by(found.entries, keys)
    context = {
        "list": found,
        "country": country,
        "country_name": curate_words.country(country),
        "level": level,
        "levels": curate_words.LEVELS.items(),
        "level_name": curate_words.LEVELS[level],
        "countries": curation.countries(),
        "rows": [shown(one) for one in entries],
        "is_moved": keys != [one.pk for one in found.entries],
        "is_mine": bool(found.proposed and found.proposed.author_id == me(request).pk),
        "warnings": help_orders.warnings(country),
    }
    return render(request, "curate/order.html", context)


def _keys(request: HttpRequest, found: Listing) -> list[int]:
    sent = [key for key in request.POST.get("order", "").split(",") if key.isdigit() and len(key) < 19]
    there = [one.pk for one in found.entries]
    wanted = [int(key) for key in sent if int(key) in there]
    return [*dict.fromkeys(wanted), *(key for key in there if key not in wanted)]


def _moved(keys: list[int], do: str) -> list[int]:
    """The order after one step: "up-7" or "down-7"."""
    way, _dash, key = do.partition("-")
    if not key.isdigit() or int(key) not in keys:
        return keys
    place = keys.index(int(key))
    other = place - 1 if way == "up" else place + 1
    if 0 <= other < len(keys):
        keys[place], keys[other] = keys[other], keys[place]
    return keys


def _carry_out(request: HttpRequest, found: Listing, keys: list[int], do: str) -> str:
    if do == "propose":
        help_orders.propose(found.country, found.level, keys, by=me(request))
        return _("Proposed. Another curator has to agree.")
    if found.proposed is None or request.POST.get("proposed") != str(found.proposed.pk):
        raise help_orders.Overtaken
    if do == "agree":
        help_orders.agree(found.proposed, by=me(request))
        return _("In force. Members see this order now.")
    help_orders.decline(found.proposed, by=me(request))
    return _("Put aside. The order stays as it was.")


@require_http_methods(["GET", "POST"])
@behind("resources.curate")
def take_in(request: HttpRequest) -> HttpResponse:
    """A file of entries: first what would happen, then all of it or nothing."""
    context: dict[str, Any] = {
        "columns": exchange.COLUMNS,
        "most": exchange.MOST_ROWS,
        "countries": curation.countries(),
    }
    if request.method == "GET":
        return render(request, "curate/files.html", context)
    try:
        text = _text(request)
        if "mark" in request.POST:
            counts = files.take_in(text, by=me(request), mark=request.POST["mark"])
            messages.success(
                request, _("%(n)s entries wait for a second reader.") % {"n": counts["added"] + counts["changed"]}
            )
            return redirect("curate")
        context |= _planned(files.plan(text, by=me(request)), text, me(request).pk)
    except exchange.Unreadable as refusal:
        context["error"] = str(refusal.detail)
    except files.NotWhole as refusal:
        context |= _planned(files.plan(text, by=me(request)), text, me(request).pk) | {"error": str(refusal.detail)}
    return render(request, "curate/files.html", context, status=400 if "error" in context else 200)


def _text(request: HttpRequest) -> str:
    """What the file says: chosen now, or carried along, signed, by the page that showed what would happen."""
    if "held" in request.POST:
        try:
            text, pk = signing.loads(request.POST["held"], salt=SALT, max_age=AN_HOUR)
        except signing.BadSignature:
            raise exchange.Unreadable(_("This page was open for too long. Choose the file again.")) from None
        if pk != me(request).pk:
            raise NotYours
        return str(text)
    file = request.FILES.get("file")
    if file is None:
        raise exchange.Unreadable(_("Choose a file."))
    return exchange.decoded(file.read(exchange.MOST_BYTES + 1))


def _planned(plan: files.Plan, text: str, pk: int) -> dict[str, Any]:
    order = [files.REFUSED, files.ADDED, files.CHANGED, files.SAME]
    rows = sorted(plan.rows, key=lambda row: (order.index(row.outcome), row.number))
    held = signing.dumps([text, pk], salt=SALT, compress=True) if plan.is_ready else ""
    return {
        "plan": plan,
        "counts": [(name, plan.counts[name]) for name in order],
        "rows": rows[:SHOWN_ROWS],
        "left_off": max(0, len(rows) - SHOWN_ROWS),
        "held": held,
    }


@require_safe
@behind("resources.curate")
def give_out(request: HttpRequest) -> HttpResponse:
    """What members see, as a file: `kind` is csv or json, `country` one or none."""
    kind, country = request.GET.get("kind", "csv"), request.GET.get("country", "")
    if kind not in ("csv", "json") or (country and country not in dict(curation.countries())):
        raise NotYours
    body = files.json_file(country) if kind == "json" else "\ufeff" + files.csv_file(country)
    mime = "application/json" if kind == "json" else "text/csv"
    answer = HttpResponse(body, content_type=f"{mime}; charset=utf-8")
    name = "-".join(filter(None, ("resources", country, timezone.localdate().isoformat())))
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
