"""Second factors: on and off by plain forms, secrets sealed in the database, keys that can be changed."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from community import fieldcrypt
from tests.factories import PASSWORD, make_member

pytestmark = pytest.mark.django_db


def code(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client):
    return client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})


@pytest.fixture
def secured():
    """The secret of a member who turned codes on through the pages."""
    make_member("ana")
    client = Client()
    sign_in(client)
    assert "once more" in client.get(reverse("mfa_activate_totp"), follow=True).content.decode()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.status_code == 302
    return secret


def test_signing_in_then_asks_for_the_code(secured):
    client = Client()
    answer = sign_in(client)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("today")).status_code == 302
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.get(reverse("today")).status_code == 302


def test_the_secret_is_not_readable_in_the_database(secured):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secured not in stored
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert fieldcrypt.unseal(row.data["secret"], purpose="second-factor") == secured


def test_a_recovery_code_gets_in_once(secured):
    member_codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    for expected in (200, 302):
        client = Client()
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": member_codes[0]})
        assert client.get(reverse("today")).status_code == expected


def test_keys_can_be_changed_without_losing_what_the_old_one_sealed(settings):
    settings.FIELD_KEYS = "1:old-key-old-key-old-key-old-key-old"
    sealed = fieldcrypt.seal("secret", purpose="x")
    settings.FIELD_KEYS = "2:new-key-new-key-new-key-new-key-new,1:old-key-old-key-old-key-old-key-old"
    assert fieldcrypt.unseal(sealed, purpose="x") == "secret"
    assert fieldcrypt.seal("secret", purpose="x").startswith("2:")
    settings.FIELD_KEYS = "2:new-key-new-key-new-key-new-key-new"
    with pytest.raises(fieldcrypt.NotReadable):
        fieldcrypt.unseal(sealed, purpose="x")


@pytest.mark.parametrize("change", [lambda s: s[:-4] + "AAAA", lambda s: "9:" + s[2:], lambda s: s[:20], lambda s: ""])
def test_a_changed_or_moved_text_is_not_opened(change):
    sealed = fieldcrypt.seal("secret", purpose="x")
    with pytest.raises(fieldcrypt.NotReadable):
        fieldcrypt.unseal(change(sealed), purpose="x")
    with pytest.raises(fieldcrypt.NotReadable):
        fieldcrypt.unseal(sealed, purpose="another")


def test_passkey_pages_are_ours_and_open():
    make_member("ana")
    client = Client()
    sign_in(client)
    for name in ("mfa_index", "mfa_list_webauthn", "mfa_add_webauthn"):
        page = client.get(reverse(name), follow=True).content.decode()
        assert "Need help now" in page
