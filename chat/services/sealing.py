"""Words of conversations, encrypted where they lie: AES-256-GCM under one key per conversation.

The conversation's key is wrapped by the key ring (`FIELD_KEYS`). In the database a sealed text is a mark that no
member can type, the first hex digits of the key's hash, and nonce and ciphertext in base64. It is bound to its room,
message and purpose, so it cannot be moved. Whoever forgets to open one shows ciphertext, never words.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chat.models import Conversation, EarlierText, Message, Request, Room
from community import fieldcrypt
from community.refusals import Unavailable
from community.services import keyring

MARK = "\x02"  # control characters are refused in whatever members write
KEY_BYTES, NONCE_BYTES, KEY_ID_DIGITS = 32, 12, 8
KEYS_KEPT = 512  # unwrapped ones, in memory of this process


@dataclass(frozen=True, slots=True)
class Key:
    """One conversation's key, ready for use."""

    id: str
    cipher: AESGCM


def new_key(room_id: int) -> str:
    """A fresh key for a conversation, wrapped by the first key of the ring."""
    return wrap(secrets.token_bytes(KEY_BYTES), room_id)


def wrap(raw: bytes, room_id: int) -> str:
    """`raw` wrapped by the first key of the ring, bound to its room."""
    return fieldcrypt.seal(base64.urlsafe_b64encode(raw).decode(), purpose=_purpose(room_id))


def unwrap(wrapped: str, room_id: int) -> bytes:
    """The raw key. Raises `fieldcrypt.NotReadable` when no key of the ring opens it."""
    return base64.urlsafe_b64decode(fieldcrypt.unseal(wrapped, purpose=_purpose(room_id)))


def _purpose(room_id: int) -> str:
    return f"conversation:{room_id}"


def keys_of(room_ids: Iterable[int]) -> dict[int, Key]:
    """The keys of those of these rooms that are conversations and can be opened; one query."""
    rows = Conversation.objects.filter(pk__in=set(room_ids)).values_list("pk", "key")
    found = {room_id: _key(wrapped, room_id) for room_id, wrapped in rows}
    return {room_id: key for room_id, key in found.items() if key}


@lru_cache(KEYS_KEPT)
def _unwrapped(wrapped: str, room_id: int) -> Key:
    raw = unwrap(wrapped, room_id)
    return Key(hashlib.sha256(raw).hexdigest()[:KEY_ID_DIGITS], AESGCM(raw))


def _key(wrapped: str, room_id: int) -> Key | None:
    try:
        return _unwrapped(wrapped, room_id)
    except fieldcrypt.NotReadable:
        return None


def forget_keys() -> None:
    """Empties this process's memory of unwrapped keys, after the ring changed."""
    _unwrapped.cache_clear()


# --- texts ------------------------------------------------------------------------------------


def seal(key: Key, words: Sequence[str], bound_to: str) -> str:
    """`words` as one sealed text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + key.cipher.encrypt(nonce, json.dumps(list(words)).encode(), bound_to.encode())
    return f"{MARK}{key.id}:{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(key: Key | None, sealed: str, bound_to: str) -> list[str] | None:
    """What `seal` was given; None when this key does not open it, or it was changed or moved."""
    if key is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(sealed.partition(":")[2])
        return list(json.loads(key.cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())))
    except (InvalidTag, ValueError):
        return None


def _bound(room_id: int, client_id: UUID, part: str) -> str:
    return f"{room_id}:{client_id}:{part}"


def open_all(messages: Iterable[Message]) -> None:
    """Gives these messages their words, in memory. What no key opens is marked unreadable and has none."""
    sealed = [message for message in messages if message.body.startswith(MARK)]
    keys = keys_of({message.room_id for message in sealed}) if sealed else {}
    for message in sealed:
        bound_to = _bound(message.room_id, message.client_id, "message")
        words = unseal(keys.get(message.room_id), message.body, bound_to)
        message.is_unreadable = words is None
        message.body, message.heads_up = words or ("", "")


def words_before(message: Message, earlier: EarlierText) -> tuple[str, str] | None:
    """What a message said before a change: (words, heads-up). None when no key opens it."""
    if not earlier.body.startswith(MARK):
        return earlier.body, earlier.heads_up
    key = keys_of([message.room_id]).get(message.room_id)
    words = unseal(key, earlier.body, _bound(message.room_id, message.client_id, "earlier"))
    return (words[0], words[1]) if words else None


@contextlib.contextmanager
def sealed(messages: Sequence[Message], keys: dict[int, Key]) -> Iterator[None]:
    """Inside, messages of conversations carry sealed words, to be stored; afterwards their own again.

    Raises `Unavailable` for a conversation without a key: its words are never stored plainly.
    """
    if any(m.room.kind == Room.Kind.CONVERSATION and m.room_id not in keys and m.body for m in messages):
        raise Unavailable
    plain = [(m, m.body, m.heads_up) for m in messages if m.room_id in keys and m.body]
    for message, body, heads_up in plain:
        bound_to = _bound(message.room_id, message.client_id, "message")
        message.body, message.heads_up = seal(keys[message.room_id], (body, heads_up), bound_to), ""
    try:
        yield
    finally:
        for message, body, heads_up in plain:
            message.body, message.heads_up = body, heads_up


def earlier_of(message: Message) -> EarlierText:
    """A row, not stored yet, that keeps what an opened message says now; sealed if the message is."""
    key = keys_of([message.room_id]).get(message.room_id)
    if key is None:
        return EarlierText(message=message, body=message.body, heads_up=message.heads_up)
    bound_to = _bound(message.room_id, message.client_id, "earlier")
    return EarlierText(message=message, body=seal(key, (message.body, message.heads_up), bound_to))


@keyring.turns("conversations")
def _rewrap_keys() -> int:
    return fieldcrypt.rewrap(Conversation.objects.all(), "key", purpose=lambda row: _purpose(row.pk))


@keyring.turns("requests")
def _reseal_notes() -> int:
    return fieldcrypt.rewrap(Request.objects.all(), "note", purpose=lambda row: note_purpose(row.token))


def note_purpose(token: str) -> str:
    """What a request's note is bound to."""
    return f"request:{token}"
