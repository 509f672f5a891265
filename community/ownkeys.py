"""One key for each member, for pages that are theirs alone: random, wrapped by the key ring, bound to the member.

What it seals opens with this key, for this member and this purpose only. Without the row, or without the key of the
ring that wrapped it, nobody can read it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from community import fieldcrypt
from community.fieldcrypt import NONCE_BYTES, NotReadable
from community.models import Member, MemberKey

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key of one member, open."""

    member_id: int
    _aead: AESGCM = field(repr=False)

    def seal(self, text: str, *, purpose: str) -> str:
        """`text` encrypted, bound to this member and `purpose`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._aead.encrypt(nonce, text.encode(), self._bound_to(purpose))
        return base64.urlsafe_b64encode(sealed).decode()

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """What `seal` was given. Raises `NotReadable`."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._bound_to(purpose)).decode()
        except (InvalidTag, ValueError) as error:
            raise NotReadable("the text was changed or belongs elsewhere") from error

    def _bound_to(self, purpose: str) -> bytes:
        return f"{purpose}:{self.member_id}".encode()


def key_of(member: Member) -> OwnKey | None:
    """The member's key, or None if they have none. Raises `NotReadable` when the ring cannot open it."""
    row = MemberKey.objects.filter(member=member).first()
    return _opened(row) if row else None


def key_for_writing(member: Member) -> OwnKey:
    """The member's key, made if they have none; its row stays locked until the transaction ends.

    Raises `NotReadable` for a key that the ring cannot open: it is never replaced, or its pages would be lost.
    """
    fresh = {"wrapped": _wrapped(member.pk, secrets.token_bytes(KEY_BYTES))}
    return _opened(MemberKey.objects.select_for_update().get_or_create(member=member, defaults=fresh)[0])


def destroy(member: Member) -> None:
    """Takes the member's key away. Whatever it sealed cannot be read any more."""
    MemberKey.objects.filter(member=member).delete()


def rewrap_all() -> int:
    """Wraps every key anew under the first key of the ring; how many were not yet. For `manage.py rotate_keys`."""
    return fieldcrypt.rewrap(MemberKey.objects.all(), "wrapped", purpose=lambda row: _purpose(row.member_id))


def _opened(row: MemberKey) -> OwnKey:
    key = base64.b64decode(fieldcrypt.unseal(row.wrapped, purpose=_purpose(row.member_id)))
    return OwnKey(row.member_id, AESGCM(key))


def _wrapped(member_id: int, key: bytes) -> str:
    return fieldcrypt.seal(base64.b64encode(key).decode(), purpose=_purpose(member_id))


def _purpose(member_id: int) -> str:
    return f"own-key:{member_id}"
