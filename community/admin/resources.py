"""The resource lists as admins see them: what there is, who read it, when. Everyday work is done at /curate/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import curate_words
from community.admin.site import OfAdmins
from community.models import Member, Resource
from community.resource_content import KINDS

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of an entry's history, as the page of history reads it."""

    action_time: datetime
    user: Member | None
    get_change_message: str


class ByKind(admin.SimpleListFilter):
    """Entries of one kind."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds there are."""
        return [(kind, curate_words.KINDS[kind]) for kind in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Resource]) -> QuerySet[Resource]:
        """Entries of this kind."""
        return queryset.filter(kind=self.value()) if self.value() in KINDS else queryset


class ResourceAdmin(OfAdmins):
    """Entries with their state. Changed by curators, two at a time; here they are read."""

    label = gettext_lazy("Help lines and resources")
    list_display = ("name", "country", "kind", "state", "verified", "review_due")
    list_filter = (ByKind,)
    list_select_related = ("published",)
    search_fields = ("name", "country")
    search_help_text = gettext_lazy("A part of a name, or a country's code.")
    ordering = ("name",)
    readonly_fields = (
        "name",
        "country",
        "kind",
        "state",
        "owner",
        "verified",
        "verified_how",
        "review_due",
        "source",
        "page",
    )
    fieldsets = ((None, {"fields": readonly_fields}),)

    @admin.display(description=gettext_lazy("State"))
    def state(self, one: Resource) -> str:
        """Whether members see it."""
        if one.withdrawn_at:
            return _("put away: %(why)s") % {"why": one.withdrawn_because}
        return _("published, version %(n)s") % {"n": one.published.number} if one.published else _("not published")

    @admin.display(description=gettext_lazy("Checked"), ordering="verified_at")
    def verified(self, one: Resource) -> str:
        """The day one of us checked it."""
        return f"{one.verified_at:%Y-%m-%d}" if one.verified_at else _("never by us")

    @admin.display(description=gettext_lazy("Everyday work"))
    def page(self, one: Resource) -> str:
        """Where curators work on it."""
        return format_html('<a href="{}">{}</a>', reverse("curate-entry", args=[one.slug]), _("Open it in Curate"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every text of the entry, who wrote it and who read it; checks, and when it was put away."""
        one = self.get_object(request, object_id)
        lines = sorted(_happened(one), key=lambda line: line.action_time, reverse=True) if one else []
        return super().history_view(
            request, object_id, {"action_list": lines[:MOST_LINES], "pagination_required": False}
        )


def _happened(one: Resource) -> Iterator[Happened]:
    for text in one.revisions.select_related("author", "read_by").order_by("-number")[:MOST_LINES]:
        yield Happened(
            text.made_at, text.author, _("Wrote version %(n)s. %(why)s") % {"n": text.number, "why": text.note}
        )
        if text.read_at:
            said = _("Version %(n)s: %(state)s. %(why)s")
            words = {"n": text.number, "state": text.state, "why": text.read_note}
            yield Happened(text.read_at, text.read_by, said % words)
    if one.verified_at:
        yield Happened(one.verified_at, one.verified_by, _("Checked: %(how)s") % {"how": one.verified_how})
    if one.withdrawn_at:
        yield Happened(one.withdrawn_at, one.withdrawn_by, _("Put away: %(why)s") % {"why": one.withdrawn_because})
