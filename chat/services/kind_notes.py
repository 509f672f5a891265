"""A few kind words to somebody who left a live chat after a hard moment: one note, for them alone, no answer wanted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, LiveNote
from chat.models.live_note import NOTE_LIMIT, new_token
from chat.services import host_lists
from chat.services.leading import NotAChoice, leading
from community import fieldcrypt, text
from community.duties import duty
from community.models import Member
from community.refusals import NotYours
from community.services import keyring, notices

KIND = "live-note"
KEPT_FOR = timedelta(days=30)
NOTES_FOR = timedelta(days=2)  # after the end; later it would surprise
STARTS: dict[str, Any] = {
    "welcome": _("I saw that you left. You were welcome the whole time."),
    "thanks": _("Thank you for what you said. It was good that you came."),
    "thought": _("I thought of you after you left. You don't have to answer."),
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    """A note as its member reads it."""

    token: str
    topic: str
    by: Member | None
    words: str

    def __repr__(self) -> str:
        return "Note(…)"  # so that no error report shows what is in it


def send(by: Member, chat: LiveChat, name: str, start: str, words: str) -> None:
    """Leaves a note for one of those who left. They get one note of a chat, so a second press changes nothing."""
    said = _composed(start, words)
    with leading(by, chat) as row:
        if timezone.now() > row.ends_at + NOTES_FOR:
            raise NotAChoice(_("It is too late for a note. It would come as a surprise."))
        left = next((one for one in host_lists.left_after(row, by) if one.member.name == name), None)
        if left is None:
            raise NotAChoice(_("They aren't on the list any more. They may have come back."))
        if left.note is None:
            _leave(by, row, left.member, said)


def _leave(by: Member, row: LiveChat, member: Member, said: str) -> None:
    token = new_token()
    sealed = fieldcrypt.seal(said, purpose=_purpose(token))
    LiveNote.objects.create(token=token, chat=row, member=member, by=by, sealed=sealed)
    notices.notify([member.pk], kind=KIND, key=_key(token), subject=by.name, path="/today/")


def _composed(start: str, words: str) -> str:
    if start and start not in STARTS:
        raise NotAChoice
    own = text.tidy(words, limit=NOTE_LIMIT) if words.strip() or not start else ""
    return "\n".join(str(one) for one in (STARTS.get(start, ""), own) if one)


def take_back(by: Member, chat: LiveChat, token: str) -> None:
    """Takes a note back that its member has not put away."""
    with leading(by, chat) as row:
        note = row.notes.filter(token=token).first()
        if note is None:
            return
        if note.by_id != by.pk:
            raise NotYours
        if note.seen_at:
            raise NotAChoice(_("They have read it. It can't be taken back."))
        note.delete()
        notices.seen(note.member_id, _key(token))


def newest_for(member: Member) -> Note | None:
    """The newest note that the member has not put away."""
    mine = LiveNote.objects.filter(member=member, seen_at=None).select_related("chat", "by")
    row = mine.order_by("-made_at", "-pk").first()
    if row is None:
        return None
    try:
        words = fieldcrypt.unseal(row.sealed, purpose=_purpose(row.token))
    except fieldcrypt.NotReadable:
        log.warning("a note cannot be opened with the keys in FIELD_KEYS")
        return None
    return Note(row.token, row.chat.topic, row.by, words)


@transaction.atomic
def put_away(member: Member, token: str) -> None:
    """The member has read it. Raises `NotYours`."""
    mine = LiveNote.objects.filter(member=member, token=token)
    if not mine.exists():
        raise NotYours
    mine.filter(seen_at=None).update(seen_at=timezone.now())
    notices.seen(member, _key(token))


@duty("old notes of live chats", every_seconds=24 * 3600)
def forget_old() -> int:
    """Forgets notes of a month ago, read or not; how many."""
    return LiveNote.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()[0]


@keyring.turns("notes of live chats")
def _rewrap() -> int:
    return fieldcrypt.rewrap(LiveNote.objects.all(), "sealed", purpose=lambda row: _purpose(row.token))


def _purpose(token: str) -> str:
    return f"live-note:{token}"


def _key(token: str) -> str:
    return f"{KIND}:{token}"
