"""The phrase workbench: what is looked for, one list of it, a text tried out, and the rules as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.views.rooms import me
from community.access import may
from community.languages import name_of
from community.refusals import NotYours
from community.views.staff import behind
from moderation import phrase_words
from moderation.console_words import CATEGORIES
from moderation.forms_phrases import TryForm
from moderation.models import PhraseVersion
from moderation.phrase_content import SiteList
from moderation.services import phrase_carrying, phrase_checks, phrase_export, phrase_health, phrase_steps, phrases
from moderation.services.phrases import Lists, ShippedGroup, ShippedPhrase
from moderation.services.scorecards import Card
from moderation.views import phrase_scores, phrase_shown

State = PhraseVersion.State
ON_THEIR_WAY = (State.DRAFT, State.WAITING, State.TRIAL)
SHOWN_PHRASES = 200
LONGEST_WANTED = 200


@require_safe
@behind("phrases.see")
def overview(request: HttpRequest) -> HttpResponse:
    """Every list in a language with what it brought, drafts, versions, and how well the looking goes."""
    by, known = me(request), phrase_shown.languages()
    asked = request.GET.get("language", "")
    language = asked if asked in dict(known) else known[0][0]
    versions, here = phrases.versions(by), phrases.in_force()
    found, now = phrases.lists(language), phrases.content_of(here)
    late = phrase_carrying.behind(versions, here)
    count, overlooked = phrase_health.overlooked(by)
    scores = phrase_scores.by_list()
    context = {
        "languages": known,
        "language": language,
        "rows": [(one, scores.get(one.group, phrase_scores.Score())) for one in phrase_shown.rows(found)],
        "model": scores.get("model"),
        "doubtful": phrase_scores.doubtful([found]),
        "marks": phrase_shown.mark_rows(found),
        "drafts": [
            phrase_shown.card(one, now, by, is_behind=one.pk in late) for one in versions if one.state in ON_THEIR_WAY
        ],
        "versions": [(one, phrase_words.STATES[one.state]) for one in versions if one.number],
        "here": here,
        "before": here.based_on if here else None,
        "health": phrase_health.health(by),
        "overlooked": [(one, phrase_words.band(one.severity)) for one in overlooked],
        "overlooked_count": count,
        "writes": may(by, "phrases.write"),
        "signs": may(by, "phrases.sign"),
        "works": may(by, "flags.work"),
    }
    return render(request, "moderation/phrases.html", context)


@require_http_methods(["GET", "POST"])
@behind("phrases.see")
def one_list(request: HttpRequest, group: str) -> HttpResponse:
    """One list: what it is for, its phrases, its examples. What is searched for comes by POST, so that it is in no
    address.
    """
    language = group.partition(".")[0]
    if language not in dict(phrase_shown.languages()):
        raise NotYours
    found = phrases.lists(language)
    wanted = request.POST.get("wanted", "").replace("\0", "")[:LONGEST_WANTED]
    card, rules = phrase_scores.of_group(group)
    context = _list_context(found, group, wanted, rules)
    context |= {"score": phrase_scores.score(card), "verdicts": phrase_scores.verdicts(card)}
    more = {"group": group, "wanted": wanted, "language": language, "language_name": name_of(language)}
    return render(request, "moderation/phrase_list.html", {**context, **more})


def _list_context(found: Lists, group: str, wanted: str, rules: dict[str, Card]) -> dict[str, Any]:
    own = next((one for one in found.lists if phrase_shown.own_group(one) == group), None)
    if own:
        return _own_context(own, wanted, rules)
    shipped = next((one for one in found.groups if one.id == group), None)
    if shipped is None:
        raise NotYours
    return _shipped_context(shipped, wanted, rules)


def _own_context(one: SiteList, wanted: str, rules: dict[str, Card]) -> dict[str, Any]:
    kept, here = phrase_shown.found_in(one.phrases, wanted), phrases.in_force()
    return {
        "own": one,
        "name": one.name,
        "purpose": one.purpose,
        "level": phrase_words.level(one.severity),
        "category": CATEGORIES.get(one.category, ""),
        "phrases": [(each, _score(phrase_shown.own_group(one), each, rules)) for each in kept[:SHOWN_PHRASES]],
        "found": len(kept),
        "total": len(one.phrases),
        "examples": phrase_shown.examples(one),
        "here": here,
        "owner": here.by.name if here and here.by else "",
    }


def _shipped_context(one: ShippedGroup, wanted: str, rules: dict[str, Card]) -> dict[str, Any]:
    kept = phrase_shown.shipped_in(one.phrases, wanted)
    return {
        "shipped": one,
        "name": phrase_words.group_name(one.id),
        "purpose": one.reason,
        "effect": phrase_words.EFFECTS.get(one.effect, ""),
        "category": CATEGORIES.get(one.category, ""),
        "phrases": [_shipped_phrase(one, each, rules) for each in kept[:SHOWN_PHRASES]],
        "found": len(kept),
        "total": len(one.phrases),
    }


def _score(group: str, phrase: str, rules: dict[str, Card]) -> phrase_scores.Score:
    return phrase_scores.score(rules.get(phrase_scores.rule_name(group, phrase)))


def _shipped_phrase(one: ShippedGroup, each: ShippedPhrase, rules: dict[str, Card]) -> tuple[Any, ...]:
    here, shipped = phrase_words.level(each.severity), phrase_words.level(each.shipped)
    return (each, here, shipped, _score(one.id, each.phrase, rules))


@require_http_methods(["GET", "POST"])
@behind("phrases.see")
def try_text(request: HttpRequest) -> HttpResponse:
    """A text read now, and beside it as a draft would. It is in no address, and nothing of it is kept."""
    by = me(request)
    there = [one for one in phrases.versions(by) if one.state in ON_THEIR_WAY]
    choices = [(one.token, phrase_shown.title(one)) for one in there]
    form = TryForm(request.POST or None, versions=choices, version=request.GET.get("version", ""))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        token, text = form.cleaned_data["version"], form.cleaned_data["text"]
        version = phrases.version_for(by, token) if token else None
        try:
            context |= _tried(text, phrase_checks.try_text(by, text, version), version)
        except phrase_checks.NotSound as refusal:
            context |= {"unsound": phrase_words.advised(refusal.problems), "version": version}
    status = 400 if form.errors else 422 if "unsound" in context else 200
    return render(request, "moderation/phrase_try.html", context, status=status)


def _tried(text: str, tried: phrase_checks.Tried, version: PhraseVersion | None) -> dict[str, Any]:
    sides = [(_("Now"), phrase_shown.reading(text, tried.now))]
    if version:
        sides.append((phrase_shown.title(version), phrase_shown.reading(text, tried.draft)))
    return {"sides": sides, "differs": tried.differs, "version": version}


@require_safe
@behind("phrases.see")
def export(request: HttpRequest) -> HttpResponse:
    """The site's own rules as a file: what is in force, in JSON or TOML. No member's words are in it."""
    here, is_toml = phrases.in_force(), request.GET.get("as") == "toml"
    text = phrase_export.as_toml(here) if is_toml else phrase_export.as_json(here)
    kind = "application/toml" if is_toml else "application/json"
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    name = f"phrases-{here.number if here else 0}-{timezone.localdate().isoformat()}.{'toml' if is_toml else 'json'}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@behind("phrases.sign")
def go_back(request: HttpRequest) -> HttpResponse:
    """The version before is in force again, or the release alone."""
    here = phrases.in_force()
    if here is None or request.POST.get("here") != here.token:
        messages.error(request, _("Something else is in force by now. Please look again."))
        return redirect("moderation:phrases")
    before = phrase_steps.go_back(me(request))
    again = _("Version %(n)s is in force again.") % {"n": before.number} if before else ""
    messages.success(request, again or _("Only the release's own phrases are in force."))
    return redirect(f"{reverse('moderation:phrases')}#versions")
