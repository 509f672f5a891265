"""The phrase workbench in real browsers: from an idea into force by two people, and back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import Message, Room
from moderation.detector import shipped
from moderation.models import DryRun, Flag, Screening
from moderation.services import dry_run_counting, lexicon_in_force
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import faults
from tests.factories import post

pytestmark = [pytest.mark.browser, pytest.mark.servers]
MUST = ("The lanterns have all gone dark for me", "lanterns all gone dark, again", "My lanterns have all gone dark")
MUST_NOT = ("The lanterns go on at five", "It was dark when we left", "All of the lanterns are new")
STORED = 3_000
WORDS = "I think the lanterns have all gone dark for me."


def test_an_admin_tunes_a_phrase_from_idea_to_force_and_back(evening: Any, open_page: Any):
    ada = as_staff(evening, open_page, "Ada", "admins", color_scheme="dark")
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    theo = as_staff(evening, open_page, "Theo", "leads", "moderators", **phone)

    def counted() -> None:
        dry_run_counting.go_on(DryRun.objects.get().token)

    def flagged() -> int:
        lexicon_in_force.look()
        before = Flag.objects.count()
        post(evening.members["Fern"], evening.room(), WORDS)
        return Flag.objects.count() - before

    evening.site.do(lambda: _said_before(evening))
    assert evening.site.do(flagged) == 0
    ada.goto(evening.site.url + "/moderate/phrases/")
    ada.get_by_role("button", name="New draft").click()
    _a_list(ada)
    _a_phrase(ada)
    ada.get_by_label("What you want to be found").fill("Two people said it so this month.")
    ada.get_by_role("button", name="Keep it").click()
    ada.get_by_role("button", name="Check it").click()
    expect(ada.get_by_text("Sound: every phrase can be read")).to_be_visible()
    ada.get_by_role("button", name="Dry-run").click()
    expect(ada.get_by_role("link", name="Refresh")).to_be_visible()
    evening.site.do(counted)
    expect(ada.get_by_role("row", name=re.compile("Came to the queue.*1 more"))).to_be_visible(timeout=30_000)
    _is_sound(ada)
    ada.get_by_role("button", name="Ask for a second signature").click()
    expect(ada.get_by_text("Somebody who had no hand in it has to read and sign it.")).to_be_visible()

    theo.goto(evening.site.url + "/moderate/phrases/")
    theo.get_by_role("link", name=re.compile("Read it as second reader")).click()
    expect(theo.get_by_role("heading", name="You are the second reader")).to_be_visible()
    theo.get_by_role("button", name="Sign it").click()
    theo.get_by_role("button", name="Put it in force").click()
    expect(theo.get_by_text("Version 1 is in force since")).to_be_visible()
    assert evening.site.do(flagged) == 1

    ada.goto(evening.site.url + "/moderate/phrases/")
    ada.get_by_text("Go back to the one before").click()
    _is_sound(ada)
    ada.get_by_role("button", name="Go back now").click()
    expect(ada.get_by_text("Only the release's own phrases are in force.").first).to_be_visible()
    assert evening.site.do(flagged) == 0


def _said_before(evening: Any) -> None:
    """What is stored of four weeks, with its readings."""
    room, fern = evening.room(), evening.members["Fern"]
    kept = [
        Message(room=room, seq=room.top + at, author=fern, client_id=uuid4(), body=f"Line {at} of the evening",
                stored_at=timezone.now() - timedelta(days=28) * at / STORED)
        for at in range(STORED, 0, -1)
    ]  # fmt: skip
    version = shipped().version
    read = {"severity": 0, "category": "none", "version": version}
    Screening.objects.bulk_create(
        Screening(message=one, author=fern, said_at=one.stored_at, **read) for one in Message.objects.bulk_create(kept)
    )
    Room.objects.filter(pk=room.pk).update(top=room.top + STORED, revision=room.revision + STORED)


def _a_list(page: Any) -> None:
    page.get_by_role("link", name="New list").click()
    page.get_by_label("Name").fill("Lanterns")
    page.get_by_label("What it is for").fill("What people here say when they see no way on")
    page.get_by_label("What its phrases are about").select_option("suicide")
    page.get_by_label("Weight").select_option("moderate")
    page.get_by_label("Sentences that must be found").fill("\n".join(MUST))
    page.get_by_label("Sentences that must not be found").fill("\n".join(MUST_NOT))
    page.get_by_role("button", name="Make the list").click()


def _a_phrase(page: Any) -> None:
    page.get_by_role("link", name="Add a phrase").click()
    page.get_by_label("Phrase", exact=True).fill("lanterns [have] all gone dark")
    page.get_by_role("button", name="What would it find").click()
    expect(page.get_by_text("lanterns have all gone dark").first).to_be_visible()
    page.get_by_role("button", name="Add it").click()


def _is_sound(page: Any) -> None:
    """No fault that axe knows, nothing against the policy, nothing wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert breaches(page) == []
    assert "\n".join(faults(page)) == ""
