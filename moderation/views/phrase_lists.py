"""Filling a draft: a phrase with its preview, a list with its examples, and what of the release counts otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation.forms_phrases import SEVERITIES, ListForm, PhraseForm
from moderation.models import PhraseVersion
from moderation.phrase_content import AddPhrase, NotAllowed, PutList, SiteList
from moderation.services import phrase_checks, phrases
from moderation.views import phrase_shown

LONGEST_WANTED, SHOWN_PHRASES = 200, 60


def _draft(request: HttpRequest, token: str) -> PhraseVersion:
    """The draft. Raises `NotYours`, and `NotNow` once it was handed in, unless something was written: that is answered
    with the words still there.
    """
    found = phrases.version_for(me(request), token)
    if found.state != PhraseVersion.State.DRAFT and request.method == "GET":
        raise phrases.NotNow(_("This was handed in and doesn't change any more. Begin a new draft from it."))
    return found


def _edits(request: HttpRequest) -> int:
    said = request.POST.get("edits", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


@require_http_methods(["GET", "POST"])
@behind("phrases.write")
def add(request: HttpRequest, token: str) -> HttpResponse:
    """A phrase: first what it would find, then added."""
    found = _draft(request, token)
    lists = phrases.content_of(found).lists
    if not lists:
        messages.success(request, _("A phrase stands in a list of your own. Make one first."))
        return redirect("moderation:phrase-new-list", token=token)
    form = PhraseForm(request.POST or None, lists=lists, key=request.GET.get("list", "")[:40] or _to_fill(lists))
    context: dict[str, Any] = {"one": found, "title": phrase_shown.title(found), "form": form, "edits": found.edits}
    if request.method == "GET" or not form.is_valid():
        return render(request, "moderation/phrase_add.html", context, status=400 if form.errors else 200)
    one, phrase = form.lists[form.cleaned_data["key"]], form.cleaned_data["phrase"]
    status = 200
    if request.POST.get("do") == "add":
        try:
            phrases.change(me(request), token, edits=_edits(request), change=AddPhrase(one.key, phrase))
        except (phrases.Changed, phrases.NotNow, NotAllowed) as refusal:
            context["refusal"], status = refusal, refusal.status
        else:
            messages.success(request, _("Added: “%(phrase)s”, in %(list)s.") % {"phrase": phrase, "list": one.name})
            return redirect(f"{phrase_shown.page_of(found)}#changes")
    preview = phrase_checks.preview(me(request), phrase, one.language)
    context |= {"preview": preview, "percent": round(preview.share * 100, 1), "list": one, "phrase": phrase}
    return render(request, "moderation/phrase_add.html", context, status=status)


def _to_fill(lists: Iterable[SiteList]) -> str:
    """The key of the newest list that has no phrases yet."""
    return next((one.key for one in reversed([*lists]) if not one.phrases), "")


@require_http_methods(["GET", "POST"])
@behind("phrases.write")
def new_list(request: HttpRequest, token: str) -> HttpResponse:
    """A list of our own, with sentences that it must find and leave alone."""
    return _write(request, _draft(request, token), None)


@require_http_methods(["GET", "POST"])
@behind("phrases.write")
def settings(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Settings and examples of a list that the draft has."""
    found = _draft(request, token)
    held = next((one for one in phrases.content_of(found).lists if one.key == key), None)
    if held is None and request.method == "GET":
        raise NotYours
    return _write(request, found, held or _taken_out(key, request.POST.get("language_was", "")))


def _taken_out(key: str, language: str) -> SiteList:
    """A list that somebody took out of the draft while another wrote in it: what they wrote is still shown to them."""
    return SiteList(key, language, "", "", "", "")


def _write(request: HttpRequest, found: PhraseVersion, held: SiteList | None) -> HttpResponse:
    content = phrases.content_of(found)
    taken = {one.key for one in content.lists} | {one.key for one in phrases.content_of(phrases.in_force()).lists}
    form = ListForm(request.POST or None, held=held, taken=taken)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, found, held, form, status=400 if form.errors else 200)
    wanted = form.list()
    try:
        phrases.change(me(request), found.token, edits=_edits(request), change=PutList(wanted))
    except phrases.Changed as refusal:
        return _both(request, found.token, held, form, refusal)
    except (phrases.NotNow, NotAllowed) as refusal:
        return _form_page(request, found, held, form, status=refusal.status, refusal=refusal)
    messages.success(request, _("Kept: the list “%(name)s”.") % {"name": wanted.name})
    return redirect(f"{phrase_shown.page_of(found)}#lists")


def _both(request: HttpRequest, token: str, held: SiteList | None, form: ListForm, refusal: Refusal) -> HttpResponse:
    """409: what was written stands in the form, what the draft says now beside it; sent again, it replaces that."""
    fresh = phrases.version_for(me(request), token)
    content, wanted = phrases.content_of(fresh), form.list()
    theirs = next((one for one in content.lists if one.key == wanted.key), None)
    both = _compared(theirs, wanted) if theirs and held else []
    return _form_page(request, fresh, held, form, status=409, refusal=refusal, both=both, is_gone=held and not theirs)


def _compared(theirs: SiteList, mine: SiteList) -> list[tuple[str, str, str]]:
    """What differs between two texts of a list: its name in words, as it is now, as it was just written."""
    fields = ListForm.base_fields
    found = ((name, _said(theirs, name), _said(mine, name)) for name in fields if name not in ("phrases", "language"))
    return [(str(fields[name].label), one, other) for name, one, other in found if one != other]


def _said(one: SiteList, name: str) -> str:
    value = getattr(one, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _form_page(
    request: HttpRequest, found: PhraseVersion, held: SiteList | None, form: ListForm, *, status: int, **more: Any
) -> HttpResponse:
    errors = [(form[name], str(said[0])) for name, said in form.errors.items() if name in form.fields]
    context = {
        "one": found,
        "title": phrase_shown.title(found),
        "held": held,
        "form": form,
        "edits": found.edits,
        "errors": errors,
        "examples": phrase_shown.examples(held, found) if held and held.must else [],
        **more,
    }
    return render(request, "moderation/phrase_list_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@behind("phrases.write")
def release(request: HttpRequest, token: str) -> HttpResponse:
    """What of the release rests or weighs otherwise in this draft. What is searched for comes by POST."""
    found, known = _draft(request, token), dict(phrase_shown.languages())
    asked = request.POST.get("language") or request.GET.get("language", "")
    language = asked if asked in known else next(iter(known))
    wanted = request.POST.get("wanted", "").replace("\0", "")[:LONGEST_WANTED].strip()
    groups = phrases.lists(language, found).groups
    hits = [(one, each) for one in groups for each in phrase_shown.shipped_in(one.phrases, wanted)] if wanted else []
    context = {
        "one": found,
        "title": phrase_shown.title(found),
        "language": language,
        "languages": known.items(),
        "wanted": wanted,
        "hits": [(phrase_shown.phrase_row(one, each), each) for one, each in hits[:SHOWN_PHRASES]],
        "hit_count": len(hits),
        "groups": [] if wanted else [phrase_shown.group_row(one) for one in groups],
        "severities": SEVERITIES,
    }
    return render(request, "moderation/phrase_release.html", context)
