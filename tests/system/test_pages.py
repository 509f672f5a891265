"""What every page keeps: tokens, policy, nothing stored, nothing told (W1 to W4), and help that needs nothing."""

import re
import time
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.models import Membership, Message, Reaction
from community.models import Boundaries, Member, MissingResource, Notice, PushDevice, ResourceFeedback, Saved
from community.services import saved
from tests.factories import PASSWORD, join, make_member, make_resource, make_room, post
from tests.system.access_table import URLS
from tests.system.test_access_table import ARGUMENTS, OTHERS, _takes, ask

pytestmark = pytest.mark.django_db
NEWS = (Notice, Boundaries, PushDevice, Saved, ResourceFeedback, MissingResource)
HTML = {"landing", "search", "help-now", "help-all", "leave", "guidelines", "about", "privacy", "accessibility", "join", "under-18",
        "rules", "account_login", "account_logout", "account_inactive", "account_reset_password", "account_email",
        "account_change_password", "mfa_index", "mfa_list_webauthn", "usersessions_list", "you", "you-profile",
        "you-display", "you-boundaries", "notifications", "digest-stop", "profile", "plan", "plan-edit", "plan-delete", "you-topics", "today", "live", "live-calendar", "live-ask", "live-feed-renew", "rooms", "room", "message", "moderation:report", "help-exercise", "resources", "resources-country", "resource", "saved"}  # fmt: skip


@pytest.fixture(scope="module")
def ana(rows_of_module):
    """A member in a room where something was said, and a line that she saved: made once for all tests here."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    post(ana, room, "Good evening <b>all</b>, see https://example.org/ \U0001f408", heads_up="cats")
    post(ana, room, "an answer", reply_to=1)
    saved.save(ana, make_resource())
    return ana


@pytest.fixture
def inside(ana):
    """Her client."""
    client = Client()
    client.force_login(ana)
    return client


class Page(HTMLParser):
    """What a page would make a browser do."""

    def __init__(self, markup):
        super().__init__()
        self.faults, self.headings, self.lang = [], 0, ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.headings += tag == "h1"
        self.lang = found.get("lang", self.lang) if tag == "html" else self.lang
        self.faults += [f"{tag} {name}" for name in found if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in found and not self._is_data(found)):
            self.faults.append(f"inline {tag}")
        source = found.get("src") or (found.get("href") if tag == "link" else "") or ""
        if re.match(r"(https?:)?//", source):
            self.faults.append(f"foreign {source}")

    @staticmethod
    def _is_data(found):
        return found.get("type") == "application/json" or (found.get("type") == "importmap" and found.get("nonce"))


@pytest.mark.parametrize("name", sorted(HTML))
def test_w3_every_page_is_strict_whole_and_from_here_alone(inside, name):
    answer = Client().get(address(name)) if name in ("landing", "join", "account_login") else inside.get(address(name))
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert (page.faults, page.headings, page.lang) == ([], 1, "en")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "no-store" in answer["Cache-Control"] or name in ("help-all", "help-exercise")


SAID_AGAIN = ["account_reauthenticate", "mfa_add_webauthn", "mfa_activate_totp", "account_email", "account_confirm_email",
              "account_email_verification_sent", "account_reset_password_from_key", "account_reset_password_done",
              "account_reset_password_from_key_done", "mfa_reauthenticate_webauthn", "account_set_password"]  # fmt: skip
AFTER_CODES = ["mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_reauthenticate"]


@pytest.mark.parametrize("name", [*SAID_AGAIN, *AFTER_CODES])
def test_w3_the_pages_behind_a_password_said_again_are_strict_too(inside, name):
    inside.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    if name in AFTER_CODES:
        secret = inside.get(reverse("mfa_activate_totp")).context["form"].secret
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        assert inside.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    answer = inside.get(address(name), follow=True)
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert (page.faults, page.headings, page.lang) == ([], 1, "en")
    assert "no-store" in answer["Cache-Control"]
    assert reverse("help-now") in answer.content.decode()


def test_w3_the_step_after_the_password_is_strict_too(inside):
    inside.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = inside.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    inside.post(reverse("mfa_activate_totp"), {"code": code})
    client = Client()
    page = client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("mfa_authenticate"))
    found = Page(page.content.decode())
    assert (found.faults, found.headings) == ([], 1)


@pytest.mark.parametrize("name", sorted(URLS))
def test_w3_whatever_the_answer_it_carries_the_policy(inside, name):
    for client in (Client(), inside):
        answer = client.get(address(name))
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Permissions-Policy"]
        assert answer["Cache-Control"]


def address(name):
    return reverse(name, args=OTHERS.get(name) or [ARGUMENTS[key] for key in ARGUMENTS if _takes(name, key)])


@pytest.mark.parametrize("name", sorted(URLS))
def test_w1_reading_changes_nothing_and_signs_nobody_out(inside, name):
    before = state()
    inside.get(address(name))
    assert state() == before
    assert inside.get(reverse("plan")).status_code == 200


def test_w1_the_link_of_a_letter_confirms_nothing_until_its_button_is_pressed(client):
    zoe = make_member("zoe", email="zoe@example.org")
    row = EmailAddress.objects.create(user=zoe, email=zoe.email, primary=True)
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(row).key])
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified


def state():
    rows = [list(model.objects.order_by("pk").values()) for model in (Message, Membership, Reaction, *NEWS)]
    return rows, list(Member.objects.values("pk", "name", "bio", "password", "is_active"))


@pytest.mark.parametrize("name", sorted(URLS))
def test_w1_no_form_is_taken_without_its_token(inside, name):
    client = Client(enforce_csrf_checks=True)
    client.cookies = inside.cookies
    before = state()
    answer = client.post(address(name), {"body": "kept words", "name": "x"})
    assert answer.status_code in ((404, 405) if name.startswith("help-") else (403,))  # those take no form at all
    assert state() == before


@pytest.mark.parametrize("origin", ["https://evil.org", "null", "http://testserver.evil.org", "http://testserver:81"])
def test_w1_no_form_is_taken_from_another_site_even_with_a_token(inside, origin):
    client = Client(enforce_csrf_checks=True)
    client.cookies = inside.cookies
    page = client.get(address("room")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    form = {"body": "kept words", "csrfmiddlewaretoken": token, "client_id": str(uuid4())}
    before = state()
    assert client.post(address("room-post"), form, headers={"Origin": origin}).status_code == 403
    assert state() == before
    assert client.post(address("room-post"), form, headers={"Origin": "http://testserver"}).status_code == 302
    assert Message.objects.filter(body="kept words").exists()


@pytest.mark.parametrize("name", ["room-post", "room-join", "room-leave", "room-read", "rooms-read", "message-edit",
                                  "message-withdraw", "message-react", "message-heads-up", "notifications-seen",
                                  "push-add", "push-remove", "push-known", "resource-wrong", "resource-missing",
                                  "resource-save", "saved-note", "saved-keep"])  # fmt: skip
def test_w1_what_changes_something_is_not_for_reading(inside, name):
    assert inside.get(address(name)).status_code == 405


def test_w1_the_words_of_a_form_that_was_open_too_long_are_given_back(inside):
    client = Client(enforce_csrf_checks=True)
    client.cookies = inside.cookies
    page = client.post(address("room-post"), {"body": "what I wrote for an hour"}).content.decode()
    assert "what I wrote for an hour" in page
    assert "open for a while" in page


@pytest.mark.parametrize("path", ["/nowhere/", "/rooms/evenings/m/99/", "/static/../community/settings.py", "/.env",
                                  "/var/commonlight.sqlite3", "/static/..%2f..%2fmanage.py", "/rooms/evenings/m/" + "9" * 40 + "/"])  # fmt: skip
def test_w4_what_is_not_here_tells_nothing_and_points_to_help(inside, path):
    answer = inside.get(path)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Traceback" not in page
    assert "SECRET" not in page
    assert reverse("help-now") in page


@pytest.mark.parametrize(("path", "status"), [("/rooms/evenings/?before=x", 400), ("/rooms/evenings/?around=" + "9" * 40, 400),
                                              ("/rooms/evenings/messages/?after=x", 400)])  # fmt: skip
def test_w4_nonsense_in_an_address_is_no_fault_of_ours(inside, path, status):
    answer = inside.get(path)
    assert answer.status_code in (200, status, 404)
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head"])
@pytest.mark.parametrize("name", ["landing", "help-now", "room", "join", "account_login", "usersessions_list"])
def test_w4_other_methods_tell_nothing(inside, method, name):
    before = state()
    answer = getattr(inside, method)(address(name))
    assert answer.status_code in (200, 302, 405)
    assert b"Traceback" not in answer.content
    assert state() == before


@pytest.mark.logs_errors("a view is made to break")
def test_w4_a_fault_of_ours_tells_nothing_and_points_to_help(inside, monkeypatch):
    monkeypatch.setattr("chat.views.rooms.greeting", lambda *_: 1 / 0)
    inside.raise_request_exception = False
    answer = inside.get(reverse("today"))
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.content.decode()
    assert reverse("help-now") in answer.content.decode()


@pytest.mark.parametrize("path", ["help-now", "help-all", "help-exercise"])
def test_help_needs_neither_session_nor_database(inside, path):
    with CaptureQueriesContext(connection) as asked:
        answer = inside.get(address(path), {"country": "GB"})
    assert answer.status_code == 200
    assert not asked.captured_queries
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_help_shows_the_numbers_of_the_country(client):
    page = client.get(reverse("help-now"), {"country": "GB"}).content.decode()
    assert 'href="tel:999"' in page
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258"' in page
    assert "tel:999" in client.get(reverse("help-now")).content.decode(), "remembered for this browser"


@pytest.mark.parametrize("country", ["", "ZZ", "<script>", "x" * 3000])
def test_help_for_an_unknown_country_is_never_an_empty_page(country):
    page = Client().get(reverse("help-now"), {"country": country}).content.decode()
    assert 'href="tel:112"' in page
    assert "<script>" not in page.split("<main")[1]


def test_leaving_ends_the_session_clears_the_browser_and_opens_a_neutral_page(inside):
    answer = inside.post(reverse("leave"))
    assert (answer.status_code, answer.url) == (302, settings.LEAVE_URL)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer["Referrer-Policy"] == "no-referrer"
    assert inside.get(reverse("today")).status_code == 302


def test_w3_the_next_request_ends_the_session_of_a_browser_that_left(inside):
    inside.cookies["left"] = "1"
    answer = inside.get(reverse("today"))
    assert (answer.status_code, answer.cookies["left"]["max-age"]) == (302, 0)
    del inside.cookies["left"]
    assert inside.get(reverse("today")).status_code == 302


def test_titles_name_no_person_message_or_diagnosis(inside):
    for name in HTML - {"landing"}:
        title = re.search(r"<title>(.*?)</title>", inside.get(address(name)).content.decode(), re.DOTALL)
        assert title is None or not re.search(r"ana|evening all|depress", title.group(1))


def test_b3_words_are_shown_as_words_on_the_page(inside):
    page = inside.get(address("room")).content.decode()
    assert "&lt;b&gt;all&lt;/b&gt;" in page
    assert "<b>all</b>" not in page
    assert 'rel="nofollow ugc noopener noreferrer"' in page


@pytest.mark.logs_errors("Django says so")
def test_b2_a_body_above_one_mib_is_refused(inside):
    assert inside.post(address("room-post"), {"body": "x" * (1024 * 1024 + 1)}).status_code in (400, 413)


def test_everything_in_a_room_works_by_plain_forms(inside):
    assert ask(inside, "room-post").status_code == 302
    assert Message.objects.count() == 3
    for name, holds in (("message-edit", lambda m: m.body == "other words"), ("message-heads-up", lambda m: m.heads_up == "sleep"),
                        ("message-react", lambda m: m.reactions.exists()), ("message-withdraw", lambda m: m.withdrawn_at)):  # fmt: skip
        assert ask(inside, name).status_code == 302
        assert holds(Message.objects.get(seq=1))


def test_a_form_sent_twice_stores_one_message(inside):
    page = inside.get(address("room")).content.decode()
    form = {"client_id": re.search(r'name="client_id" value="([^"]+)"', page).group(1), "body": "only once"}
    inside.post(address("room-post"), form)
    inside.post(address("room-post"), form)
    assert Message.objects.filter(body="only once").count() == 1


def test_a_refused_form_keeps_the_words_in_the_box(inside):
    answer = inside.post(address("room-post"), {"body": "w" * 4001})
    assert answer.status_code == 400
    assert "w" * 4001 in answer.content.decode()
    assert "1 character over" in answer.content.decode()


def test_small_files_for_browsers(client):
    assert 'addEventListener("fetch"' in client.get(reverse("service-worker")).content.decode()
    assert client.get(reverse("manifest")).json()["name"] == settings.SITE_NAME
    assert "Disallow: /" in client.get(reverse("robots")).content.decode()
    assert "Contact: mailto:" in client.get(reverse("security-txt")).content.decode()


def test_the_display_chosen_is_rendered_without_a_flash(inside):
    inside.post(reverse("you-display"), {"theme": "dark", "text": "larger", "motion": "reduce"})
    page = inside.get(reverse("today")).content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-text="larger"' in page
    inside.cookies["display"] = "theme:<script>|evil:1"
    assert "<script>" not in inside.get(reverse("today")).content.decode().split("<head>")[0]
