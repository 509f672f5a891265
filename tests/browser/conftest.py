"""A real Chromium, driven by Playwright, wherever this machine has one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import chromium as finding

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


def _is_complaint(message: Any) -> bool:
    # A page that is told 404 or 403 on purpose, or loses its server, is not a fault of its scripts.
    return message.type == "error" and "Failed to load resource" not in message.text and "WebSocket" not in message.text
