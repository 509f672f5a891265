"""The site that admins see at /admin/: for their role and a second factor; to everyone else it isn't there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import Media
from django.http import HttpRequest
from django.urls import URLPattern, include, path, re_path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.access import may
from community.models import Member
from community.views.staff import behind, has_second_factor


class Site(admin.AdminSite):
    """Django's admin behind our own door. Signing in, signing out and passwords are the pages that everyone has."""

    site_title = site_header = index_title = _("Administration")
    site_url = None
    enable_nav_sidebar = False
    index_template = app_index_template = "admin/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """True for admins with a second factor in this session."""
        return may(_asker(request), "site.administer") and has_second_factor(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The view behind the door: sign in first; not an admin, not here; then the second factor."""
        return behind("site.administer")(view)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models under the names that this site gives them."""
        found = super().get_app_list(request, app_label)
        for one in (model for app in found for model in app["models"]):
            one["name"] = getattr(self._registry[one["model"]], "label", one["name"])
        return found

    def get_urls(self) -> list[Any]:
        """The start page, one for each app, and the pages that each model keeps. An unknown address has no view."""
        labels = "|".join(sorted({model._meta.app_label for model in self._registry}))
        urls: list[Any] = [
            path("", self.admin_view(self.index), name="index"),
            re_path(rf"^(?P<app_label>{labels})/$", self.admin_view(self.app_index), name="app_list"),
        ]
        for model, kept in self._registry.items():
            urls.append(path(f"{model._meta.app_label}/{model._meta.model_name}/", include(kept.urls)))
        return urls


class OfAdmins(admin.ModelAdmin):
    """A model that admins may look at. Nothing is added, changed or deleted unless a subclass says so."""

    label: str | Promise = ""
    pages: tuple[str, ...] = ("changelist", "change", "history")
    actions = None
    list_per_page = list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    @property
    def media(self) -> Media:
        """Nothing: these pages need no script, and their looks are in our own sheet."""
        return Media()

    def get_urls(self) -> list[URLPattern]:
        """Only the pages that this model keeps."""
        kept = {f"{self.opts.app_label}_{self.opts.model_name}_{page}" for page in self.pages}
        return [one for one in super().get_urls() if one.name in kept]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever passed the door may see what is behind it."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever passed the door may look."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here, ever."""
        return False


def _asker(request: HttpRequest) -> Member | None:
    return request.user if isinstance(request.user, Member) else None
