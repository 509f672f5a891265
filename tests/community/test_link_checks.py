"""Addresses of published entries are looked at, politely, and a failure is a row that curators see."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
import time_machine
from django.utils import timezone

from community.models import LinkCheck, Resource
from community.resource_content import Channel, Content, to_json
from community.services import link_checks, resources
from tests.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)


class Site:
    """A site on this machine that answers with `status`, and counts who asked."""

    def __init__(self) -> None:
        self.status, self.heard = 200, []  # type: ignore[var-annotated]
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.heard.append(dict(self.headers))
                self.send_response(site.status)
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"hello")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/page"


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    """A site to look at, though it is on this machine."""
    settings.CHECK_LINKS, settings.LINKS_ANYWHERE, settings.ALLOWED_ORIGINS = True, True, ["http://testserver"]
    one = Site()
    yield one
    one.server.shutdown()
    one.server.server_close()


def published(url: str, *, name: str = "A course") -> Resource:
    """An entry with a page at this address."""
    content = Content(name=name, kind="education", channels=(Channel("page", url),))
    one = Resource.objects.create(slug=name.lower().replace(" ", "-"), name=name, kind="education", country="INT")
    revision = one.revisions.create(number=1, content=to_json(content), state="approved")
    resources.publish(one, revision)
    return one


def test_what_is_published_is_looked_at_soon_and_once_a_day(site: Site):
    one = published(site.url)
    assert link_checks.look_at_some() == 1
    row = LinkCheck.objects.get(resource=one)
    assert (row.state, row.failures) == ("insecure", 0), "plain http is told, but it is there"
    assert link_checks.look_at_some() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert link_checks.look_at_some() == 1
    assert "testserver" in site.heard[0]["User-Agent"]
    assert {"Cookie", "Referer"}.isdisjoint(site.heard[0])


def test_the_third_failure_in_a_row_is_work_for_curators_and_the_entry_stays(site: Site):
    one = published(site.url)
    site.status = 404
    now = timezone.now()
    for days in (0, 1, 3):
        assert not link_checks.broken().exists()
        with time_machine.travel(now + timedelta(days=days)):
            assert link_checks.look_at_some() == 1
    assert [row.resource for row in link_checks.broken()] == [one]
    assert "404" in link_checks.broken().get().said
    assert Resource.objects.published().filter(pk=one.pk).exists()
    site.status = 200
    with time_machine.travel(now + timedelta(days=12)):
        assert link_checks.look_at_some() == 1
    assert not link_checks.broken().exists()


def test_one_site_is_asked_once_at_a_time_and_two_entries_share_the_answer(site: Site):
    first, second = published(site.url), published(site.url, name="Another")
    other = published(site.url.replace("/page", "/other"), name="Third")
    assert link_checks.look_at_some() == 1
    assert len(site.heard) == 1
    seen = set(LinkCheck.objects.exclude(looked_at=None).values_list("resource", flat=True))
    assert seen in ({first.pk, second.pk}, {other.pk})


def test_an_address_that_is_not_in_the_text_any_more_is_forgotten(site: Site):
    one = published(site.url)
    changed = msgspec.structs.replace(one.content, channels=(Channel("page", "https://example.org/new"),))
    resources.publish(one, one.revisions.create(number=2, content=to_json(changed), state="approved"))
    assert [row.url for row in one.links.all()] == ["https://example.org/new"]
    resources.withdraw(one, by=make_member(roles=("curators",)), reason="Closed")
    assert not one.links.exists()


def test_this_site_itself_is_never_opened(site: Site, settings: Any):
    settings.ALLOWED_ORIGINS = [site.url.rpartition("/")[0]]
    published(site.url)
    link_checks.look_at_some()
    assert site.heard == []
    assert LinkCheck.objects.get().state == "not-public"


def test_a_demo_asks_nobody(site: Site, settings: Any):
    settings.CHECK_LINKS = False
    published(site.url)
    assert link_checks.look_at_some() == 0
    assert site.heard == []
