"""Small secrets in the database, encrypted with a key ring from the environment (promise R-11).

`FIELD_KEYS` is "id:key,id:key": the first encrypts, all decrypt. A text carries the id of its key.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

NONCE_BYTES = 12


class NotReadable(ValueError):  # noqa: N818
    """No key of the ring opens this text, or it was changed or moved."""


def _ring() -> dict[str, AESGCM]:
    ring = {}
    for part in settings.FIELD_KEYS.split(","):
        name, separator, key = part.strip().partition(":")
        name, key = (name, key) if separator else ("0", name)
        if key:
            ring[name] = AESGCM(hashlib.sha256(key.encode()).digest())
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    return ring


def seal(text: str, *, purpose: str) -> str:
    """`text` encrypted under the first key, bound to `purpose`."""
    name, key = next(iter(_ring().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + key.encrypt(nonce, text.encode(), purpose.encode())
    return f"{name}:{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """What `seal` was given. Raises `NotReadable`."""
    name, _, body = sealed.partition(":")
    key = _ring().get(name)
    if key is None:
        raise NotReadable(f"no key {name!r}")
    try:
        raw = base64.urlsafe_b64decode(body)
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise NotReadable("the text was changed or belongs elsewhere") from error


def is_current(sealed: str) -> bool:
    """True when the first key of the ring sealed this text."""
    return sealed.partition(":")[0] == next(iter(_ring()))


def rewrap(rows: QuerySet[Any], field: str, *, purpose: Callable[[Any], str]) -> int:
    """Seals `field` of each row anew under the first key; how many rows changed. Running it again changes nothing.

    Row by row and only where the old text still stands, so that nothing written meanwhile is lost. What no key of the
    ring opens stays as it is.
    """
    changed = 0
    for row in rows.exclude(**{field: ""}).iterator():
        old = getattr(row, field)
        if is_current(old):
            continue
        try:
            new = seal(unseal(old, purpose=purpose(row)), purpose=purpose(row))
        except NotReadable:
            continue
        changed += type(row)._default_manager.filter(pk=row.pk, **{field: old}).update(**{field: new})
    return changed
