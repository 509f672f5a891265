"""Waking devices: a push service on this machine, and a browser that reads what it was sent (A1, D4, S3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import outgoing
from community.models import Notice, Push, PushDevice
from community.services import boundaries, notices, push, sessions
from tests.factories import PASSWORD, make_member, session_of
from tests.receivers import Browser, PushService

pytestmark = pytest.mark.django_db
SAID = {"kind": "room", "subject": "Evenings", "path": "/rooms/evenings/"}


@pytest.fixture
def service(settings):
    settings.PUSH_ANYWHERE = True
    with PushService() as one:
        yield one


@pytest.fixture
def ana():
    """A member who is awake whenever the test runs."""
    member = make_member("ana")
    boundaries.save(member, {"quiet_on": False})
    return member


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def device(ana, service, browser):
    return push.add(ana, session_of(ana), endpoint=service.url, **browser.keys)


def later(**how: float) -> time_machine.travel:
    """A moment after now."""
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def news(member, key: str = "room:1", **more) -> Notice:
    """Something new for the member."""
    notices.notify([member.pk], key=key, **{**SAID, **more})
    return Notice.objects.get(member=member, key=key)


def test_d4_a_device_is_woken_with_neutral_words_that_only_it_can_read(ana, device, service, browser):
    news(ana)
    assert push.send_waiting() == 1
    [heard] = service.heard
    assert browser.read(heard.body) == {"title": "Commonlight", "body": "Something new for you"}
    assert b"Evenings" not in heard.body
    assert heard.headers["Content-Encoding"] == "aes128gcm"
    assert heard.headers["Authorization"].startswith("vapid t=")
    assert "Evenings" not in str(heard.headers)


def test_the_name_of_the_room_is_shown_only_to_those_who_chose_it(ana, device, service, browser):
    boundaries.save(ana, {"push_previews": True})
    news(ana)
    push.send_waiting()
    assert browser.read(service.heard[0].body)["body"] == "Evenings"


@pytest.mark.parametrize("kind", ["request", "yes", "conversation"])
def test_d5_the_name_of_a_member_is_never_shown_on_a_screen(ana, device, service, browser, kind):
    boundaries.save(ana, {"push_previews": True})
    news(ana, kind=kind, subject="Wren")
    push.send_waiting()
    assert browser.read(service.heard[0].body)["body"] == "Something new for you"


def test_each_wake_up_is_sent_once_whoever_looks(ana, device, service):
    news(ana)
    assert [push.send_waiting(), push.send_waiting()] == [1, 0]
    with later(minutes=10):
        assert push.send_waiting() == 0
    assert len(service.heard) == 1


def test_a_wake_up_claimed_by_one_process_is_left_alone_by_another(ana, device, service):
    news(ana)
    [mine], [other] = (list(Push.objects.select_related("device__member", "notice")) for _ in range(2))
    assert push._claim(mine)
    assert not push._claim(other)
    assert push.send_waiting() == 0


def test_a_process_that_dies_between_claim_and_answer_loses_nothing(ana, device, service, monkeypatch):
    news(ana)

    def die(call):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(push, "_answer", die)
        with pytest.raises(KeyboardInterrupt):
            push.send_waiting()
    assert Push.objects.get().sent_at is None
    assert push.send_waiting() == 0, "not at once: the other may still be at it"
    with later(minutes=1):
        assert push.send_waiting() == 1
    assert len(service.heard) == 1


def test_a_service_in_trouble_is_asked_again_after_growing_waits_and_not_for_ever(ana, device, service):
    service.status = 503
    news(ana)
    asked = []
    for minute in range(60):
        with later(minutes=minute):
            push.send_waiting()
            asked.append(len(service.heard))
    assert asked[0] == 1
    assert asked[-1] == push.MOST_TRIES
    assert asked.index(6) - asked.index(5) > asked.index(5) - asked.index(4) > 1


def test_a_service_that_says_when_is_believed(ana, device, service):
    service.status, service.headers = 429, {"Retry-After": "600"}
    news(ana)
    push.send_waiting()
    service.status = 201
    with later(minutes=9):
        assert push.send_waiting() == 0
    with later(minutes=11):
        assert push.send_waiting() == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(ana, device, service, status):
    service.status = status
    news(ana)
    assert push.send_waiting() == 0
    assert not PushDevice.objects.exists()


def test_a_refusal_is_not_repeated_and_the_device_stays(ana, device, service):
    service.status = 413
    news(ana)
    push.send_waiting()
    assert (Push.objects.count(), PushDevice.objects.count()) == (0, 1)


def test_nobody_answering_keeps_the_row(ana, device, service):
    PushDevice.objects.update(endpoint="http://127.0.0.1:1/nobody")
    news(ana)
    assert push.send_waiting() == 0
    assert Push.objects.get().sent_at is None


@pytest.mark.parametrize("chosen", [{"quiet_on": True, "quiet_from": "00:00", "quiet_until": "00:00"},
                                    {"break_until": timezone.now() + timedelta(days=1)}])  # fmt: skip
def test_nothing_rings_in_quiet_hours_and_breaks_and_the_notice_waits(ana, device, service, chosen):
    boundaries.save(ana, chosen)
    news(ana)
    assert not Push.objects.exists()
    assert notices.new_count(ana) == 1


def test_quiet_hours_that_begin_before_it_was_sent_count_too(ana, device, service):
    news(ana)
    boundaries.save(ana, {"quiet_on": True, "quiet_from": "00:00", "quiet_until": "00:00"})
    assert push.send_waiting() == 0
    assert (len(service.heard), Push.objects.count()) == (0, 0)


def test_what_was_seen_meanwhile_or_is_old_wakes_nobody(ana, device, service):
    news(ana)
    notices.seen_all(ana)
    news(ana, "room:2", at=timezone.now() - timedelta(hours=2))
    assert push.send_waiting() == 0
    assert service.heard == []


def test_a_cause_that_goes_on_wakes_once_in_five_minutes_until_it_was_seen(ana, device, service):
    news(ana)
    push.send_waiting()
    news(ana)
    assert push.send_waiting() == 0
    with later(minutes=6):
        news(ana)
        assert push.send_waiting() == 1
        notices.seen_all(ana)
        news(ana)
        assert push.send_waiting() == 1


def test_s3_a_device_goes_with_its_session(ana, device, service):
    other = push.add(ana, session_of(ana), endpoint=service.url + "/other", **Browser().keys)
    news(ana)
    sessions.end(device.session_key)
    PushDevice.objects.get(pk=other.pk)
    push.send_waiting()
    assert [one.path for one in service.heard] == ["/push/abc/other"]


def test_s3_a_session_that_ran_out_wakes_nobody_even_before_it_is_swept(ana, device, service):
    news(ana)
    with later(days=15):
        assert push.send_waiting() == 0
        assert service.heard == []


def test_s3_devices_of_sessions_that_ran_out_are_swept(ana, device):
    assert push.forget_old() == 0
    with later(days=15):
        assert push.forget_old() == 1
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("way", ["account_logout", "leave"])
def test_s3_signing_out_and_leaving_quickly_take_the_device_away(service, ana, browser, way):
    client = Client()
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    client.get(reverse("today"))
    assert client.post(reverse("push-add"), {"endpoint": service.url, **browser.keys}).status_code == 204
    assert client.post(reverse("push-known"), {"endpoint": service.url}).status_code == 204
    client.post(reverse(way))
    assert not PushDevice.objects.exists()


def test_a_browser_is_taken_once_and_given_back(service, ana, browser):
    client = Client()
    client.force_login(ana)
    for _ in range(2):
        client.post(reverse("push-add"), {"endpoint": service.url, **browser.keys})
    assert PushDevice.objects.count() == 1
    client.post(reverse("push-remove"), {"endpoint": service.url})
    client.post(reverse("push-remove"), {"endpoint": service.url})
    assert not PushDevice.objects.exists()
    assert client.post(reverse("push-known"), {"endpoint": service.url}).status_code == 404


def test_nobody_takes_away_or_asks_for_the_device_of_another(device, service):
    client = Client()
    client.force_login(make_member("ben"))
    client.post(reverse("push-remove"), {"endpoint": service.url})
    assert client.post(reverse("push-known"), {"endpoint": service.url}).status_code == 404
    assert PushDevice.objects.exists()


def test_a_browser_that_changes_hands_tells_the_next_person_nothing_of_the_last(ana, device, service, browser):
    news(ana)
    ben = make_member("ben")
    push.add(ben, session_of(ben), endpoint=service.url, **browser.keys)
    assert push.send_waiting() == 0
    assert service.heard == []
    assert PushDevice.objects.get().member == ben


def test_an_account_has_at_most_ten_devices_and_the_oldest_gives_way(ana, device, service):
    key = session_of(ana)
    for number in range(10):
        push.add(ana, key, endpoint=f"{service.url}/{number}", **Browser().keys)
    assert PushDevice.objects.count() == 10
    assert not PushDevice.objects.filter(pk=device.pk).exists()


@pytest.mark.parametrize("endpoint", ["", "http://push.example.net/x", "https://127.0.0.1/x", "https://10.0.0.1/x", "https://intern/x",
                                      "https://push.example.net/" + "x" * 1000, "javascript:alert(1)"])  # fmt: skip
def test_an_endpoint_that_is_not_a_public_push_service_is_refused(ana, browser, endpoint):
    client = Client()
    client.force_login(ana)
    assert client.post(reverse("push-add"), {"endpoint": endpoint, **browser.keys}).status_code == 400
    assert not PushDevice.objects.exists()


def test_keys_that_are_none_are_refused(ana, service):
    client = Client()
    client.force_login(ana)
    assert client.post(reverse("push-add"), {"endpoint": service.url, "p256dh": "x", "auth": "y"}).status_code == 400


def test_a_name_that_leads_inside_is_dropped_like_one_that_is_gone(ana, device, service, settings, monkeypatch):
    news(ana)
    PushDevice.objects.update(endpoint="https://push.example.net/x")
    settings.PUSH_ANYWHERE = False
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    assert push.send_waiting() == 0
    assert not PushDevice.objects.exists()


def test_without_a_key_push_is_not_set_up_and_says_so(ana, device, service, settings):
    settings.VAPID_PRIVATE_KEY = ""
    news(ana)
    assert push.send_waiting() == 0
    client = Client()
    client.force_login(ana)
    page = client.get(reverse("notifications")).content.decode()
    assert "Push is not set up on this site." in page
    assert "data-push=" not in page


def test_many_devices_are_woken_in_one_go_and_side_by_side(service):
    for number in range(2 * push.AT_ONCE + 3):
        member = make_member(f"member {number}")
        boundaries.save(member, {"quiet_on": False})
        push.add(member, session_of(member), endpoint=f"{service.url}/{number}", **Browser().keys)
        news(member)
    assert push.send_waiting() == 2 * push.AT_ONCE + 3
    assert len({one.path for one in service.heard}) == 2 * push.AT_ONCE + 3
