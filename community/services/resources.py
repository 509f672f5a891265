"""Keeping the resource lists: draft, second reader, published, withdrawn; verified again and again.

What readers see is always a revision that two people have read. Taking away needs only one: a wrong number at night is
worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community import signals, text
from community.access import require
from community.models import Member, Resource, ResourceRevision
from community.refusals import NotYours, Refusal
from community.resource_content import Content, as_date, checked, days_until_review, from_json, to_json

NOTE, REASON = 300, 200
DRAFT, SUBMITTED, APPROVED, DECLINED = (
    ResourceRevision.DRAFT, ResourceRevision.SUBMITTED, ResourceRevision.APPROVED, ResourceRevision.DECLINED,
)  # fmt: skip


class Overtaken(Refusal):
    """Somebody else was here in between."""

    code = "overtaken"
    detail = _("This has changed since you opened it. Look at it as it is now, then decide.")
    status = 409


class OwnWords(Refusal):
    """The second reader is never the author."""

    code = "own-words"
    detail = _("Someone other than its author has to read this.")
    status = 403


class ReasonNeeded(Refusal):
    """Taking back or turning down without a word."""

    code = "reason-needed"
    detail = _("Write a few words about why, so that others understand it later.")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How somebody made sure that an entry is right: in words, on which day, and where it can be seen."""

    how: str
    on: date
    url: str = ""


def draft(
    content: Content,
    *,
    by: Member,
    note: str = "",
    resource: Resource | None = None,
    evidence: Evidence | None = None,
) -> ResourceRevision:
    """A new text, of a new entry or of `resource`, that nobody but curators sees. Raises `BadContent`.

    The author's earlier draft of the same entry is replaced by it. With `evidence`, publishing it verifies it too.
    """
    require(by, "resources.curate")
    tidy, said = checked(content), _words(note, NOTE)
    held = {"how": _reason(evidence.how), "on": evidence.on.isoformat(), "url": evidence.url} if evidence else {}
    with transaction.atomic():
        one = _locked(resource.pk) if resource else _new(tidy, owner=by)
        one.revisions.filter(state=DRAFT, author=by).delete()
        return revision(one, tidy, author=by, note=said, evidence=held)


def submit(revision: ResourceRevision, *, by: Member) -> ResourceRevision:
    """Hands a draft in for a second reader. One text of an entry waits at a time: an earlier one is turned down."""
    require(by, "resources.curate")
    with transaction.atomic():
        _locked(revision.resource_id)
        mine = _again(revision, DRAFT)
        waiting = ResourceRevision.objects.filter(resource=mine.resource_id, state=SUBMITTED)
        waiting.update(state=DECLINED, read_at=timezone.now(), read_note="Replaced by a newer text.")
        mine.state = SUBMITTED
        mine.save(update_fields=["state"])
    return mine


def hand_in_all(texts: list[tuple[Resource | None, Content, str]], *, by: Member) -> None:
    """Many texts, each (entry or None for a new one, checked content, note), handed in by few statements.

    A long transaction would keep members from writing. The caller has made sure that no text of these entries waits.
    """
    require(by, "resources.curate")
    with transaction.atomic():
        there = _locked_all([one.pk for one, _content, _note in texts if one])
        ResourceRevision.objects.filter(resource__in=there, state=DRAFT, author=by).delete()
        numbers = dict(
            ResourceRevision.objects.filter(resource__in=there).values_list("resource").annotate(Max("number"))
        )
        new = iter(_new_all([content for one, content, _note in texts if one is None], owner=by))
        rows = [(there[one.pk] if one else next(new), content, note) for one, content, note in texts]
        ResourceRevision.objects.bulk_create(
            (
                ResourceRevision(
                    resource=one, number=numbers.get(one.pk, 0) + 1, content=to_json(content),
                    based_on=_published_number(one), state=SUBMITTED, author=by, note=note,
                )
                for one, content, note in rows
            ),
            batch_size=500,
        )  # fmt: skip


def _locked_all(keys: list[int]) -> dict[int, Resource]:
    rows = Resource.objects.select_for_update(of=("self",)).select_related("published").order_by("pk")
    return {one.pk: one for one in rows.filter(pk__in=keys)}


def _new_all(contents: list[Content], *, owner: Member) -> list[Resource]:
    taken = set(Resource.objects.values_list("slug", flat=True)) if contents else set()
    found = []
    for content in contents:
        slug = _free(_base(content), taken)
        taken.add(slug)
        found.append(
            Resource(
                slug=slug,
                name=content.name,
                kind=content.kind,
                country=content.country,
                is_severe_path=content.is_severe_path,
                owner=owner,
            )
        )
    return Resource.objects.bulk_create(found, batch_size=500)


def approve(revision: ResourceRevision, *, by: Member, note: str = "") -> Resource:
    """Publishes a submitted text. Raises `OwnWords` for its author and `Overtaken` when it is not the newest."""
    require(by, "resources.curate")
    with transaction.atomic():
        one = _locked(revision.resource_id)
        waiting = _again(revision, SUBMITTED)
        if waiting.author_id == by.pk:
            raise OwnWords
        if waiting.based_on != _published_number(one):
            raise Overtaken
        _read(waiting, by, note, APPROVED)
        _verified_by_its_author(one, waiting)
        publish(one, waiting)
    return one


def _verified_by_its_author(resource: Resource, revision: ResourceRevision) -> None:
    """What the author checked before handing in counts from the day on which they did."""
    held, content = revision.evidence, from_json(revision.content)
    on = as_date(str(held.get("on", "")))
    if on is None:
        return
    resource.verified_at = datetime.combine(on, time(12), tzinfo=timezone.get_default_timezone())
    resource.verified_by, resource.verified_how = revision.author, str(held["how"])[:REASON]
    resource.evidence_url = str(held.get("url", ""))[:500]
    resource.review_due = on + timedelta(days=days_until_review(content))


def decline(revision: ResourceRevision, *, by: Member, note: str) -> ResourceRevision:
    """Turns a submitted text down, with a reason its author can read. The author may take it back so too."""
    require(by, "resources.curate")
    with transaction.atomic():
        _locked(revision.resource_id)
        waiting = _again(revision, SUBMITTED)
        _read(waiting, None if waiting.author_id == by.pk else by, _reason(note), DECLINED)
    return waiting


def withdraw(resource: Resource, *, by: Member, reason: str) -> Resource:
    """Takes an entry away from readers at once. Any moderator may. Nothing is deleted."""
    require(by, "resources.withdraw")
    because = _reason(reason)[:REASON]
    with transaction.atomic():
        one = _locked(resource.pk)
        if not one.is_public:
            raise Overtaken
        one.withdrawn_at, one.withdrawn_by, one.withdrawn_because = timezone.now(), by, because
        one.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        _tell(one)
    return one


def restore(resource: Resource, number: int, *, by: Member) -> ResourceRevision:
    """An earlier text handed in again, for a second reader. Raises `NotYours` when there is none with this number."""
    require(by, "resources.curate")
    old = resource.revisions.filter(number=number).first()
    if old is None:
        raise NotYours
    return submit(draft(old.read(), by=by, note=f"Back to version {number}", resource=resource), by=by)


def verify(resource: Resource, *, by: Member, how: str, evidence_url: str = "") -> Resource:
    """Notes that a person has checked an entry and that it is still right; sets when to look again."""
    require(by, "resources.curate")
    said, url = _reason(how)[:REASON], text.tidy(evidence_url, limit=500) if evidence_url.strip() else ""
    with transaction.atomic():
        one = _locked(resource.pk)
        if not one.is_public:
            raise Overtaken
        one.verified_at, one.verified_by, one.verified_how, one.evidence_url = timezone.now(), by, said, url
        one.review_due = timezone.localdate() + timedelta(days=days_until_review(one.content))
        one.save(update_fields=["verified_at", "verified_by", "verified_how", "evidence_url", "review_due"])
        _tell(one)
    return one


def publish(resource: Resource, revision: ResourceRevision) -> None:
    """Makes a text the one that readers see. The caller holds the row and has checked that this is right."""
    content = from_json(revision.content)
    resource.published, resource.published_at = revision, timezone.now()
    resource.withdrawn_at, resource.withdrawn_by, resource.withdrawn_because = None, None, ""
    resource.name, resource.kind, resource.country = content.name, content.kind, content.country
    resource.is_severe_path = content.is_severe_path
    if resource.review_due is None:
        resource.review_due = timezone.localdate() + timedelta(days=days_until_review(content))
    resource.save()
    _tell(resource)


def _tell(resource: Resource) -> None:
    transaction.on_commit(lambda: signals.resource_changed.send(Resource, resource=resource))


def _locked(pk: int) -> Resource:
    return Resource.objects.select_for_update(of=("self",)).select_related("published").get(pk=pk)


def _again(revision: ResourceRevision, state: str) -> ResourceRevision:
    found = ResourceRevision.objects.filter(pk=revision.pk, state=state).first()
    if found is None:
        raise Overtaken
    return found


def _published_number(resource: Resource) -> int:
    return resource.published.number if resource.published else 0


def _read(revision: ResourceRevision, by: Member | None, note: str, state: str) -> None:
    revision.state, revision.read_by, revision.read_at = state, by, timezone.now()
    revision.read_note = _words(note, NOTE)
    revision.save(update_fields=["state", "read_by", "read_at", "read_note"])


def _new(content: Content, **fields: Any) -> Resource:
    slug = free_slug(content)
    try:
        with transaction.atomic():
            return Resource.objects.create(
                slug=slug, name=content.name, kind=content.kind, country=content.country,
                is_severe_path=content.is_severe_path, **fields,
            )  # fmt: skip
    except IntegrityError:  # the same entry was begun at the same moment
        raise Overtaken from None


def free_slug(content: Content) -> str:
    """An address for a new entry that no other has: the name, the country, a number where needed."""
    base = _base(content)
    return _free(base, set(Resource.objects.filter(slug__startswith=base).values_list("slug", flat=True)))


def _base(content: Content) -> str:
    return slugify(f"{content.name} {content.country}")[:70] or f"entry-{content.country.lower()}"


def _free(base: str, taken: set[str]) -> str:
    return next(slug for slug in chain([base], (f"{base}-{n}" for n in count(2))) if slug not in taken)


def revision(resource: Resource, content: Content, **fields: Any) -> ResourceRevision:
    """The next text of an entry, stored as `fields` say. The caller has checked that this is right."""
    last = resource.revisions.aggregate(last=Max("number"))["last"] or 0
    return ResourceRevision.objects.create(
        resource=resource, number=last + 1, content=to_json(content), based_on=_published_number(resource), **fields
    )


def _words(note: str, limit: int) -> str:
    return text.tidy(note, limit=limit) if note.strip() else ""


def _reason(note: str) -> str:
    if not note.strip():
        raise ReasonNeeded
    return text.tidy(note, limit=NOTE)
