"""Looking at the addresses of published entries: at once after publishing, then nightly, a few at a time, politely.

A failure marks the entry for curators; nothing vanishes by itself. What was looked at and how it went are rows, so
that several processes share the work and a restart forgets nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from community import link_rounds, links
from community.duties import duty
from community.link_rounds import BROKEN_AFTER, Known
from community.links import State, Verdict
from community.models import LinkCheck, Resource

AT_ONCE = 2  # the thread that looks also sends letters: nobody waits long for a slow site
SECONDS = 8
LEASE = timedelta(minutes=5)  # a process that died in a look gives it back after this long
PAGES = ("page", "chat")
FAILED = {
    State.GONE,
    State.UNREACHABLE,
    State.TIMED_OUT,
    State.TOO_MANY_REDIRECTS,
    State.NOT_PUBLIC,
    State.NOT_AN_ADDRESS,
}


def list_of(resource: Resource) -> None:
    """Notes every address of a published entry, to be looked at soon; forgets those that are not in it any more."""
    wanted = _addresses(resource) if resource.is_public else set()
    LinkCheck.objects.filter(resource=resource).exclude(url__in=wanted).delete()
    LinkCheck.objects.bulk_create([LinkCheck(resource=resource, url=url) for url in wanted], ignore_conflicts=True)


def broken() -> QuerySet[LinkCheck]:
    """Addresses that failed so often in a row that a person should look."""
    return LinkCheck.objects.filter(failures__gte=BROKEN_AFTER).select_related("resource")


@duty("links", every_seconds=60)
def look_at_some() -> int:
    """Looks at the few addresses that are due, one of each host; how many."""
    if not settings.CHECK_LINKS:
        return 0
    now = timezone.now()
    return sum(_look(known.url, now) for known in _due(now))


def _due(now: datetime) -> list[Known]:
    rows = LinkCheck.objects.values_list("url", "looked_at", "failures", "next_look_at")
    since = now - timedelta(hours=24)
    tonight = LinkCheck.objects.filter(looked_at__gt=since).count()
    newest = {url: Known(url, at, failures, following) for url, at, failures, following in rows.order_by("looked_at")}
    return link_rounds.due(newest.values(), now, looked_tonight=tonight)[:AT_ONCE]


def _look(url: str, now: datetime) -> bool:
    """One look, for every entry that has this address. False when another process has it in hand."""
    mine = LinkCheck.objects.filter(url=url, next_look_at__lte=now)
    if not mine.update(next_look_at=now + LEASE):
        return False
    own = {host for origin in settings.ALLOWED_ORIGINS if (host := urlsplit(origin).hostname)}
    agent = links.agent_for(settings.BASE_URL, settings.SECURITY_CONTACT)
    verdict = links.look(url, agent=agent, own=sorted(own), seconds=SECONDS, anywhere=settings.LINKS_ANYWHERE)
    _note(url, verdict)
    return True


def _note(url: str, verdict: Verdict) -> None:
    now = timezone.now()
    failed = verdict.state in FAILED or (verdict.state is State.INSECURE and verdict.kind != links.NOT_UPGRADED)
    with transaction.atomic():
        for row in LinkCheck.objects.select_for_update().filter(url=url):
            known = Known(url, row.looked_at, row.failures)
            then = link_rounds.after(known, now, failed=failed, retry_after=verdict.retry_after)
            row.state, row.said, row.looked_at, row.failures = verdict.state.value, verdict.sentence, now, then.failures
            row.next_look_at = link_rounds.due_at(then) or now
            row.save(update_fields=["state", "said", "looked_at", "failures", "next_look_at"])


def _addresses(resource: Resource) -> set[str]:
    content = resource.content
    found = {channel.shown for channel in content.channels if channel.way in PAGES}
    return found | ({resource.evidence_url} if resource.evidence_url else set())
