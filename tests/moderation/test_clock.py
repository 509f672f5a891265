"""A case that waits: amber at half of its time, then one person after the other is called, each once, whatever the clock."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import socket
import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from chat.models import Message
from community.models import Letter, Notice, Push
from community.refusals import NotYours
from community.services import boundaries, push
from moderation.detector import Severity
from moderation.models import Flag, FlagEvent, HookCall
from moderation.services import calling, clock, decisions, flags, hooks, queue
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post, session_of
from tests.receivers import Browser, PushService

pytestmark = pytest.mark.django_db
WEBHOOK_SECRET = "a-secret-of-the-team"


@pytest.fixture
def hook(settings):
    """The team's own receiver."""
    with PushService(status=200) as service:
        settings.PAGING_WEBHOOK, settings.PAGING_SECRET = service.url, WEBHOOK_SECRET
        settings.PUSH_ANYWHERE = True
        yield service


@pytest.fixture
def team():
    """Amara is called first, then Theo; Mo is a moderator who is not on call; ada is an admin."""
    amara = make_member("amara", roles=("moderators",), email="amara@example.org")
    theo = make_member("theo", roles=("moderators", "leads"), email="theo@example.org")
    mo = make_member("mo", roles=("moderators",), email="mo@example.org")
    clock.set_on_call(make_member("ada", roles=("admins",)), [amara, theo])
    return amara, theo, mo


@pytest.fixture
def case():
    """A case that somebody looks at within five minutes."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    post(ana, room, "a line")
    return flags.raise_about(Message.objects.get(), flags.Cause(Severity.IMMINENT, "worried"))


def at(flag: Flag, **how: float) -> time_machine.travel:
    """A moment so long after the case was opened; the clock stands still."""
    return time_machine.travel(flag.opened_at + timedelta(**how), tick=False)


def steps(flag: Flag) -> list[tuple[str, int]]:
    return list(flag.events.filter(step__isnull=False).order_by("pk").values_list("kind", "step"))


def called() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("to", flat=True))


def test_amber_at_half_then_one_after_the_other_is_called_and_at_last_everyone(team, case):
    taken = {}
    for minute in range(20):
        with at(case, minutes=minute, seconds=1):
            if clock.turn():
                taken[minute] = steps(case)[-1]
    assert taken == {3: ("amber", 0), 5: ("paged", 1), 10: ("paged", 2), 15: ("paged", 3)}
    assert called()[:2] == ["amara@example.org", "theo@example.org"]
    assert set(called()[2:]) == {"amara@example.org", "theo@example.org", "mo@example.org"}


def test_each_step_is_taken_once_however_often_somebody_looks(team, case):
    with at(case, minutes=6):
        assert [clock.turn(), clock.turn(), clock.turn()] == [2, 0, 0]
    assert called() == ["amara@example.org"]


def test_a_step_that_another_process_took_meanwhile_is_not_taken_again(team, case):
    with at(case, minutes=6):
        now, times, chain = timezone.now(), flags.response_times(), calling.chain()
        [mine], [other] = (clock._behind(now, times, 3) for _ in range(2))
        assert clock._steps(mine, now, times, chain) == 2
        assert clock._steps(other, now, times, chain) == 0
    assert called() == ["amara@example.org"]


def test_a_case_that_somebody_holds_calls_nobody_and_one_that_was_left_does(team, case):
    with at(case, minutes=1):
        queue.take(team[2], case.token)
    with at(case, minutes=12):
        assert clock.turn() == 0
    with at(case, minutes=17):
        assert clock.turn() == 2


def test_a_decided_case_calls_nobody(team, case):
    flag = queue.take(team[2], case.token)
    decisions.decide(team[2], flag.token, Choice("no-concern"), version=flag.version)
    with at(case, hours=5):
        assert clock.turn() == 0


def test_a_follow_up_has_its_own_time(team, case):
    flag = queue.take(team[2], case.token)
    decisions.decide(team[2], flag.token, Choice("support", words="Hello", follow_up_hours=1), version=flag.version)
    with at(case, minutes=50):
        assert clock.turn() == 0
    with at(case, minutes=66):
        assert clock.turn() == 2


def test_a_case_that_is_raised_has_a_new_time(team, case):
    Flag.objects.update(severity=Severity.MODERATE, due_at=case.opened_at + timedelta(hours=4))
    with at(case, hours=3):
        assert clock.turn() == 1
        flags.raise_about(Message.objects.get(), flags.Cause(Severity.IMMINENT, "worried"))
    with at(case, hours=3, minutes=6):
        clock.turn()
    assert called() == ["amara@example.org"]


def test_nobody_on_call_calls_everyone_who_moderates(case):
    make_member("mo", roles=("moderators",), email="mo@example.org")
    with at(case, minutes=6):
        clock.turn()
    assert called() == ["mo@example.org"]


def test_f6_a_clock_that_jumps_ahead_takes_the_steps_that_are_due_and_calls_one_person(team, case):
    with at(case, hours=9):
        assert clock.turn() == 2
        assert clock.turn() == 0
    assert called() == ["amara@example.org"]


def test_f6_a_clock_that_is_put_back_makes_nobody_wait_and_repeats_nothing(team, case):
    with at(case, minutes=6):
        clock.turn()
    with at(case, hours=-1):
        clock.turn()
        assert steps(case) == [("amber", 0), ("paged", 1), ("paged", 2)]
        assert clock.turn() == 0
    assert called() == ["amara@example.org", "theo@example.org"]


def test_f6_a_case_opened_while_the_clock_was_wrong_is_due_at_once(team, case):
    with at(case, hours=-3):
        assert clock.turn() == 2


def test_a_page_rings_in_quiet_hours(team, case, settings):
    settings.PUSH_ANYWHERE = True
    amara = team[0]
    boundaries.save(amara, {"quiet_on": True, "quiet_from": "00:00", "quiet_until": "00:00"})
    with PushService() as service:
        keys = Browser().keys
        push.add(amara, session_of(amara), endpoint=service.url, **keys)
        with at(case, minutes=6):
            clock.turn()
            assert Push.objects.count() == 1
            assert push.send_waiting() == 1


def test_d4_nothing_that_is_sent_holds_words_or_a_name(team, case, hook):
    with at(case, minutes=6):
        clock.turn()
        hooks.send_waiting()
    said = [Letter.objects.get().body, hook.heard[0].body.decode(), Notice.objects.get(kind="page").subject]
    for one in said:
        assert "a line" not in one
        assert "ana" not in one


def test_the_webhook_is_signed_and_called_once(team, case, hook):
    with at(case, minutes=6):
        clock.turn()
        assert [hooks.send_waiting(), hooks.send_waiting()] == [1, 0]
    [heard] = hook.heard
    said = json.loads(heard.body)
    assert (said["event"], said["severity"], said["step"]) == ("page", "imminent", 1)
    stamp, _, mac = heard.headers["Commonlight-Signature"].partition(",v1=")
    expected = hmac.new(WEBHOOK_SECRET.encode(), stamp[2:].encode() + b"." + heard.body, hashlib.sha256).hexdigest()
    assert mac == expected
    assert heard.headers["Commonlight-Id"] == HookCall.objects.get().token


@pytest.mark.logs_errors("the webhook fails on purpose, until it is given up")
@pytest.mark.parametrize("status", [500, 404, 302, 429])
def test_a_webhook_in_trouble_is_tried_again_after_growing_waits_and_mail_goes_anyway(team, case, hook, status):
    hook.status = status
    with at(case, minutes=6):
        clock.turn()
    tried: list[datetime] = []
    for minute in range(0, 90, 1):
        with at(case, minutes=6 + minute, seconds=1):
            before = len(hook.heard)
            hooks.send_waiting()
            tried += [timezone.now()] * (len(hook.heard) - before)
    assert len(tried) == hooks.MOST_TRIES
    assert tried[-1] - tried[-2] > tried[2] - tried[1]
    assert called() == ["amara@example.org"]


def test_a_webhook_that_recovers_is_told(team, case, hook):
    hook.status = 503
    with at(case, minutes=6):
        clock.turn()
        assert hooks.send_waiting() == 0
    hook.status = 204
    with at(case, minutes=7):
        assert hooks.send_waiting() == 1
    assert HookCall.objects.get().sent_at


def test_a_webhook_that_leads_into_our_own_network_is_not_called(team, case, hook, settings):
    settings.PUSH_ANYWHERE = False
    with at(case, minutes=6):
        clock.turn()
        assert hooks.send_waiting() == 0
    assert hook.heard == []


def test_only_admins_set_the_times_and_who_is_called(team):
    with pytest.raises(NotYours):
        clock.set_times(team[1], high_seconds=60)
    with pytest.raises(NotYours):
        clock.set_on_call(team[1], [])
    clock.set_times(make_member("eve", roles=("admins",)), high_seconds=600)
    assert flags.due_in(Severity.HIGH) == timedelta(minutes=10)
    assert flags.due_in(Severity.IMMINENT) == timedelta(minutes=5)


def test_every_step_is_in_the_history_of_the_case(team, case):
    with at(case, minutes=6):
        clock.turn()
    assert [one.kind for one in FlagEvent.objects.filter(flag=case).order_by("pk")] == ["opened", "amber", "paged"]


class Liar:
    """Takes a webhook's call and does what it wants with the line."""

    def __init__(self, answer: bytes, *, closes: bool) -> None:
        self.answer, self.closes, self.lines = answer, closes, []

    def __enter__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/"
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                self.lines.append(line)  # kept open: nothing more comes
                line.recv(65536)
                line.sendall(self.answer)
                if self.closes:
                    line.close()

    def __exit__(self, *_) -> None:
        self._server.close()
        for line in self.lines:
            line.close()


LIES = {
    "says nothing": (b"", False),
    "hangs up": (b"", True),
    "begins and stops": (b"HTTP/1.1 200 OK\r\nContent-Le", False),
    "promises a body and sends none": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", False),
    "speaks something else": (b"\x00\xffSMTP ready\r\n", True),
    "an endless header": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, True),
    "no such status": (b"HTTP/1.1 999 Taken\r\nContent-Length: 0\r\n\r\n", True),
    "leads elsewhere": (b"HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", True),
}


@pytest.mark.logs_errors("the webhook fails on purpose")
@pytest.mark.parametrize("lie", LIES)
def test_a_webhook_that_hangs_or_lies_is_not_believed_and_keeps_nobody_waiting(team, case, settings, monkeypatch, lie):
    monkeypatch.setattr(hooks, "ANSWER_SECONDS", 0.5)
    with Liar(LIES[lie][0], closes=LIES[lie][1]) as liar:
        settings.PAGING_WEBHOOK, settings.PAGING_SECRET, settings.PUSH_ANYWHERE = liar.url, WEBHOOK_SECRET, True
        with at(case, minutes=6):
            clock.turn()
            assert hooks.send_waiting() == 0
    call = HookCall.objects.get()
    assert (call.tries, call.sent_at) == (1, None)
    assert called() == ["amara@example.org"], "the letter goes whatever the webhook does"


@pytest.mark.logs_errors("the webhook fails on purpose")
def test_a_webhook_that_hangs_costs_a_round_one_call_and_not_all_that_wait(team, case, settings, monkeypatch):
    monkeypatch.setattr(hooks, "ANSWER_SECONDS", 0.2)
    with Liar(b"", closes=False) as liar:
        settings.PAGING_WEBHOOK, settings.PAGING_SECRET, settings.PUSH_ANYWHERE = liar.url, WEBHOOK_SECRET, True
        with at(case, minutes=21):
            clock.turn()
            for _ in range(5):
                hooks.call({"event": "page"})
            waiting = HookCall.objects.count()
            hooks.send_waiting()
    assert waiting > 1
    assert len(liar.lines) == 1
    assert list(HookCall.objects.order_by("-tries").values_list("tries", flat=True)) == [1] + [0] * (waiting - 1)
