"""Web push for one browser: the message encrypted (RFC 8291, 8188) and our own signature (RFC 8292). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import struct
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD_BYTES = 4096
SIGNED_FOR_SECONDS = 12 * 3600
DEVELOPMENT = "development-"


class NotAKey(ValueError):  # noqa: N818
    """A key of a browser or of this site that is none."""


def signing_key(text: str) -> ec.EllipticCurvePrivateKey:
    """This site's key: 32 bytes as base64url, or what a development key stands for. Raises `NotAKey`."""
    if text.startswith(DEVELOPMENT):
        number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % (ORDER - 1) + 1
    else:
        number = int.from_bytes(_bytes(text, 32), "big")
    if not 0 < number < ORDER:
        raise NotAKey
    return ec.derive_private_key(number, CURVE)


def public_words(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half, as browsers are given it."""
    return encoded(_point(key))


def check_device(p256dh: str, auth: str) -> None:
    """Raises `NotAKey` unless these are the two keys of a subscription."""
    _receiver(_bytes(p256dh, 65))
    _bytes(auth, 16)


def encrypted(
    payload: bytes,
    *,
    p256dh: str,
    auth: str,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push message that only this browser can read. `salt` and `sender` are fresh unless a test says."""
    salt, sender = salt or os.urandom(16), sender or ec.generate_private_key(CURVE)
    theirs, ours = _bytes(p256dh, 65), _point(sender)
    shared = sender.exchange(ec.ECDH(), _receiver(theirs))
    secret = _derived(shared, _bytes(auth, 16), b"WebPush: info\x00" + theirs + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + struct.pack("!IB", RECORD_BYTES, len(ours)) + ours
    return head + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def signature(endpoint: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now: float) -> str:
    """The `Authorization` header by which a push service knows this site, and whom to write to."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now) + SIGNED_FOR_SECONDS, "sub": contact}
    signed = ".".join(encoded(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={public_words(key)}"


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAKey from None
    if len(raw) != length:
        raise NotAKey
    return raw


def _receiver(point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise NotAKey from None


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
