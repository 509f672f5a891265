"""Writing a story: kept as a draft while it is written, looked at as readers will see it. One's own only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from community import text, throttle
from community.access import may
from community.forms_story import StoryForm
from community.models import Byline, Member, StoryRevision
from community.refusals import Refusal, TooFast
from community.services import story_bylines
from community.services import story_writing as writing
from community.services.resources import Overtaken
from community.services.story_writing import Standing
from community.story_content import BODY, BadStory, checked, is_address
from community.views.staff import has_second_factor


@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def write(request: HttpRequest) -> HttpResponse:
    """A new story; it is kept once there is a word of it."""
    if request.method == "POST":
        return _pressed(request, None)
    return _page(request, _form(request, None), None)


@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft of one's own story."""
    one = writing.own(me(request), pk)
    if request.method == "POST":
        return _pressed(request, one)
    if one.draft is None:
        return redirect("story-mine", pk=pk)
    return _page(request, _form(request, one), one)


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def preview(request: HttpRequest) -> HttpResponse:
    """What was typed so far, as readers will see it: a piece of a page."""
    if wait := throttle.look_at(me(request).pk):
        raise TooFast(retry_after=wait)
    form = StoryForm(request.POST, bylines=story_bylines.bylines_of(me(request)), is_editor=_is_editor(request))
    form.is_valid()
    return render(request, "community/_story_preview.html", {"shown": _shown(form)})


def me(request: HttpRequest) -> Member:
    """Whoever is signed in."""
    assert isinstance(request.user, Member)
    return request.user


def _is_editor(request: HttpRequest) -> bool:
    return may(me(request), "story.edit") and has_second_factor(request)


def _form(request: HttpRequest, one: Standing | None, data: Any = None) -> StoryForm:
    held = one.newest if one else None
    return StoryForm(data, held=held, bylines=story_bylines.bylines_of(me(request)), is_editor=_is_editor(request))


def _pressed(request: HttpRequest, one: Standing | None) -> HttpResponse:
    do, form = request.POST.get("do", "keep"), _form(request, one, request.POST)
    if do == "row" or do.startswith("drop-"):
        form.with_rows(do)
        return _page(request, form, one)
    if form.is_valid() and form.is_empty and do != "preview":
        form.add_error("body", _("There is nothing to keep yet. One sentence is enough."))
    if form.errors:
        return _not_kept(request, form, one)
    if do == "preview":
        return _page(request, form, one, shown=_shown(form))
    try:
        kept = _keep(request, form, one)
    except BadStory as bad:
        form.say(bad.errors)
        return _not_kept(request, form, one)
    except Overtaken as late:
        return _overtaken(request, form, late)
    except Refusal as refusal:
        return _not_kept(request, form, one, refusal)
    return _kept(request, kept, do)


def _keep(request: HttpRequest, form: StoryForm, one: Standing | None) -> StoryRevision:
    said = form.cleaned_data
    if one is None:
        key = said["key"] if said["key"].isalnum() and said["key"].isascii() and len(said["key"]) == 16 else ""
        draft = writing.begin(
            me(request), form.content(), form.author(), key=key, shows_a_line=said["shows_a_line"]
        )  # fmt: skip
        if draft.version or draft.read() != checked(form.content(), draft=True):
            raise Overtaken  # the same page was kept before, with other words
        return draft
    if one.draft is None:
        raise Overtaken
    return writing.keep(
        me(request), one.draft, form.content(), form.author(), version=said["version"] or 0,
        shows_a_line=said["shows_a_line"],
    )  # fmt: skip


def _kept(request: HttpRequest, kept: StoryRevision, do: str) -> HttpResponse:
    pk = kept.story_id
    if _is_script(request):
        said = {"version": kept.version, "at": timezone.localtime().strftime("%H:%M")}
        return JsonResponse({**said, "url": reverse("story-text", args=[pk])})
    if do in ("next", "pictures"):
        return redirect("story-hand-in" if do == "next" else "story-pictures", pk=pk)
    messages.success(request, _("Kept. Only you see it."))
    return redirect("stories-mine" if do == "later" else reverse("story-text", args=[pk]))


def _not_kept(
    request: HttpRequest, form: StoryForm, one: Standing | None, refusal: Refusal | None = None
) -> HttpResponse:
    said = str(refusal.detail) if refusal else ""
    status = refusal.status if refusal else 400
    if _is_script(request):
        errors = [str(error) for _field, error in form.said_errors()] or [said]
        return JsonResponse({"error": errors[0]}, status=status)
    return _page(request, form, one, says=said, status=status)


def _overtaken(request: HttpRequest, form: StoryForm, late: Overtaken) -> HttpResponse:
    """Both versions on one page: what was typed stays in the form, the other stands beside it."""
    if _is_script(request):
        return JsonResponse({"error": str(late.detail)}, status=late.status)
    one = _as_it_is(request, form)
    if one.draft:
        form.now_at(one.draft.version)
    return _page(request, form, one, other=one.newest, status=late.status)


def _as_it_is(request: HttpRequest, form: StoryForm) -> Standing:
    match = request.resolver_match
    if match and "pk" in match.kwargs:
        return writing.own(me(request), match.kwargs["pk"])
    return writing.begun_on(me(request), form.cleaned_data["key"])


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _shown(form: StoryForm) -> dict[str, Any]:
    """What a reader would be given: the same pieces of HTML, and the same fields around them."""
    if len(form.data.get("body", "")) > BODY:
        return {"too_long": True}
    content = form.content()
    chosen = next((one for one in form.bylines if str(one.pk) == form.cleaned_data.get("byline")), None)
    name = form.cleaned_data.get("byline_name", "")[:60]
    return {
        "content": content,
        "blocks": text.story_to_blocks(content.body),
        "byline": chosen or Byline(name=name, pronouns=form.cleaned_data.get("pronouns", "")[:40]),
        "sources": [(one, is_address(one.url)) for one in content.sources],
    }


def _page(
    request: HttpRequest, form: StoryForm, one: Standing | None, *, shown: dict[str, Any] | None = None,
    other: StoryRevision | None = None, says: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form,
        "one": one,
        "shown": shown,
        "other": other,
        "says": says,
        "limit": BODY,
        "errors": form.said_errors() if form.is_bound else [],
        "here": reverse("story-text", args=[one.story.pk]) if one else reverse("story-write"),
        "is_another": form["byline"].value() not in {str(known.pk) for known in form.bylines},
    }
    return render(request, "community/story_write.html", context, status=status)
