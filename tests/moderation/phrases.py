"""Drafts of the site's phrases and their dry runs, put into the database."""

from __future__ import annotations

from typing import Any

from chat.models import Message
from community.models import Member
from moderation import phrase_content
from moderation.models import DryRun, DryRunChange, PhraseVersion
from moderation.phrase_content import Content, SiteList

TIRED = SiteList(
    key="tired",
    language="en",
    name="Tired of it all",
    purpose="How people here say that they can't go on",
    category="distress",
    severity="moderate",
    phrases=("cannot do another winter",),
    must=("I cannot do another winter.", "I can't do another winter of this", "cannot do another winter, sorry"),
    must_not=("I love winter", "The winter sale is over", "Another winter is coming, and I have a new coat"),
)
SITE = "en.site-tired"  # as rule ids name it


def make_draft(by: Member, *lists: SiteList, **fields: Any) -> PhraseVersion:
    """A draft with these lists, or with one."""
    content = phrase_content.written(Content(lists or (TIRED,)))
    acts = [{"edits": 2, "by": by.pk, "at": "2026-11-20T10:00:00+00:00", "says": "+ list"}]
    return PhraseVersion.objects.create(by=by, content=content, acts=acts, edits=2, **fields)


def make_run(version: PhraseVersion, *new: Message, **fields: Any) -> DryRun:
    """A dry run that is done, after which these messages would be new in the queue."""
    fields = {"state": DryRun.State.DONE, "total": 10, "read": 10, **fields}
    run = DryRun.objects.create(version=version, edits=version.edits, by=version.by, **fields)
    DryRunChange.objects.bulk_create(
        DryRunChange(run=run, message=one, was=0, becomes=2, category="distress") for one in new
    )
    return run
