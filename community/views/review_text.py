"""One text as readers would see it, with everything that helps to judge it, and the decision."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from community import story_compare
from community import text as words_of
from community.models import Member, StoryRevision
from community.refusals import NotYours, Refusal
from community.review_form import JudgeForm, ReadForm
from community.services import reviewers, stories, story_bylines, story_desk, story_notes, story_rows, story_verdicts
from community.services.resources import Overtaken, OwnWords
from community.services.story_desk import AGAIN, JUDGE, READ
from community.views.review import me
from community.views.staff import behind

MOST_FORMS = 300  # paragraphs that have a form of their own; beyond that one names the paragraph
JUDGED, SECOND = ("approve", "changes", "decline"), ("out", "back")


class Nameless(Refusal):
    """A clinician whom readers could not be told."""

    code = "nameless"
    detail = _("Say first under which name and profession readers see your reviews.")
    status = 409


@require_http_methods(["GET", "POST"])
@behind("story.desk")
def text(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A text that was handed in: read, noted beside, decided."""
    revision = story_desk.text_of(slug, number)
    part = story_desk.part_of(me(request), revision)
    if request.method == "GET":
        story_rows.has_met(revision, me(request))
        return _page(request, revision, part, _fresh(part.does, revision))
    do = request.POST.get("do", "")
    form = _bound(request, do)
    try:
        answer = _carry_out(request, revision, part, form, do)
    except NotYours:
        raise
    except Refusal as refusal:
        form.errors.clear()
        now = story_desk.text_of(slug, number)
        more: dict[str, Any] = {"error": str(refusal.detail), "typed": _beside(request)}
        if isinstance(refusal, Overtaken):
            more |= {"changed": _what_changed(now), "newer": story_desk.newer_than(now)}
        return _page(request, now, _typing(part, form), form, status=refusal.status, **more)
    if answer:
        messages.success(request, answer)
        return redirect("review")
    if do in ("keep", "carry"):
        form.errors.clear()
    more = {"typed": _beside(request), "kept": do == "keep"}
    return _page(request, revision, part, form, status=400 if form.errors else 200, **more)


def _fresh(does: str, revision: StoryRevision) -> forms.Form:
    return ReadForm(initial={"correction": revision.correction}) if does == READ else JudgeForm()


def _bound(request: HttpRequest, do: str) -> forms.Form:
    is_second = request.POST.get("as") == READ or do in SECOND
    return ReadForm(request.POST, do=do) if is_second else JudgeForm(request.POST, do=do)


def _typing(part: story_desk.Part, form: forms.Form) -> story_desk.Part:
    """The part in which somebody was typing, so that the page shows their words although it is over."""
    if part.why_not or part.does:
        return part
    return story_desk.Part(READ if isinstance(form, ReadForm) else JUDGE)


def _carry_out(request: HttpRequest, revision: StoryRevision, part: story_desk.Part, form: forms.Form, do: str) -> str:
    """Does what was asked; what to say about it, or nothing when the page is to be shown again."""
    by, beside = me(request), _beside(request)
    if part.why_not:
        raise OwnWords(part.why_not)
    if do == "keep":
        story_notes.keep(revision, beside, by=by)
    elif do in JUDGED and isinstance(form, JudgeForm):
        return _judge(request, revision, form, beside)
    elif do in SECOND and isinstance(form, ReadForm):
        return _read(revision, form, do, by)
    elif do != "carry":
        raise NotYours
    return ""


def _judge(request: HttpRequest, revision: StoryRevision, form: JudgeForm, beside: dict[int, str]) -> str:
    by = me(request)
    byline = reviewers.signing(by)
    if byline is None:
        raise Nameless
    if not form.is_valid():
        return ""
    verdict = form.verdict(beside)
    if request.POST.get("as") == AGAIN:
        after = request.POST.get("after", "")
        given = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
        story_verdicts.review_again(revision, verdict, by=by, byline=byline, after=given)
    else:
        story_verdicts.review(revision, verdict, by=by, byline=byline)
    return {"approve": _("Approved."), "changes": _("Its author is told what to change."),
            "decline": _("Its author is told why.")}[verdict.kind]  # fmt: skip


def _read(revision: StoryRevision, form: ReadForm, do: str, by: Member) -> str:
    if not form.is_valid():
        return ""
    if do == "back":
        story_verdicts.send_back(revision, by=by, note=form.cleaned_data["note"])
        return _("Sent back to its author.")
    at, told = form.cleaned_data["comes_out_at"], form.cleaned_data["correction"]
    story = story_verdicts.read_second(revision, by=by, comes_out_at=at, correction=told)
    return _("It comes out at the hour you set.") if story.next_id else _("It is out. Readers see it now.")


def _beside(request: HttpRequest) -> dict[int, str]:
    """What was typed beside paragraphs, by the paragraph's place from 0."""
    found = {}
    for name, said in request.POST.items():
        if match := re.fullmatch(r"note-(\d{1,5})", name):
            found[int(match[1])] = str(said)
    place = request.POST.get("far", "")
    if request.POST.get("far-said", "").strip() and place.isascii() and place.isdigit() and 0 < len(place) < 6:
        found[int(place) - 1] = request.POST["far-said"]
    return found


def _what_changed(revision: StoryRevision) -> list[Any]:
    """What was decided about this text, the newest first: shown to somebody who decided at the same time."""
    return list(revision.verdicts.select_related("shown_as", "by").order_by("-pk")[:3])


def _page(request: HttpRequest, revision: StoryRevision, part: story_desk.Part, form: forms.Form, *,
          status: int = 200, typed: dict[int, str] | None = None, **more: Any) -> HttpResponse:  # fmt: skip
    one, content, mine = revision.story, revision.read(), me(request)
    before = one.published if one.published and one.published_id != revision.pk else None
    newer: StoryRevision | None = more.get("newer")
    shows_notes = part.does or not part.why_not
    context = {
        "one": one,
        "revision": revision,
        "content": content,
        "blocks": _blocks(revision, mine, typed or {}, shows_notes=bool(shows_notes)),
        "part": part,
        "form": form,
        "may_note": part.does in (JUDGE, AGAIN),
        "fields": [(story_compare.FIELDS[name], said) for name, said in story_compare.said(content).items() if said],
        "links": story_bylines.links_of(revision.byline or one.byline),
        "remarks": stories.remarks_on(content.body) if part.does else [],
        "checklist": [(words, key in revision.checklist) for key, words in stories.CHECKLIST.items()],
        "before": before,
        "differences": story_compare.compared(before.read(), content) if before else [],
        "since": story_compare.compared(content, newer.read()) if newer else [],
        "verdicts": list(story_desk.verdicts(one)[:50]) if shows_notes else [],
        "after": story_verdicts.newest_verdict(revision),
        "byline": reviewers.signing(mine) if part.does in (JUDGE, AGAIN) else None,
        **more,
    }  # fmt: skip
    return render(request, "review/text.html", context, status=status)


def _blocks(revision: StoryRevision, mine: Member, typed: dict[int, str], *, shows_notes: bool) -> list[dict[str, Any]]:
    pieces, beside = words_of.story_to_blocks(revision.read().body), story_notes.beside(revision)
    found = []
    for place, piece in enumerate(pieces):
        notes = beside.get(place, [])
        own = typed.get(place, next((one.said for one in notes if one.by_id == mine.pk), ""))
        others = [one for one in notes if one.by_id != mine.pk] if shows_notes else []
        found.append({"place": place, "html": piece, "own": own if shows_notes else "", "others": others,
                      "has_form": place < MOST_FORMS or bool(own)})  # fmt: skip
    return found
