"""Waking devices: which browsers a member lets us wake, and the duty that does it (promises A1, D4, S3).

A row is the promise, written in the transaction that causes it. Nothing but "something new", or a room's name where
the member asked for it, leaves this house; and that encrypted for the one browser.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from community import outgoing, webpush
from community.duties import duty
from community.models import Member, Notice, Push, PushDevice
from community.refusals import Refusal
from community.services import boundaries, sessions

log = logging.getLogger("community.push")
ENDPOINT_LIMIT = 1000
DEVICES = 10  # of one member; the oldest gives way
AGAIN_AFTER = timedelta(minutes=5)  # the first wake-up for a cause still stands on the screen
LATE_AFTER = timedelta(hours=1)  # nobody is woken for what is older
AT_ONCE, AT_A_TIME = 16, 8
BUSY_SECONDS = 5.0  # other duties wait meanwhile
MOST_TRIES = 6
NAMES_A_ROOM = ("mention", "room")  # nobody's name is shown on a lock screen
RINGS_ALWAYS = ("page", "live-call")  # whoever is on call asked to be woken, whatever their quiet hours
ANSWER_SECONDS = 5.0
KEPT_BY_SERVICE_SECONDS = 4 * 3600
GONE = (404, 410)


class NotADevice(Refusal):
    """What a browser said about itself is no subscription."""

    code = "no-device"
    status = 400


def is_set_up() -> bool:
    """True when this site has a key to sign with."""
    return bool(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """The key that browsers subscribe with; empty where push is not set up."""
    return webpush.public_words(webpush.signing_key(settings.VAPID_PRIVATE_KEY)) if is_set_up() else ""


def add(member: Member, session_key: str, *, endpoint: str, p256dh: str, auth: str) -> PushDevice:
    """Lets this browser be woken for as long as its session holds. Raises `NotADevice`."""
    try:
        outgoing.check(endpoint, anywhere=settings.PUSH_ANYWHERE)
        webpush.check_device(p256dh, auth)
    except (outgoing.NotPublic, webpush.NotAKey):
        raise NotADevice from None
    if not session_key or len(endpoint) > ENDPOINT_LIMIT:
        raise NotADevice
    with transaction.atomic():
        # A browser that somebody else used before is theirs no longer, nor is what waits for it.
        PushDevice.objects.filter(endpoint=endpoint).exclude(member=member).delete()
        values = {"member": member, "session_key": session_key, "p256dh": p256dh, "auth": auth}
        device, _made = PushDevice.objects.update_or_create(endpoint=endpoint, defaults=values)
        kept = PushDevice.objects.filter(member=member).order_by("-pk")[:DEVICES]
        PushDevice.objects.filter(member=member).exclude(pk__in=[one.pk for one in kept]).delete()
    return device


def remove(member: Member, endpoint: str) -> None:
    """This browser is not woken any more. Doing it twice is the same as once."""
    PushDevice.objects.filter(member=member, endpoint=endpoint).delete()


def knows(member: Member, session_key: str, endpoint: str) -> bool:
    """True when this browser may be woken in this session."""
    return PushDevice.objects.filter(member=member, session_key=session_key, endpoint=endpoint).exists()


def forget_sessions(session_keys: Iterable[str]) -> None:
    """Devices go with the session they were added in."""
    PushDevice.objects.filter(session_key__in=list(session_keys)).delete()


def wake(notices: Sequence[Notice], at: datetime | None = None) -> None:
    """Writes a wake-up for each device these notices may ring on. Call inside the transaction that made them."""
    at = at or timezone.now()
    fresh = [notice for notice in notices if at - notice.at < LATE_AFTER]
    devices = list(PushDevice.objects.filter(member__in={notice.member_id for notice in fresh})) if fresh else []
    if not devices:
        return
    able = boundaries.ringing({device.member_id for device in devices}, at)
    lately = Push.objects.filter(notice__in=fresh, made_at__gt=at - AGAIN_AFTER).values_list("device_id", "notice_id")
    woken = set(lately)
    rows = [
        Push(device=device, notice=notice, count=notice.count, made_at=at, next_try_at=at)
        for notice in fresh
        for device in devices
        if device.member_id == notice.member_id
        and (notice.member_id in able or notice.kind in RINGS_ALWAYS)
        and (device.pk, notice.pk) not in woken
    ]
    Push.objects.bulk_create(rows, ignore_conflicts=True)


@duty("pushes", every_seconds=5)
def send_waiting() -> int:
    """Wakes the devices that are due; how many. Several processes share the work by claiming rows."""
    if not is_set_up():
        return 0
    end, sent = time.monotonic() + BUSY_SECONDS, 0
    while True:
        taken, woken = _round()
        sent += woken
        if taken < AT_ONCE or time.monotonic() > end:
            return sent


def _round() -> tuple[int, int]:
    """How many wake-ups were taken up, and how many of them arrived."""
    now = timezone.now()
    waiting = Push.objects.filter(sent_at=None, next_try_at__lte=now, tries__lt=MOST_TRIES)
    due = list(waiting.select_related("device__member", "notice").order_by("pk")[:AT_ONCE])
    calls = [_call(push) for push in _still_wanted(due, now) if _claim(push)]
    if not calls:
        return len(due), 0
    with ThreadPoolExecutor(min(AT_A_TIME, len(calls)), thread_name_prefix="push") as pool:
        answers = list(pool.map(_answer, calls))
    return len(due), sum(_settle(call, answer) for call, answer in zip(calls, answers, strict=True))


@duty("devices and wake-ups nobody needs", every_seconds=1800)
def forget_old() -> int:
    """Forgets devices whose session is over, and wake-ups of more than a day ago; how many."""
    devices = list(PushDevice.objects.only("pk", "member_id", "session_key"))
    holds = sessions.alive({device.session_key for device in devices})
    gone = [device.pk for device in devices if holds.get(device.session_key) != device.member_id]
    for start in range(0, len(gone), sessions.CHUNK):
        PushDevice.objects.filter(pk__in=gone[start : start + sessions.CHUNK]).delete()
    old = Push.objects.filter(made_at__lt=timezone.now() - timedelta(days=1))
    return len(gone) + old.delete()[0]


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, made ready where the database may be asked, sent where it may not."""

    push: Push
    body: bytes
    headers: dict[str, str]


def _still_wanted(due: list[Push], now: datetime) -> list[Push]:
    # What changed since the row was written: the session, quiet hours, a break, or the notice was seen meanwhile.
    holds = sessions.alive({push.device.session_key for push in due})
    signed_in = {push.device_id for push in due if holds.get(push.device.session_key) == push.device.member_id}
    PushDevice.objects.filter(pk__in={push.device_id for push in due} - signed_in).delete()
    able = boundaries.ringing({push.device.member_id for push in due}, now)
    wanted: list[Push] = []
    dropped: list[Push] = []
    for push in due:
        if push.device_id in signed_in:
            may_ring = push.device.member_id in able or push.notice.kind in RINGS_ALWAYS
            rings = may_ring and push.notice.seen_at is None and now - push.made_at < LATE_AFTER
            (wanted if rings else dropped).append(push)
    Push.objects.filter(pk__in=[push.pk for push in dropped]).delete()
    return wanted


def _claim(push: Push) -> bool:
    wait = timedelta(seconds=30 * 2**push.tries)
    mine = Push.objects.filter(pk=push.pk, tries=push.tries, sent_at=None)
    return bool(mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + wait))


def _call(push: Push) -> _Call:
    device = push.device
    body = webpush.encrypted(json.dumps(_words(push)).encode(), p256dh=device.p256dh, auth=device.auth)
    key = webpush.signing_key(settings.VAPID_PRIVATE_KEY)
    contact = f"mailto:{settings.SECURITY_CONTACT}"
    headers = {
        "Authorization": webpush.signature(device.endpoint, key, contact=contact, now=time.time()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_BY_SERVICE_SECONDS),
        "Urgency": "normal",
    }
    return _Call(push, body, headers)


def _words(push: Push) -> dict[str, str]:
    member = push.device.member
    previews = push.notice.kind in NAMES_A_ROOM and boundaries.of(member).push_previews
    with translation.override(member.language):
        neutral = _("Something new for you")
    return {"title": settings.SITE_NAME, "body": (previews and push.notice.subject) or neutral}


def _answer(call: _Call) -> outgoing.Answer | None:
    try:
        return outgoing.post(
            call.push.device.endpoint,
            body=call.body,
            headers=call.headers,
            seconds=ANSWER_SECONDS,
            anywhere=settings.PUSH_ANYWHERE,
        )
    except outgoing.NotPublic:
        return outgoing.Answer(GONE[0])  # its name leads into our own network: as good as gone
    except OSError:
        return None


def _settle(call: _Call, answer: outgoing.Answer | None) -> bool:
    mine = Push.objects.filter(pk=call.push.pk)
    if answer is None or answer.status in (408, 429) or answer.status >= 500:
        log.info("a device could not be woken: %s", answer.status if answer else "no answer")
        if answer and answer.retry_after:
            wait = timedelta(seconds=min(answer.retry_after, LATE_AFTER.seconds))
            mine.update(next_try_at=timezone.now() + wait)
        return False
    if answer.status in GONE:
        PushDevice.objects.filter(pk=call.push.device_id).delete()
    elif 200 <= answer.status < 300:
        mine.update(sent_at=timezone.now())
        return True
    else:
        log.warning("a push service refused: %s", answer.status)
        mine.delete()
    return False
