"""What admins did here, newest first. Lines are written by the pages themselves and can't be changed."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.translation import gettext_lazy

from community.admin.site import OfAdmins


class DoneAdmin(OfAdmins):
    """Who changed what, and when."""

    label = gettext_lazy("What admins did")
    pages = ("changelist",)
    list_display = ("at", "admin_name", "thing", "what")
    list_display_links = None
    list_select_related = ("user", "content_type")
    search_fields = ("user__name", "object_repr")
    search_help_text = gettext_lazy("A part of a name.")
    ordering = ("-action_time",)

    @admin.display(description=gettext_lazy("When"), ordering="action_time")
    def at(self, entry: LogEntry) -> str:
        """The moment, in the reader's zone."""
        return f"{timezone.localtime(entry.action_time):%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("Admin"))
    def admin_name(self, entry: LogEntry) -> str:
        """Who did it."""
        return str(entry.user)

    @admin.display(description=gettext_lazy("About"))
    def thing(self, entry: LogEntry) -> str:
        """What it was done to."""
        return f"{entry.object_repr} ({entry.content_type.name})" if entry.content_type else entry.object_repr

    @admin.display(description=gettext_lazy("What"))
    def what(self, entry: LogEntry) -> str:
        """The change in words."""
        return entry.get_change_message()
