"""A draft of the site's phrases: begun, changed by one press or one form at a time, and the way it goes from there.

Whoever changes a text that is another one by now gets 409 with both: what they wanted, and what it says now.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation import phrase_words
from moderation.forms_phrases import ChangeForm, WordsForm
from moderation.models import PhraseVersion
from moderation.phrase_content import Change, NotAllowed, PutList, says
from moderation.services import dry_runs, phrase_carrying, phrase_checks, phrase_steps, phrases
from moderation.views import dry_run_shown, phrase_shown

State = PhraseVersion.State


@require_POST
@behind("phrases.write")
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft, from what is in force or from an older version; or an older draft begun anew with its lines."""
    carry = request.POST.get("carry", "")[:40]
    try:
        if carry:
            return _begun_anew(request, phrase_carrying.begin_anew(me(request), carry))
        made = phrases.draft(me(request), request.POST.get("based_on", "")[:40])
    except phrases.NotNow as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("moderation:phrases")
    messages.success(request, _("A draft. Nothing of it is looked for before a second person has signed it."))
    return redirect("moderation:phrase-version", token=made.token)


def _begun_anew(request: HttpRequest, carried: phrase_carrying.Carried) -> HttpResponse:
    if carried.left:
        said = _("A new draft with your lines. These no longer fit and were left out: %(lines)s.")
        messages.warning(request, said % {"lines": "; ".join(carried.left)})
    else:
        messages.success(request, _("A new draft from what is in force, with all of your lines."))
    return redirect("moderation:phrase-version", token=carried.made.token)


@require_safe
@behind("phrases.see")
def version(request: HttpRequest, token: str) -> HttpResponse:
    """One version: what it changes and why, its dry run, what colleagues say, and what can be done with it."""
    return shown(request, phrases.version_for(me(request), token))


def shown(request: HttpRequest, found: PhraseVersion, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a version."""
    by, here = me(request), phrases.in_force()
    now, run, trial = phrases.content_of(here), dry_runs.last_of(found), dry_runs.last_of(found, is_trial=True)
    content, is_behind = phrases.content_of(found), phrase_carrying.is_behind(found, here)
    base = phrases.content_of(found.based_on) if is_behind else now
    context = {
        "one": found,
        "title": phrase_shown.title(found),
        "state": phrase_words.STATES[found.state],
        "lines": phrase_shown.changes(found, base),
        "is_behind": is_behind,
        "since": phrase_shown.between(base, now) if is_behind else [],
        "own": [(one, phrase_words.level(one.severity), phrase_shown.own_group(one)) for one in content.lists],
        "here": here,
        "run": run and dry_run_shown.summary(run),
        "trial": trial and dry_run_shown.summary(trial),
        "hinders": dry_run_shown.hinders(found, run),
        "days": dry_runs.DAYS,
        "notes": phrases.notes(found),
        "history": phrase_shown.history(found),
        **phrase_shown.rights(by, found),
        **more,
    }
    return render(request, "moderation/phrase_version.html", context, status=status)


@require_POST
@behind("phrases.write")
def change(request: HttpRequest, token: str) -> HttpResponse:
    """One change, by one press."""
    found, form = phrases.version_for(me(request), token), ChangeForm(request.POST)
    if not form.is_valid():
        return shown(request, found, status=400, error=_("That could not be read. Please try again."))
    try:
        wanted = form.change() or _list_that_was(form.cleaned_data["key"])
        phrases.change(me(request), token, edits=form.cleaned_data["edits"], change=wanted)
    except phrases.Changed as refusal:
        return _too_late(request, token, refusal, wanted=wanted, form=form)
    except (NotAllowed, phrases.NotNow) as refusal:
        return shown(request, found, status=refusal.status, error=str(refusal.detail))
    messages.success(request, _("Done: %(what)s") % {"what": says(wanted)})
    return redirect(_back(request, token))


def _list_that_was(key: str) -> Change:
    """The list of this key as what is in force has it. Raises `NotAllowed` where it has none."""
    return PutList(phrases.content_of(phrases.in_force()).list_of(key))


def _back(request: HttpRequest, token: str) -> str:
    page = phrase_shown.page_of(phrases.version_for(me(request), token))
    return f"{page}release/" if request.POST.get("back") == "release" else f"{page}#changes"


def _too_late(request: HttpRequest, token: str, refusal: Refusal, *, wanted: Change, form: ChangeForm) -> HttpResponse:
    """409: what was wanted, what others did since, and the text as it is now; it can be done all the same."""
    found = phrases.version_for(me(request), token)
    said = {name: value for name, value in form.cleaned_data.items() if value and name != "edits"}
    context = {
        "one": found,
        "title": phrase_shown.title(found),
        "refusal": refusal,
        "wanted": says(wanted),
        "fields": {**said, "edits": found.edits, "back": request.POST.get("back", "")},
        "lines": phrase_shown.changes(found, phrases.content_of(phrases.in_force())),
    }
    return render(request, "moderation/phrase_changed.html", context, status=409)


@require_POST
@behind("phrases.write")
def why(request: HttpRequest, token: str) -> HttpResponse:
    """Why the draft is wanted, in its author's words. Where somebody else wrote meanwhile, both texts are shown."""
    found, form = phrases.version_for(me(request), token), WordsForm(request.POST)
    if not form.is_valid():
        return shown(request, found, status=400, why_error=_("Say in a sentence why you want this."))
    words, edits = form.cleaned_data["words"], form.cleaned_data["edits"] or 0
    try:
        phrases.say_why(me(request), token, edits=edits, reason=words)
    except phrases.Changed as refusal:
        found = phrases.version_for(me(request), token)
        return shown(request, found, status=409, error=str(refusal.detail), my_reason=words)
    except phrases.NotNow as refusal:
        return shown(request, found, status=409, error=str(refusal.detail), my_reason=words)
    messages.success(request, _("Kept."))
    return redirect("moderation:phrase-version", token=token)


@require_POST
@behind("phrases.see")
def note(request: HttpRequest, token: str) -> HttpResponse:
    """A note for colleagues, kept with the version."""
    found, form = phrases.version_for(me(request), token), WordsForm(request.POST)
    if not form.is_valid():
        words = request.POST.get("words", "")[:2000]
        why_not = _("Write something, up to 1,000 characters.")
        return shown(request, found, status=400, note_error=why_not, my_note=words)
    phrases.note(me(request), token, form.cleaned_data["words"])
    messages.success(request, _("Your note is there."))
    return redirect(f"{phrase_shown.page_of(found)}#notes")


@require_POST
@behind("phrases.write")
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What stands in the way of this text, in words; nothing is changed by asking."""
    found = phrases.version_for(me(request), token)
    return shown(request, found, problems=phrase_words.advised(phrase_checks.check(found)), is_checked=True)


@require_POST
@behind("phrases.write")
def step(request: HttpRequest, token: str) -> HttpResponse:
    """The next step of a version: handed in, signed, on trial, in force, let go."""
    found, do = phrases.version_for(me(request), token), request.POST.get("do", "")
    words = request.POST.get("words", "").replace("\0", "")[:1000]
    try:
        said = _step(request, found, do, words)
    except phrase_checks.NotSound as refusal:
        return shown(
            request, found, status=refusal.status, problems=phrase_words.advised(refusal.problems), is_checked=True
        )
    except (phrases.NotNow, phrases.Changed, NotAllowed) as refusal:
        fresh = phrases.version_for(me(request), token)
        return shown(request, fresh, status=refusal.status, error=str(refusal.detail), my_sign=words)
    messages.success(request, said)
    return redirect("moderation:phrases" if do in ("drop", "force") else phrase_shown.page_of(found))


def _step(request: HttpRequest, found: PhraseVersion, do: str, words: str) -> str:
    by, token = me(request), found.token
    if do == "ask":
        if hinders := dry_run_shown.hinders(found, dry_runs.last_of(found)):
            raise phrases.NotNow(hinders)
        edits = request.POST.get("edits", "")
        phrase_steps.ask(by, token, edits=int(edits) if edits.isascii() and edits.isdigit() and len(edits) < 10 else 0)
        return _("Handed in. It doesn't change any more; somebody who had no hand in it reads it.")
    if do == "sign":
        phrase_steps.sign(by, token, words)
        return _("Signed. It can be put in force, or on trial first.")
    if do == "trial":
        phrase_steps.trial(by, token)
        return _("On trial for a week: counted, without consequences.")
    if do == "force":
        phrase_steps.put_in_force(by, token)
        return _("In force. Every message from now on is read with it.")
    if do == "drop":
        phrase_steps.drop(by, token)
        return _("Let go. It stays in the list of versions, and can be begun again.")
    raise NotYours
