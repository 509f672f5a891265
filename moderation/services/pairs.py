"""No-contact pairs: two members whom a moderator keeps apart."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from community.models import Member, NoContact
from community.services import apart


def kept_apart() -> list[NoContact]:
    """Every pair, the newest first."""
    return list(NoContact.objects.select_related("low", "high", "made_by").order_by("-at"))


def keep_apart(form: forms.Form, *, by: Member) -> bool:
    """Keeps the two members named in a valid form apart. False, with an error in the form, when they aren't two."""
    answers = form.cleaned_data
    found = {field: Member.objects.filter(name=answers[field], is_active=True).first() for field in ("one", "other")}
    for field, member in found.items():
        if member is None:
            form.add_error(field, _("Nobody has this name."))
    one, other = found["one"], found["other"]
    if one is None or other is None:
        return False
    if one == other:
        form.add_error("other", _("These are the same person."))
        return False
    apart.keep_apart(one, other, by=by, reason=answers["reason"])
    return True


def end(key: str) -> None:
    """Ends one pair. A key that is none does nothing."""
    pair = NoContact.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 16 else None
    if pair is not None:
        apart.let_meet(pair.low, pair.high)
