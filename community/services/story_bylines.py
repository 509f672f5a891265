"""Under which name somebody writes: names chosen or made, and the links below them."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from django.db import transaction

from community import signals, text
from community.models import Byline, Member, Story, StoryRevision
from community.refusals import NotYours, Refusal
from community.story_content import BadStory, is_link

MOST_LINKS = 3
BYLINE = {"name": 60, "pronouns": 40, "bio": 400, "label": 40}


class Author(msgspec.Struct, frozen=True):
    """Who readers shall be told wrote it: a byline chosen, or one that is made of these words."""

    chosen: int = 0
    name: str = ""
    pronouns: str = ""
    bio: str = ""
    links: tuple[tuple[str, str], ...] = ()  # label and address of each


def bylines_of(member: Member) -> list[Byline]:
    """The names under which a member has written, the newest first; never one as which they review."""
    return list(member.bylines.filter(profession="").order_by("-pk")[:20])


def byline_for(member: Member, author: Author, draft: StoryRevision | None = None) -> Byline:
    """The byline that was chosen, or one made of these words. What readers or reviewers have met never changes."""
    own_ones = member.bylines.filter(profession="")
    if author.chosen and (chosen := own_ones.filter(pk=author.chosen).first()):
        return chosen
    said = _tidy(author, member)
    for one in bylines_of(member):
        if all(getattr(one, name) == value for name, value in said.items()):
            return one
    now = (draft.byline or draft.story.byline) if draft else None
    if now and draft and now.member_id == member.pk and not now.profession and _is_only_of(now, draft):
        Byline.objects.filter(pk=now.pk).update(**said)
        return Byline.objects.get(pk=now.pk)
    return Byline.objects.create(member=member, **said)


def _is_only_of(byline: Byline, draft: StoryRevision) -> bool:
    elsewhere = byline.stories.exclude(pk=draft.story_id, published=None).exists()
    fixed = StoryRevision.objects.filter(byline=byline).exclude(pk=draft.pk).exists()
    handed_in = StoryRevision.objects.filter(story=draft.story_id).exclude(submitted_at=None).exists()
    return not (elsewhere or fixed or handed_in)


def _tidy(author: Author, member: Member) -> dict[str, object]:
    errors: dict[str, str] = {}

    def line(name: str, words: str, where: str) -> str:
        try:
            return " ".join(text.tidy(words, limit=BYLINE[name]).split()) if words.strip() else ""
        except Refusal as refusal:
            errors[where] = str(refusal.detail)
            return ""

    said: dict[str, object] = {name: line(name, getattr(author, name), name) for name in ("name", "pronouns", "bio")}
    links = [{"label": line("label", label, "links") or address.strip(), "url": address.strip()}
             for label, address in author.links[:MOST_LINKS] if is_link(address.strip())]  # fmt: skip
    if errors:
        raise BadStory(errors)
    return {**said, "name": said["name"] or member.name, "pebble": member.pebble, "links": links}


# --- links below a name --------------------------------------------------------------------------------


def links_of(byline: Byline) -> list[dict[str, str]]:
    """The links that readers are shown below this name: label, address and site of each, only of sites with TLS."""
    said = byline.links if isinstance(byline.links, list) else []
    pairs = [(str(one.get("label", "")), str(one.get("url", ""))) for one in said if isinstance(one, dict)]
    found = [(label, url, urlsplit(url).hostname or "") for label, url in pairs if is_link(url)]
    # The label is the writer's; where it leads stands beside it.
    shown = [{"label": label if label != url else host, "url": url, "host": host} for label, url, host in found]
    return shown[:MOST_LINKS]


def take_link_out(member: Member, pk: int, url: str) -> None:
    """Takes a link from below one's own name, under every text with that name, at once. Raises `NotYours`."""
    story = Story.objects.filter(pk=pk, writer=member).first()
    if story is None:
        raise NotYours
    shown = {story.byline_id, *story.revisions.exclude(byline=None).values_list("byline", flat=True)}
    with transaction.atomic():
        for one in Byline.objects.select_for_update().filter(pk__in=shown, member=member, profession=""):
            one.links = [link for link in one.links if link.get("url") != url]
            one.save(update_fields=["links"])
        transaction.on_commit(lambda: signals.story_changed.send(Story, story=story))
