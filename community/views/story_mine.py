"""What one has written and where it stands; handing in, answering, agreeing, taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import text
from community.refusals import NotYours, Refusal
from community.services import stories, story_bylines, story_rows, story_standing
from community.services import story_writing as writing
from community.services.resources import Overtaken
from community.services.stories import CHECKLIST
from community.services.story_writing import HandingIn, Standing
from community.story_content import BadStory, Text, checked, is_telling
from community.views.story_write import me


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Everything one has written here, and where each stands."""
    return render(request, "community/stories_mine.html", {"standings": writing.mine(me(request))})


@require_safe
@login_required
@sensitive_variables()
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own story: where it stands, what a reviewer said, what one can do."""
    standing = writing.own(me(request), pk)
    story_rows.seen(standing.story, me(request))
    return _page(request, standing)


def _page(request: HttpRequest, standing: Standing, *, says: str = "", status: int = 200) -> HttpResponse:
    shown = standing.asked if standing.state == "suggestions" and standing.asked else standing.newest
    blocks = text.story_to_blocks(shown.read().body)
    notes: dict[int, list[Any]] = {}
    for note in standing.notes if shown == standing.asked else ():
        notes.setdefault(min(note.paragraph, max(0, len(blocks) - 1)), []).append(note)
    context = {
        "one": standing,
        "story": standing.story,
        "shown": shown,
        "content": shown.read(),
        "rows": [(number, block, notes.get(number - 1, [])) for number, block in enumerate(blocks, 1)],
        "links": _links(standing),
        "says": says,
    }
    return render(request, "community/story_mine.html", context, status=status)


def _links(standing: Standing) -> list[dict[str, str]]:
    """The links below the names of this story: the one that readers see, and the one of the newest text."""
    names = (standing.story.byline, standing.newest.byline or standing.story.byline)
    return list({link["url"]: link for name in names for link in story_bylines.links_of(name)}.values())


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One press on the page of one's own story."""
    standing, do = writing.own(me(request), pk), request.POST.get("do", "")
    if do.startswith("link-out-"):
        return _link_out(request, standing, do.removeprefix("link-out-"))
    if do not in _ACTS:
        raise NotYours
    try:
        return _ACTS[do](request, standing)
    except Refusal as refusal:
        return _page(request, writing.own(me(request), pk), says=str(refusal.detail), status=refusal.status)


def _change(request: HttpRequest, standing: Standing) -> HttpResponse:
    _keep_answers(request, standing)
    writing.spend(me(request))
    stories.change(standing.story, by=me(request))
    return redirect("story-text", pk=standing.story.pk)


def _answer(request: HttpRequest, standing: Standing) -> HttpResponse:
    _keep_answers(request, standing)
    messages.success(request, _("Kept. Whoever reads it next sees your answers."))
    return redirect("story-mine", pk=standing.story.pk)


def _keep_answers(request: HttpRequest, standing: Standing) -> None:
    given = [(int(found[1]), str(words)) for name, words in request.POST.items()
             if (found := re.fullmatch(r"answer-(\d{1,15})", name))]  # fmt: skip
    if given:
        writing.answer(me(request), standing.story.pk, given)


def _take_back(request: HttpRequest, standing: Standing) -> HttpResponse:
    stories.take_consent_back(standing.story, by=me(request))
    messages.success(request, _("Taken back. Nobody but you can read it here from now on."))
    return redirect("story-mine", pk=standing.story.pk)


def _agree(request: HttpRequest, standing: Standing) -> HttpResponse:
    stories.agree(standing.story, by=me(request))
    return redirect("story-mine", pk=standing.story.pk)


def _delete(request: HttpRequest, standing: Standing) -> HttpResponse:
    writing.delete(me(request), standing.story.pk)
    messages.success(request, _("Deleted."))
    return redirect("stories-mine")


def _from_review(request: HttpRequest, standing: Standing) -> HttpResponse:
    _keep_answers(request, standing)
    writing.spend(me(request))
    stories.take_from_review(standing.story, by=me(request))
    messages.success(request, _("It is a draft again. Nobody reads it until you hand it in."))
    return redirect("story-text", pk=standing.story.pk)


def _comments(*, on: bool) -> Callable[[HttpRequest, Standing], HttpResponse]:
    def choose(request: HttpRequest, standing: Standing) -> HttpResponse:
        story_standing.take_comments(standing.story, by=me(request), on=on)
        messages.success(request, _("Comments are open.") if on else _("Comments are closed."))
        return redirect("story-mine", pk=standing.story.pk)

    return choose


def _link_out(request: HttpRequest, standing: Standing, url: str) -> HttpResponse:
    story_bylines.take_link_out(me(request), standing.story.pk, url)
    messages.success(request, _("The link is gone."))
    return redirect("story-mine", pk=standing.story.pk)


_ACTS = {
    "change": _change, "answer": _answer, "take-back": _take_back, "agree": _agree, "delete": _delete,
    "from-review": _from_review, "open-comments": _comments(on=True), "close-comments": _comments(on=False),
}  # fmt: skip


# --- handing in -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """What to look at once more before a clinician reads it; then it is handed in."""
    standing = writing.own(me(request), pk)
    if standing.draft is None:
        return redirect("story-mine", pk=pk)
    if request.method == "GET":
        return _hand_in_page(request, standing, _said(request, standing))
    said = _said(request, standing)
    if not said.agrees and not _has_agreed(standing):
        return _hand_in_page(request, standing, said, says=_("Your agreement is still open, below."), status=400)
    try:
        writing.hand_in(me(request), standing.draft, said)
    except BadStory as bad:
        return _hand_in_page(request, standing, said, errors=bad.errors, status=400)
    except Overtaken as late:
        return _hand_in_page(request, writing.own(me(request), pk), said, says=str(late.detail), status=409)
    except Refusal as refusal:
        return _hand_in_page(request, standing, said, says=str(refusal.detail), status=refusal.status)
    messages.success(request, _("Handed in. A clinician reads it, usually within 4 days."))
    return redirect("story-mine", pk=pk)


def _has_agreed(standing: Standing) -> bool:
    return standing.story.consent_at is not None and standing.story.consent_withdrawn_at is None


def _said(request: HttpRequest, standing: Standing) -> HandingIn:
    given, content = request.POST, standing.newest.read()
    if request.method == "GET":
        return HandingIn(standing.newest.version, share_title=content.share_title or _offered(content, standing))
    version = given.get("version", "")
    return HandingIn(
        int(version) if re.fullmatch(r"\d{1,9}", version) else -1,
        tuple(given.getlist("ticked")),
        given.get("agrees") == "on",
        given.get("share_title", ""),
        given.get("correction", ""),
    )


def _offered(content: Text, standing: Standing) -> str:
    """Quiet words for links, where the title itself would tell what it is about."""
    if not is_telling(content.title):
        return ""
    byline = standing.newest.byline or standing.story.byline
    return _("Words from %(name)s") % {"name": byline.name}


def _hand_in_page(
    request: HttpRequest, standing: Standing, said: HandingIn, *, errors: dict[str, str] | None = None,
    says: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    content = standing.newest.read()
    context = {
        "one": standing,
        "story": standing.story,
        "content": content,
        "byline": standing.newest.byline or standing.story.byline,
        "version": standing.newest.version,
        "said": said,
        "is_telling": is_telling(content.title),
        "has_agreed": _has_agreed(standing),
        "remarks": stories.remarks_on(content.body),
        "checklist": [(key, words, key in said.ticked) for key, words in CHECKLIST.items()],
        "missing": _missing(content) if errors is None else {},
        "errors": errors or {},
        "says": says,
    }
    return render(request, "community/story_hand_in.html", context, status=status)


def _missing(content: Text) -> dict[str, str]:
    try:
        checked(content)
    except BadStory as bad:
        return bad.errors
    return {}
