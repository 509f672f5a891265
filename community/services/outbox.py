"""Letters: written in the transaction that causes them, sent afterwards by a duty (promise S7: equal timing)."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.utils import timezone

from community.duties import duty
from community.models import Letter

log = logging.getLogger("community.outbox")
AT_ONCE = 50
MOST_TRIES = 8


def write(*, to: str, subject: str, body: str, html: str = "", wait: timedelta = timedelta()) -> Letter:
    """A letter that will be sent once the transaction it is written in commits, and so much later."""
    due = timezone.now() + wait
    return Letter.objects.create(to=to, subject=subject, body=body, html=html, next_try_at=due)


def take_back(*, to: str, body: str, since: datetime) -> None:
    """Letters with these words that were written since and nobody tried to send are not sent."""
    Letter.objects.filter(to=to, body=body, made_at__gte=since, tries=0, sent_at=None).delete()


@duty("letters", every_seconds=5)
def send_waiting() -> int:
    """Sends letters that are due; how many went out. Several processes share the work by claiming rows."""
    now = timezone.now()
    due = Letter.objects.filter(sent_at=None, next_try_at__lte=now, tries__lt=MOST_TRIES)
    return sum(_send(letter) for letter in due.order_by("pk")[:AT_ONCE])


@duty("sent letters", every_seconds=24 * 3600)
def forget_sent() -> int:
    """Forgets to whom letters went a week ago, and those that could not be sent for a month; how many."""
    now = timezone.now()
    old = Q(sent_at__lt=now - timedelta(days=7)) | Q(sent_at=None, made_at__lt=now - timedelta(days=30))
    return Letter.objects.filter(old).delete()[0]


def _send(letter: Letter) -> bool:
    wait = timedelta(seconds=30 * 2**letter.tries)
    mine = Letter.objects.filter(pk=letter.pk, tries=letter.tries, sent_at=None)
    if not mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + wait):
        return False  # another process claimed it
    mail = EmailMultiAlternatives(letter.subject, letter.body, to=[letter.to])
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("a letter could not be sent: %s", type(error).__name__)
        return False
    # The words are not kept longer than they are needed.
    Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now(), body="", html="", subject="")
    return True
