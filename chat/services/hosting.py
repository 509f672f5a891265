"""What whoever leads a live chat does. Each act is the same when done twice, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import signals
from chat.models import LiveChat, Message, Room
from chat.models.live_chat import SO_FAR_LIMIT
from chat.services import checks, live_chats, live_places, messages
from chat.services.leading import Finished, NotAChoice, NotYet, is_new, leading, must_be_on, must_not_be_over
from chat.services.live_clock import CHECK_IN_FROM, State, state_of
from community import text
from community.models import Member
from community.services import audit, notices

SLOW = (0, 15, 30, 60)  # seconds
REST = timedelta(seconds=60)
BACK_WITHIN = timedelta(minutes=5)  # what was closed at once may be opened again
ON_ITS_WAY = timedelta(minutes=5)  # whoever calls again meanwhile is told that somebody is coming
CALLS_AFTER = timedelta(hours=24)
BECAUSE_LIMIT = 200
COVER = "live-cover"


# --- who leads ------------------------------------------------------------------------------------


def check_in(by: Member, chat: LiveChat) -> None:
    """`by` is there to lead it. The host leads whenever they say so; another one only where the host did not."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        opens = row.starts_at - CHECK_IN_FROM
        if timezone.now() < opens:
            words = _("You can say that you're here from %(time)s.")
            raise NotYet(words % {"time": timezone.localtime(opens).strftime("%H:%M")})
        is_host = by.pk == row.host_id
        if row.checked_in_at and not row.cover_asked_at and (row.led_by_id or row.host_id) == by.pk:
            return
        if row.checked_in_at and not is_host and not row.cover_asked_at:
            return
        row.led_by = None if is_host else by
        row.checked_in_at, row.checked_in_by = row.checked_in_at or timezone.now(), by
        row.cover_asked_at = None
        live_chats.changed(row, "led_by", "checked_in_at", "checked_in_by", "cover_asked_at")


def need_cover(by: Member, chat: LiveChat) -> None:
    """The host can't come: the cover is told, or those who lead moderation where nobody is named."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        if row.cover_asked_at:
            return
        row.cover_asked_at = timezone.now()
        if row.checked_in_by_id == by.pk and timezone.now() < row.starts_at:
            row.checked_in_at = row.checked_in_by = None
        live_chats.changed(row, "cover_asked_at", "checked_in_at", "checked_in_by")
        _tell(row, [row.cover] if row.cover and row.cover_id != by.pk else _leads(), but=by)


def take_over(by: Member, chat: LiveChat) -> None:
    """`by` leads it from now on."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        if _hand(row, by, by=by):
            audit.record(by, "live.handed-over", row, about=by)


def hand_over(by: Member, chat: LiveChat, to: str) -> None:
    """The cover or the moderator of this chat leads it from now on, and is told; "host" gives it back."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        if to not in ("host", "cover", "moderator"):
            raise NotAChoice
        other: Member | None = getattr(row, to)
        if other is None:
            raise NotAChoice(_("Nobody is named for that. You can call a moderator."))
        if _hand(row, other, by=by):
            _tell(row, [other], but=by)
            audit.record(by, "live.handed-over", row, about=other)


def _hand(row: LiveChat, to: Member, *, by: Member) -> bool:
    if (row.led_by_id or row.host_id) == to.pk and not row.cover_asked_at:
        return False
    row.led_by = None if to.pk == row.host_id else to
    row.cover_asked_at = None
    if to.pk == by.pk and row.checked_in_at is None and timezone.now() >= row.starts_at - CHECK_IN_FROM:
        row.checked_in_at, row.checked_in_by = timezone.now(), by
    live_chats.changed(row, "led_by", "cover_asked_at", "checked_in_at", "checked_in_by")
    return True


def _tell(row: LiveChat, people: list[Member], *, but: Member) -> None:
    ids = [one.pk for one in people if one.pk != but.pk]
    notices.notify(ids, kind=COVER, key=f"{COVER}:{row.token}", subject=row.topic, path=f"/host/{row.token}/")


def _leads() -> list[Member]:
    return list(Member.objects.filter(groups__name="leads", is_active=True))


# --- while it is on -------------------------------------------------------------------------------


def opening_id(chat: LiveChat) -> UUID:
    """The client id of the message that opens this chat: it is posted once."""
    return uuid5(NAMESPACE_URL, f"opening:{chat.token}")


def is_opened(chat: LiveChat) -> bool:
    """True once the opening words are a message."""
    return Message.objects.filter(room=chat.room_id, client_id=opening_id(chat)).exists()


def open_with(by: Member, chat: LiveChat, session_key: str) -> None:
    """Posts the opening words as the message of `by`, once, whoever else presses the same."""
    live_places.enter(by, chat)
    draft = messages.Draft(by.pk, session_key, chat.room.slug, opening_id(chat), "")
    with transaction.atomic():
        checks.standing([draft])  # sessions, members and places are held before rooms, as every writer does
        with leading(by, chat) as row:
            must_not_be_over(row)
            if is_opened(row):
                return
            words = row.opening
        messages.post(messages.Draft(by.pk, session_key, chat.room.slug, opening_id(chat), words))


def set_slow(by: Member, chat: LiveChat, seconds: int) -> None:
    """The least time between two messages of one member; 0 for none."""
    if seconds not in SLOW:
        raise NotAChoice
    with leading(by, chat) as row:
        must_not_be_over(row)
        if row.room.slow_seconds != seconds:
            Room.objects.filter(pk=row.room_id).update(slow_seconds=seconds)
            live_chats.changed(row)


def pause(by: Member, chat: LiveChat) -> None:
    """Everyone rests for a minute."""
    with leading(by, chat) as row:
        must_be_on(row)
        if row.paused_until and row.paused_until > timezone.now():
            return
        row.paused_until = timezone.now() + REST
        live_chats.changed(row, "paused_until")
        audit.record(by, "live.paused", row)


def resume(by: Member, chat: LiveChat) -> None:
    """Everyone may write again before the minute is over."""
    with leading(by, chat) as row:
        if row.paused_until:
            row.paused_until = None
            live_chats.changed(row, "paused_until")


def say_so_far(by: Member, chat: LiveChat, words: str, seen: str) -> None:
    """A line or two for those who come late; none takes them away."""
    words = text.tidy(words, limit=SO_FAR_LIMIT) if words.strip() else ""
    with leading(by, chat) as row:
        must_not_be_over(row)
        if is_new(row.so_far, words, seen):
            row.so_far, row.so_far_at = words, timezone.now() if words else None
            live_chats.changed(row, "so_far", "so_far_at")


# --- its end --------------------------------------------------------------------------------------


def wind_down(by: Member, chat: LiveChat) -> None:
    """The last five minutes begin."""
    with leading(by, chat) as row:
        must_be_on(row)
        if row.ending_at is None and state_of(row, timezone.now()) == State.OPEN:
            row.ending_at = timezone.now()
            live_chats.changed(row, "ending_at")


def go_on(by: Member, chat: LiveChat) -> None:
    """Within those five minutes: it goes on until its planned end after all."""
    with leading(by, chat) as row:
        must_be_on(row)
        if row.ending_at:
            row.ending_at = None
            live_chats.changed(row, "ending_at")


def close(by: Member, chat: LiveChat, because: str) -> None:
    """Nobody writes any more, at once. Members read why."""
    because = text.tidy(because, limit=BECAUSE_LIMIT)
    with leading(by, chat) as row:
        if row.closed_at:
            return
        must_be_on(row)
        row.closed_at, row.closed_because = timezone.now(), because
        live_chats.changed(row, "closed_at", "closed_because")
        audit.record(by, "live.closed", row)


def may_reopen(chat: LiveChat) -> bool:
    """True for five minutes after it was closed at once, unless its time is over anyway."""
    now = timezone.now()
    ends = min(chat.ends_at, chat.ending_at + BACK_WITHIN) if chat.ending_at else chat.ends_at
    return bool(chat.closed_at and now < chat.closed_at + BACK_WITHIN and now < ends)


def reopen(by: Member, chat: LiveChat) -> None:
    """Takes the closing back."""
    with leading(by, chat) as row:
        if row.closed_at is None:
            return
        if not may_reopen(row):
            raise Finished
        row.closed_at, row.closed_because = None, ""
        live_chats.changed(row, "closed_at", "closed_because")
        audit.record(by, "live.reopened", row)


# --- calling for help -----------------------------------------------------------------------------


def is_called(chat: LiveChat) -> bool:
    """True while a moderator is on the way."""
    at = chat.moderator_called_at
    return bool(at and timezone.now() < at + ON_ITS_WAY)


def call_moderator(by: Member, chat: LiveChat) -> bool:
    """Calls whoever moderates now. False when somebody was called within five minutes, and is on the way."""
    with leading(by, chat) as row:
        if timezone.now() > row.ends_at + CALLS_AFTER:
            raise Finished
        if is_called(row):
            return False
        row.moderator_called_at = timezone.now()
        live_chats.changed(row, "moderator_called_at")
        signals.moderator_called.send(LiveChat, chat=row, by=by, is_needed=True)
    return True


def call_off(by: Member, chat: LiveChat) -> None:
    """Nobody needs to come any more."""
    with leading(by, chat) as row:
        if row.moderator_called_at is None:
            return
        row.moderator_called_at = None
        live_chats.changed(row, "moderator_called_at")
        signals.moderator_called.send(LiveChat, chat=row, by=by, is_needed=False)
