"""The opening words and the questions of a live chat: prepared before, put to everyone one at a time."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, Prompt
from chat.models.live_chat import PROMPT_LIMIT
from chat.services import hosting, live_chats, live_state
from chat.services.leading import Changed, NotAChoice, is_new, leading, must_be_on, must_not_be_over, one_line
from community import text
from community.models import Member
from community.refusals import NotYours

OPENING_LIMIT = 600
MOST = 20


def set_opening(by: Member, chat: LiveChat, words: str, seen: str) -> None:
    """What the chat will be opened with, until it is."""
    words = text.tidy(words, limit=OPENING_LIMIT) if words.strip() else ""
    with leading(by, chat) as row:
        must_not_be_over(row)
        if hosting.is_opened(row):
            raise NotAChoice(_("It was opened with these words already. You can change the message itself."))
        if is_new(row.opening, words, seen):
            row.opening = words
            live_chats.changed(row, "opening")


def listed(chat: LiveChat) -> list[Prompt]:
    """The questions of this chat in the host's order, without those put away."""
    return list(chat.prompts.filter(put_away_at=None).order_by("place", "pk"))


def put_away(chat: LiveChat) -> list[Prompt]:
    """Those that the host did not want after all; each may be put back."""
    return list(chat.prompts.exclude(put_away_at=None).order_by("-put_away_at", "-pk"))


def add(by: Member, chat: LiveChat, words: str) -> Prompt:
    """One more at the end; the same words again are the same question."""
    words = one_line(words, PROMPT_LIMIT)
    with leading(by, chat) as row:
        must_not_be_over(row)
        return _added(row, words)


def ask_now(by: Member, chat: LiveChat, words: str) -> Prompt:
    """A question that nobody prepared, pinned at once."""
    words = one_line(words, PROMPT_LIMIT)
    with leading(by, chat) as row:
        must_be_on(row)
        prompt = _added(row, words)
        _pin(by, row, prompt)
        return prompt


def _added(row: LiveChat, words: str) -> Prompt:
    here = listed(row)
    same = next((one for one in here if one.text == words), None)
    if same is not None:
        return same
    if len(here) >= MOST:
        raise NotAChoice(_("There are %(n)s questions already. Put one away first.") % {"n": MOST})
    return row.prompts.create(text=words, place=max((one.place for one in here), default=0) + 1)


def change(by: Member, chat: LiveChat, pk: int, words: str, seen: str) -> None:
    """Other words for a question; where it is pinned, everyone sees them at once."""
    words = one_line(words, PROMPT_LIMIT)
    with leading(by, chat) as row:
        must_not_be_over(row)
        prompt = _one(row, pk)
        if is_new(prompt.text, words, seen):
            prompt.text = words
            prompt.save(update_fields=["text"])
            live_chats.changed(row)


def move(by: Member, chat: LiveChat, pk: int, to: int) -> None:
    """Puts a question at this place, counted from 0."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        prompt, order = _one(row, pk), listed(row)
        order = [one for one in order if one.pk != prompt.pk]
        order.insert(max(0, min(to, len(order))), prompt)
        for place, one in enumerate(order, start=1):
            one.place = place
        Prompt.objects.bulk_update(order, ["place"])


def set_aside(by: Member, chat: LiveChat, pk: int, *, aside: bool) -> None:
    """Puts a question away, or back. One that is pinned is taken down with it."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        prompt, now = _one(row, pk, among_all=True), timezone.now()
        if bool(prompt.put_away_at) == aside:
            return
        prompt.put_away_at = now if aside else None
        if aside and prompt.released_at and not prompt.unpinned_at:
            prompt.unpinned_at = now
        prompt.save(update_fields=["put_away_at", "unpinned_at"])
        live_chats.changed(row)


def release(by: Member, chat: LiveChat, pk: int) -> None:
    """Pins a question for everyone, in place of the one before."""
    with leading(by, chat) as row:
        must_be_on(row)
        _pin(by, row, _one(row, pk))


def _pin(by: Member, row: LiveChat, prompt: Prompt) -> None:
    pinned = live_state.pinned_in([row]).get(row.pk)
    if pinned and pinned.pk == prompt.pk:
        return
    prompt.released_at, prompt.released_by, prompt.unpinned_at = timezone.now(), by, None
    prompt.save(update_fields=["released_at", "released_by", "unpinned_at"])
    live_chats.changed(row)


def unpin(by: Member, chat: LiveChat, pk: int) -> None:
    """Takes the pinned question down; nothing is pinned instead. Raises `Changed` when another is pinned by now."""
    with leading(by, chat) as row:
        must_not_be_over(row)
        prompt, pinned = _one(row, pk, among_all=True), live_state.pinned_in([row]).get(row.pk)
        if pinned is None:
            return
        if pinned.pk != prompt.pk:
            raise Changed(pinned.text, _("Another question is pinned by now: “%(now)s”. It is still there."))
        prompt.unpinned_at = timezone.now()
        prompt.save(update_fields=["unpinned_at"])
        live_chats.changed(row)


def _one(row: LiveChat, pk: int, *, among_all: bool = False) -> Prompt:
    rows = row.prompts.all() if among_all else row.prompts.filter(put_away_at=None)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotYours
    return found
