"""The encryption of web push, by the example of its own specification, and the signature that goes with it."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from community import webpush

# RFC 8291, section 5 and appendix A.
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def raw(text: str) -> bytes:
    """What base64url stands for."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_specification():
    words = b"When I grow up, I want to be a watermelon"
    made = webpush.encrypted(words, p256dh=RECEIVER, auth=AUTH, salt=raw(SALT), sender=webpush.signing_key(SENDER))
    assert webpush.encoded(made) == MESSAGE


def test_the_same_words_are_never_encrypted_the_same_twice():
    made = {webpush.encrypted(b"Something new", p256dh=RECEIVER, auth=AUTH) for _ in range(3)}
    assert len(made) == 3
    assert not any(b"Something" in one for one in made)


def test_the_signature_names_the_service_a_time_and_a_contact_and_holds():
    key = webpush.signing_key(SENDER)
    header = webpush.signature("https://push.example.net/x?y=1", key, contact="mailto:a@b.org", now=1000.5)
    scheme, token, public = header.replace(",", "").split(" ")
    assert scheme == "vapid"
    assert public == f"k={webpush.public_words(key)}"
    head, claims, signed = token.removeprefix("t=").split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://push.example.net",
        "exp": 1000 + 12 * 3600,
        "sub": "mailto:a@b.org",
    }
    r, s = (int.from_bytes(half, "big") for half in (raw(signed)[:32], raw(signed)[32:]))
    key.public_key().verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("text", ["", "short", "!" * 43, webpush.encoded(bytes(32)), webpush.encoded(b"\xff" * 32),
                                  webpush.encoded(b"a" * 33)])  # fmt: skip
def test_what_is_no_key_of_a_site_is_refused(text: str):
    with pytest.raises(webpush.NotAKey):
        webpush.signing_key(text)


def test_a_development_key_is_a_key_and_always_the_same():
    keys = {webpush.public_words(webpush.signing_key("development-abc")) for _ in range(2)}
    assert len(keys) == 1
    assert webpush.public_words(webpush.signing_key("development-abd")) not in keys


@pytest.mark.parametrize(("p256dh", "auth"), [("", AUTH), (RECEIVER, ""), (RECEIVER[:-4], AUTH), (RECEIVER, AUTH + "AAAA"),
                                              (webpush.encoded(b"\x04" + bytes(64)), AUTH), ("ä" * 87, AUTH)])  # fmt: skip
def test_what_is_no_subscription_is_refused(p256dh: str, auth: str):
    with pytest.raises(webpush.NotAKey):
        webpush.check_device(p256dh, auth)
