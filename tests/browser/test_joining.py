"""From the first page to the first words; and passkeys, with an authenticator that the browser plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_a_stranger_joins_and_says_a_first_word(evening: Any, open_page: Any):
    page = open_page(evening.site.url + "/")
    page.get_by_role("link", name="Come in").first.click()
    suggested = page.locator("[data-suggest]").first
    name = suggested.get_attribute("data-suggest")
    expect(page.locator("#preview-name")).to_have_text("…")  # the script of the page is there
    suggested.click()
    expect(page.locator("#preview-name")).to_have_text(name)
    page.get_by_text("Yes", exact=True).click()
    page.locator("#id_country").select_option("IE")
    page.locator("#id_password").fill("a lantern under seven stairs")
    for box in page.locator(".join__form input[type=checkbox]").all()[:3]:
        assert not box.is_checked()
        box.check()
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="How we talk here")).to_be_visible()
    assert page.locator(".cards li").count() == 5
    page.get_by_role("link", name="Go to Today").click()
    page.get_by_role("link", name="Evenings").click()
    page.get_by_role("button", name="Join to read and write").click()
    evening.is_heard(page)
    page.locator("#w").fill("Hello, I am new")
    page.locator("#w").press("Enter")
    expect(page.locator("li.msg.mine:not([data-pending])")).to_contain_text("Hello, I am new")
    assert evening.stored()[-1] == "Hello, I am new"


def test_nothing_typed_is_lost_when_something_is_missing(open_page: Any, web: Any):
    page = open_page(web.url + "/join/")
    page.locator("#id_name").fill("little-harbour")
    page.locator("#id_email").fill("someone@example.org")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("[data-focus]")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("little-harbour")
    expect(page.locator("#id_email")).to_have_value("someone@example.org")


def test_under_18_leads_to_other_places_and_makes_no_account(open_page: Any, web: Any):
    page = open_page(web.url + "/join/")
    page.locator("#id_name").fill("little-harbour")
    page.get_by_text("Not yet", exact=True).click()
    page.get_by_role("button", name="Join", exact=True).click()
    page.wait_for_url("**/join/under-18/*")
    assert web.do(lambda: _members_called("little-harbour")) == 0


def _members_called(name: str) -> int:
    from community.models import Member

    return Member.objects.filter(name=name).count()


@pytest.fixture
def local(tmp_path: Path, empty_sqlite: Path, site_over: Any) -> Any:
    """A site that is called localhost: browsers keep passkeys for names, not for addresses."""
    path = tmp_path / "local.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    url, port = f"sqlite:///{path}", servers.free_port()
    hosts = {"BASE_URL": f"http://localhost:{port}", "ALLOWED_HOSTS": "localhost,127.0.0.1", "DEMO": "1"}
    return site_over({"DATABASE_URL": url, **hosts}, rows_in=url, port=port)


def test_a_passkey_is_added_and_opens_the_door(local: Any, open_page: Any):
    from tests.factories import make_member

    local.do(lambda: make_member("Linden"))
    base = f"http://localhost:{local.port}"
    page = open_page(base + "/sign-in/")
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.locator("#id_login").fill("Linden")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url("**/today/")
    page.goto(base + "/account/2fa/webauthn/add/")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.goto(base + "/account/2fa/webauthn/")
    expect(page.get_by_role("link", name="Rename")).to_be_visible()
    page.context.clear_cookies()
    page.goto(base + "/sign-in/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/today/")
