"""The rows that come with the project, into the lists: unverified, with their sources, each exactly once.

Rows of high confidence are published, marked as not verified by us; the others stay drafts. A row that changed since
updates its entry, unless curators have written there: then it becomes a draft for them to look at.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from community import seed_rows
from community.models import Resource, ResourceRevision
from community.resource_content import as_date, checked, days_until_review
from community.seed_rows import SeedRow
from community.services import resources

PUBLISHED_AT = "high"


def load() -> Counter[str]:
    """Brings every row in; how many were "new", "updated", "for curators" or "the same"."""
    done: Counter[str] = Counter()
    for row in (*seed_rows.emergencies(), *seed_rows.helplines(), *seed_rows.resources()):
        with transaction.atomic():
            done[_bring_in(row)] += 1
    return done


def _bring_in(row: SeedRow) -> str:
    found = Resource.objects.select_for_update(of=("self",)).filter(origin=row.origin).first()
    if found is None:
        resource = Resource(slug=resources.free_slug(row.content), origin=row.origin, name=row.content.name)
        return _store(resource, row, outcome="new")
    if found.original == row.original:
        return "the same"
    untouched = not found.revisions.filter(is_imported=False).exists() and found.withdrawn_at is None
    return _store(found, row, outcome="updated" if untouched else "for curators")


def _store(resource: Resource, row: SeedRow, *, outcome: str) -> str:
    content = checked(row.content)
    resource.original, resource.source, resource.confidence = row.original, row.source, row.confidence
    resource.source_checked_on = as_date(row.checked)
    if outcome == "new":
        resource.kind, resource.country, resource.is_severe_path = content.kind, content.country, content.is_severe_path
        resource.review_due = timezone.localdate() + timedelta(days=days_until_review(content))
    resource.save()
    publish = row.confidence == PUBLISHED_AT and outcome != "for curators"
    stored = resources.revision(
        resource,
        content,
        state=ResourceRevision.APPROVED if publish else ResourceRevision.DRAFT,
        note="Imported from the list that comes with the project",
        is_imported=True,
    )
    if publish:
        resources.publish(resource, stored)
    return outcome
