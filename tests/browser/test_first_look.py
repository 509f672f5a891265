"""The first page in a real browser: it opens, its scripts are content, and it talks to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/help-now/"])
def test_w3_a_page_asks_nobody_but_us(web: Any, open_page: Any, path: str):
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(web.url + path)
    page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((web.url, "data:"))] == []
