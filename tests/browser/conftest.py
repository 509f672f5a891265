"""A real Chromium, driven by Playwright, wherever this machine has one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from chat.models import Membership, Message, Room
from tests.browser import chromium as finding
from tests.factories import ask, join, make_member, make_room, post, react, session_of, talk

QUIET = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running browser. The machine without one fails loudly, unless ALLOW_MISSING=1."""
    found = finding.find()
    if found is None:
        (pytest.skip if os.environ.get("ALLOW_MISSING") == "1" else pytest.fail)(finding.NONE_HERE)
    from playwright.sync_api import sync_playwright

    arguments = [*QUIET, *found.arguments, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    environment = {**os.environ, **found.environment}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, args=arguments, env=environment)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """`open_page(url, **context)` opens a page in a profile of its own; its console errors fail the test."""
    contexts, complaints = [], []

    def open_one(url: str, **how: Any) -> Any:
        how.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(**how)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    open_one.complaints = complaints  # type: ignore[attr-defined]
    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, complaints


# A page that is told 404 or 403 on purpose, or loses its server, is not a fault of its scripts: what Chromium then
# says of a resource, of the socket, and of the service worker that it wanted to look for anew.
LOST_SERVER = ("Failed to load resource", "WebSocket", "An unknown error occurred when fetching the script")


def _is_complaint(message: Any) -> bool:
    return message.type == "error" and not any(words in message.text for words in LOST_SERVER)


class Evening:
    """A site with one room, three members in it and a few words said."""

    def __init__(self, site: Any, open_one: Any) -> None:
        self.site = site
        self._open = open_one
        self.members: dict[str, Any] = {}
        site.do(self._make)

    def _make(self) -> None:
        room = make_room("evenings", name="Evenings", purpose="A slow room for the end of the day.")
        for name in ("Linden", "Fern", "Otis"):
            self.members[name] = make_member(name)
            join(self.members[name], room)
        for words in ("The evenings are long now.", "They are. I light a lamp at five."):
            post(self.members["Fern"], room, words)

    def furnish(self) -> None:
        """Adds one of everything that a room can show, and a second room that is not joined."""
        self.site.do(self._furnish)

    def _furnish(self) -> None:
        make_room("grief", name="Grief", purpose="For those we miss.")
        post(self.members["Linden"], self.room(), "My own words, see https://example.org/", reply_to=1)
        post(self.members["Otis"], self.room(), "About the night", heads_up="sleep")
        react(self.members["Linden"], self.room(), 1, "same-here")

    def furnish_one_to_one(self) -> tuple[str, str]:
        """Linden talks with Fern, and Otis asks Linden: the conversation's slug and the request's token."""
        linden, fern, otis = (self.members[name] for name in ("Linden", "Fern", "Otis"))

        def make() -> tuple[str, str]:
            begun = talk(fern, linden, "Hello, Linden")
            post(linden, begun, "Hello, Fern. What's your number?")
            post(fern, begun, "Let's stay here, or add me on telegram")
            return begun.slug, ask(otis, linden)

        return self.site.do(make)

    def say(self, name: str, *words: str) -> None:
        """Puts messages into the room behind the back of the web process."""
        self.site.do(lambda: [post(self.members[name], self.room(), one) for one in words])

    def has_read(self, name: str) -> None:
        """This member has seen everything in the room."""
        places = Membership.objects.filter(member=self.members[name])
        self.site.do(lambda: places.update(read_to=self.room().top))

    def room(self) -> Room:
        """The room as it is stored now."""
        return Room.objects.get(slug="evenings")

    def stored(self) -> list[str]:
        """What the room holds, in order, without what was taken back."""
        rows = Message.objects.filter(room__slug="evenings", withdrawn_at=None).order_by("seq")
        return self.site.do(lambda: list(rows.values_list("body", flat=True)))

    def as_member(self, name: str, path: str = "/rooms/evenings/", **how: Any) -> Any:
        """A page in a browser profile where this member is signed in."""
        page = self._open("about:blank", **how)
        key = self.site.do(lambda: session_of(self.members[name]))
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.site.url}])
        page.goto(self.site.url + path)
        return page

    def in_room(self, name: str, **how: Any) -> Any:
        """The room's page once its line is up."""
        page = self.as_member(name, **how)
        self.is_heard(page)
        return page

    def catch_leaving(self, page: Any) -> None:
        """The neutral page that leaving opens is an empty one here: tests use no network."""
        page.context.route(f"{settings.LEAVE_URL}**", lambda route: route.fulfill(body="The weather"))

    def is_heard(self, page: Any) -> None:
        """Returns once the page has entered the room on the socket."""
        page.locator("#presence", has_text="here").wait_for()


@pytest.fixture
def evening(web: Any, open_page: Any) -> Evening:
    """A site with a room and people in it, for real browsers."""
    return Evening(web, open_page)
