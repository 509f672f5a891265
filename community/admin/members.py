"""Members as admins see them: who they are, whether they may come in, and their roles."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.access import ROLES
from community.admin.site import OfAdmins
from community.models import Member
from community.services import roles

NAMES = {
    "hosts": gettext_lazy("Host: leads live chats"),
    "moderators": gettext_lazy("Moderator: looks at concerns"),
    "leads": gettext_lazy("Lead: looks after moderators and phrase lists"),
    "reviewers": gettext_lazy("Reviewer: reads stories before others do; a clinician"),
    "curators": gettext_lazy("Curator: keeps help lines and resources right"),
    "admins": gettext_lazy("Admin: looks after the site, and gives roles"),
}


class RolesForm(forms.ModelForm):
    """The roles of one member. `had` is what they were when the page was made: only a difference is applied."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=[(role, NAMES[role]) for role in ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each needs a second factor when it is used."),
    )
    had = forms.MultipleChoiceField(
        choices=[(role, role) for role in ROLES], required=False, widget=forms.MultipleHiddenInput
    )

    class Meta:
        model = Member
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].initial = self.fields["had"].initial = list(roles.held_by(self.instance))

    def clean(self) -> dict[str, Any]:
        """Somebody has to stay an admin."""
        answers: dict[str, Any] = super().clean() or {}
        if "admins" in self.taken() and not roles.others_administer(self.instance):
            raise ValidationError({"roles": str(roles.LastAdmin.detail)})
        return answers

    def given(self) -> set[str]:
        """Roles that were ticked on this page."""
        return set(self.cleaned_data.get("roles", ())) - set(self.cleaned_data.get("had", ()))

    def taken(self) -> set[str]:
        """Roles whose tick was taken away on this page."""
        return set(self.cleaned_data.get("had", ())) - set(self.cleaned_data.get("roles", ()))


class ByRole(admin.SimpleListFilter):
    """Members with one role, or with any."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The roles there are."""
        return [("any", _("any role")), *((role, role) for role in ROLES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        """Who holds it."""
        if self.value() == "any":
            return queryset.filter(groups__name__in=ROLES).distinct()
        return queryset.filter(groups__name=self.value()) if self.value() in ROLES else queryset


class ByStanding(admin.SimpleListFilter):
    """Members who may come in, and those who may not."""

    title = gettext_lazy("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """How a member may stand."""
        return [("suspended", _("suspended")), ("silenced", _("reads only")), ("closed", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        """Who stands so now."""
        now = timezone.now()
        kept: dict[str | None, dict[str, Any]] = {
            "suspended": {"suspended_until__gt": now},
            "silenced": {"silenced_until__gt": now},
            "closed": {"is_active": False},
        }
        return queryset.filter(**kept.get(self.value(), {}))


class MemberAdmin(OfAdmins):
    """Names and roles. An address is shown on the member's own page alone; nobody is deleted from here."""

    label = gettext_lazy("Members and their roles")
    form = RolesForm
    list_display = ("name", "roles_held", "standing", "joined")
    list_filter = (ByRole, ByStanding)
    search_fields = ("name",)
    search_help_text = gettext_lazy("A part of a name.")
    ordering = ("name",)
    readonly_fields = ("name", "pronouns", "joined", "standing", "address", "second_factor")
    fieldsets = (
        (None, {"fields": readonly_fields}),
        (gettext_lazy("What they look after"), {"fields": ("roles", "had")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Roles are changed here."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Members with their roles, asked for once."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("Roles"), empty_value="")
    def roles_held(self, member: Member) -> str:
        """The member's roles in one line."""
        return ", ".join(roles.held_by(member))

    @admin.display(description=gettext_lazy("Joined"), ordering="joined_at")
    def joined(self, member: Member) -> str:
        """The day they joined; the hour is nobody's business."""
        return f"{timezone.localtime(member.joined_at):%Y-%m-%d}"

    @admin.display(description=gettext_lazy("Standing"))
    def standing(self, member: Member) -> str:
        """Whether they may come in and write."""
        if not member.is_active:
            return _("closed")
        if member.is_suspended():
            return _("suspended until %(day)s") % {"day": f"{timezone.localtime(member.suspended_until):%Y-%m-%d}"}
        if member.is_silenced():
            return _("reads only until %(day)s") % {"day": f"{timezone.localtime(member.silenced_until):%Y-%m-%d}"}
        return _("open")

    @admin.display(description=gettext_lazy("Email"))
    def address(self, member: Member) -> str:
        """Where letters to this member go, and whether they said that it is theirs."""
        known = EmailAddress.objects.filter(user=member).order_by("-primary").first()
        if not (known or member.email):
            return _("none given")
        return _("%(address)s (confirmed)") % {"address": known.email} if known and known.verified else member.email

    @admin.display(description=gettext_lazy("Second factor"))
    def second_factor(self, member: Member) -> str:
        """Whether they could use a role today."""
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        return _("set up") if Authenticator.objects.filter(user=member, type__in=kinds).exists() else _("not set up")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service changes the roles; no column of the member is written."""
        assert isinstance(request.user, Member)
        form.difference = roles.change(obj, give=form.given(), take=form.taken(), by=request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing more: see `save_model`."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Which roles were given and which were taken, for the history."""
        done = form.difference
        given = _("Given: %(roles)s.") % {"roles": ", ".join(done.given)} if done.given else ""
        taken = _("Taken: %(roles)s.") % {"roles": ", ".join(done.taken)} if done.taken else ""
        return " ".join(part for part in (given, taken) if part)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A line of history, where something changed."""
        return super().log_change(request, obj, message) if message else None
