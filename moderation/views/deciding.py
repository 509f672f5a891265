"""Deciding a case and answering an appeal: through a form, once, by whoever holds it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.views.rooms import me
from community.refusals import NotYours
from community.views.staff import behind
from moderation.forms_console import AnswerForm, DecisionForm
from moderation.services import appeals, canned, cases, choices, decisions, undoing
from moderation.services.choices import BadChoice
from moderation.services.holding import NotHeld, Stale, flag_for
from moderation.views import acts, case_page
from moderation.views.case import too_late

ANSWERS = {"take-back": True, "leave": False}


@require_POST
@behind("flags.work")
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Carries out what was chosen, or proposes it where it takes two."""
    kind, version = request.POST.get("kind", ""), version_of(request)
    flag = flag_for(me(request), token)
    if kind not in {one[0] for one in acts.ACTS}:
        raise NotYours
    sent: Any = request.POST
    if request.POST.get("do") == "fill":
        sent = _with_text(request, flag.member.name if flag.member else "")
    form = DecisionForm(sent, kind=kind, about=acts.about(flag))
    try:
        if request.POST.get("do") != "fill" and form.is_valid() and (done := _done(request, token, form, version)):
            return done
        return _again(request, token, bound=form)
    except (Stale, NotHeld) as refusal:
        return too_late(request, token, refusal, typed=[form.data.get("words", "")], since=version, bound=form)


def version_of(request: HttpRequest) -> int:
    """The state of the case that the moderator looked at; 0 for none."""
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _with_text(request: HttpRequest, name: str) -> Any:
    """What was sent, with the chosen text in the box for words."""
    sent = request.POST.copy()
    words = canned.filled(sent.get("text", ""), name=name, moderator=me(request).name)
    sent["words"] = words or sent.get("words", "")
    return sent


def _done(request: HttpRequest, token: str, form: DecisionForm, version: int) -> HttpResponse | None:
    """Where to go once it is done; None when the form says what is missing."""
    choice = form.choice()
    try:
        if choices.needs_two_keys(choice):
            decisions.propose(me(request), token, choice, version=version)
            messages.success(request, _("Proposed. Nothing happens before a colleague confirms it."))
            return redirect("moderation:case", token=token)
        made = decisions.decide(me(request), token, choice, version=version)
    except BadChoice as refusal:
        form.refuse(refusal)
        return None
    if made.kind == decisions.Kind.HIDE_FOR_NOW and made.until:
        until = timezone.localtime(made.until).strftime("%H:%M")
        messages.success(
            request, _("Others don't see it until %(time)s. It is still yours to decide.") % {"time": until}
        )
        return redirect("moderation:case", token=token)
    return after()


def after() -> HttpResponse:
    """The queue, asking whether they would like the next one, or a minute."""
    return redirect(f"{reverse('moderation:queue')}?after=1")


@require_POST
@behind("flags.work")
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """What one decided a moment ago is as if it had not been; the case is open again."""
    try:
        flag = undoing.undo(me(request), token, request.POST.get("decision", ""))
    except undoing.Seen as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("moderation:queue")
    messages.success(request, _("Undone. It is yours again."))
    return redirect("moderation:case", token=flag.token)


def _again(request: HttpRequest, token: str, **bound: Any) -> HttpResponse:
    """The case once more, with what was typed and what is missing beside it."""
    is_fill = request.POST.get("do") == "fill"
    if is_fill and "bound" in bound:
        bound["bound"].errors.clear()
    return case_page.shown(request, cases.open_case(me(request), token), status=200 if is_fill else 400, **bound)


@require_POST
@behind("flags.work")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The answer to an appeal: taken back, or left with a person's words."""
    version, what = version_of(request), request.POST.get("what", "")
    flag_for(me(request), token)
    sent: Any = _with_text(request, "") if request.POST.get("do") == "fill" else request.POST
    form = AnswerForm(sent, auto_id="answer-%s")
    try:
        if request.POST.get("do") != "fill" and form.is_valid() and what in ANSWERS:
            try:
                words = form.cleaned_data["words"]
                appeals.answer(me(request), token, take_back=ANSWERS[what], words=words, version=version)
            except BadChoice as refusal:
                form.add_error("words", str(refusal.detail))
            else:
                messages.success(request, _("Answered. They read it among their notices."))
                return after()
        return _again(request, token, answer_form=form)
    except (Stale, NotHeld) as refusal:
        return too_late(request, token, refusal, typed=[sent.get("words", "")], since=version)
