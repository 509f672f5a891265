"""What changes when the site is served over HTTPS (S5, W3)."""

import json

import pytest

from tests import servers

LOOK = """
import json
from django.conf import settings
from django.test import Client
here = {"SERVER_NAME": "example.org"}
page = Client().get("/sign-in/", secure=True, **here)
cookie = page.cookies["__Host-csrf"]
print(json.dumps({
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN],
    "csrf": [cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]],
    "headers": dict(page.headers),
    "plain": [(answer := Client().get("/sign-in/", **here)).status_code, answer.headers["Location"]],
    "health": Client().get("/health/live", **here).status_code,
    "forwarded": Client().get("/sign-in/", headers={"X-Forwarded-Proto": "https"}, **here).status_code,
}))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What a browser is given by a site at https://example.org."""
    directory = tmp_path_factory.mktemp("https")
    env = servers.web_environment(directory, "https://example.org") | {
        "ALLOWED_HOSTS": "example.org", "DATABASE_URL": f"sqlite:///{directory / 'unused.sqlite3'}"}  # fmt: skip
    return json.loads(servers.manage("shell", "-v0", "-c", LOOK, env=env).splitlines()[-1])


def test_s5_cookies_belong_to_this_host_alone_and_travel_encrypted(seen):
    assert seen["session"] == ["__Host-session", True, True, "Lax", "/", None]
    assert seen["csrf"] == [True, True, "Lax", "/", ""]


def test_w3_browsers_are_told_to_stay_with_https(seen):
    assert "max-age=31536000" in seen["headers"]["Strict-Transport-Security"]
    assert "wss://example.org" in seen["headers"]["Content-Security-Policy"]


def test_plain_requests_are_sent_to_https_but_for_the_watchers_of_the_server(seen):
    assert seen["plain"] == [301, "https://example.org/sign-in/"]
    assert seen["health"] == 200


def test_w2_nobody_makes_up_that_a_request_came_over_https(seen):
    assert seen["forwarded"] == 301
