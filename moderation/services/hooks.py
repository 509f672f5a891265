"""Calls of the team's own webhook: signed, repeated until taken in, and never waited for by anything else.

The receiver checks `Commonlight-Signature: t=<unix time>,v1=<hex>`, where the hex digits are HMAC-SHA256 under
`PAGING_SECRET` over "<unix time>.<body>", and drops what is old or what it has seen (`Commonlight-Id`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from community import outgoing
from community.duties import duty
from moderation.models import HookCall

log = logging.getLogger("moderation.hooks")
AT_ONCE, MOST_TRIES = 10, 8
ANSWER_SECONDS = 5.0
NO_ANSWER, TAKEN = 0, -1


def call(said: dict[str, Any]) -> HookCall | None:
    """A call that will be made once the transaction it is written in commits; None where no webhook is set up."""
    if not settings.PAGING_WEBHOOK:
        return None
    return HookCall.objects.create(body=json.dumps(said, sort_keys=True))


@duty("webhook", every_seconds=5)
def send_waiting() -> int:
    """Makes the calls that are due; how many were taken in. Several processes share the work by claiming rows."""
    if not settings.PAGING_WEBHOOK:
        return 0
    due = HookCall.objects.filter(sent_at=None, next_try_at__lte=timezone.now(), tries__lt=MOST_TRIES)
    taken_in = 0
    for one in due.order_by("pk")[:AT_ONCE]:
        status = _send(one)
        taken_in += 200 <= status < 300
        if status == NO_ANSWER:
            break  # the rest waits for the next round: other duties, and the clock among them, are due meanwhile
    return taken_in


@duty("old webhook calls", every_seconds=24 * 3600)
def forget_old() -> int:
    """Forgets calls of a week ago; how many."""
    return HookCall.objects.filter(made_at__lt=timezone.now() - timedelta(days=7)).delete()[0]


def signature(body: bytes, at: int) -> str:
    """What the receiver checks."""
    said = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(settings.PAGING_SECRET.encode(), said, hashlib.sha256).hexdigest()}"


def _send(one: HookCall) -> int:
    """The status of the answer, or why there is none."""
    wait = timedelta(seconds=10 * 2**one.tries)
    mine = HookCall.objects.filter(pk=one.pk, tries=one.tries, sent_at=None)
    if not mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + wait):
        return TAKEN  # another process claimed it
    answer = _answer(one)
    if answer is not None and 200 <= answer.status < 300:
        HookCall.objects.filter(pk=one.pk).update(sent_at=timezone.now())
        return answer.status
    say = log.error if one.tries + 1 >= MOST_TRIES else log.warning
    say("the webhook did not take a call in: %s", answer.status if answer else "no answer")
    return answer.status if answer else NO_ANSWER


def _answer(one: HookCall) -> outgoing.Answer | None:
    body = one.body.encode()
    headers = {
        "Content-Type": "application/json",
        "Commonlight-Id": one.token,
        "Commonlight-Signature": signature(body, int(time.time())),
    }
    try:
        return outgoing.post(
            settings.PAGING_WEBHOOK, body=body, headers=headers, seconds=ANSWER_SECONDS, anywhere=settings.PUSH_ANYWHERE
        )
    except (outgoing.NotPublic, OSError):
        return None
