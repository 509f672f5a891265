"""A whole live chat in real browsers, its clock moved by hand: nobody loads a page anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import LiveChat, Prompt
from chat.services import live_chats, live_places
from tests.browser.test_axe import faults
from tests.factories import make_live_chat

pytestmark = [pytest.mark.browser, pytest.mark.servers]

PATIENCE_MS = 60_000  # slow machines are not failures


class Night:
    """A live chat on the site of `evening`, led by Fern."""

    def __init__(self, evening: Any, begins_in: float) -> None:
        self.evening, self.site = evening, evening.site
        self.members = evening.members
        self.chat = self.site.do(lambda: self._made(begins_in))
        self.path = f"/live/{self.chat.token}/"

    def _made(self, begins_in: float) -> LiveChat:
        chat = make_live_chat(begins_in, host=self.members["Fern"], topic="Sleep, when your mind won't stop")
        Prompt.objects.create(chat=chat, text="What does four in the morning sound like?")
        return chat

    def moves(self, *, begins: float | None = None, ends: float | None = None, **fields: Any) -> None:
        """Puts the start and the end so many minutes from now, and changes `fields`, behind the web process's back."""
        now = timezone.now()
        fields |= {"starts_at": now + timedelta(minutes=begins)} if begins is not None else {}
        fields |= {"ends_at": now + timedelta(minutes=ends)} if ends is not None else {}
        self.site.do(lambda: self._move(fields))

    @transaction.atomic
    def _move(self, fields: dict[str, Any]) -> None:
        row = live_chats.held(self.chat)
        for name, value in fields.items():
            setattr(row, name, value)
        live_chats.changed(row, *fields)

    def asks(self) -> None:
        """Fern releases the prepared question."""
        released = {"released_at": timezone.now(), "released_by": self.members["Fern"]}
        self.site.do(lambda: Prompt.objects.filter(chat=self.chat).update(**released))
        self.moves()

    def comes_in(self, name: str, **how: Any) -> Any:
        """The room's page of somebody who came in."""
        self.site.do(lambda: live_places.enter(self.members[name], self.chat))
        page = self.evening.as_member(name, self.path, **how)
        self.evening.is_heard(page)
        page.evaluate("window.wasHere = true")
        return page


def says(page: Any, words: str, place: str = "#live-words") -> None:
    """Waits until the page says so."""
    expect(page.locator(place)).to_contain_text(words, timeout=PATIENCE_MS)


def test_a_live_chat_from_before_its_start_to_after_its_end(evening: Any):
    night = Night(evening, begins_in=1200)
    fern = night.comes_in("Fern")
    says(fern, "Opens at")
    night.moves(begins=-20, ends=40)
    says(fern, "Live, until")
    linden = night.comes_in("Linden")
    says(linden, "40 minutes left, and nobody has to stay.", "#left")

    night.asks()
    for page in (fern, linden):
        says(page, "What does four in the morning sound like?", "#asks h2")
    says(linden, "Fern asks: What does four in the morning sound like?", "#say")

    night.moves(paused_until=timezone.now() + timedelta(minutes=5))
    says(linden, "Let's take a minute.", "#live-line")
    linden.locator("#w").fill("My own heart, mostly")
    linden.locator("#w").press("Enter")
    expect(linden.locator("#w")).to_have_value("My own heart, mostly")
    night.moves(paused_until=None)
    expect(linden.locator("#live-line")).to_be_hidden(timeout=PATIENCE_MS)
    night.site.do(lambda: LiveChat.objects.update(seats=0))
    linden.locator("#w").press("Enter")
    says(linden, "It's full, so that everyone can be heard.", "#line")
    expect(linden.locator("#w")).to_have_value("My own heart, mostly")
    night.site.do(lambda: LiveChat.objects.update(seats=None))
    linden.locator("#w").press("Enter")
    expect(fern.locator("li.msg .said", has_text="My own heart, mostly")).to_be_visible(timeout=PATIENCE_MS)

    night.moves(ends=8)
    says(linden, "Ten minutes left", "#ten")
    night.moves(ends=4, so_far="Hearts and fridges.", so_far_at=timezone.now())
    says(linden, "Last five minutes")
    says(linden, "Hearts and fridges.", "#so-far")
    otis = night.comes_in("Otis")
    says(otis, "Hearts and fridges.", "#so-far")
    says(otis, "The last five minutes", "#ending")
    otis.locator("#ending").get_by_role("button", name="Worse").click()
    expect(otis.get_by_role("link", name="Talk to someone now")).to_be_visible()
    expect(otis.locator("#leaving")).to_be_focused()
    assert faults(otis) == []
    otis.locator("#composer").get_by_role("button", name="Leave the chat").click()
    expect(otis.get_by_text("Nobody was told.")).to_be_visible()

    linden.locator("#w").fill("One more thing")
    night.moves(closed_at=timezone.now())
    says(linden, "Ended")
    says(linden, "Your words are kept here.", "#live-line")
    expect(linden.locator("#w")).to_have_value("One more thing")
    expect(linden.locator("#w")).not_to_be_editable()
    expect(linden.locator("#ending")).to_contain_text("This chat has ended")
    says(fern, "Ended")
    expect(fern.locator("#composer")).to_be_hidden()
    assert all(page.evaluate("window.wasHere === true") for page in (fern, linden))
