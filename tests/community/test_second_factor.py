"""Second factors: on and off by plain forms, secrets sealed in the database, keys that can be changed."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import fieldcrypt
from community.models import Member
from community.services import members, sessions
from tests.factories import PASSWORD, make_member, session_of

pytestmark = pytest.mark.django_db


def code(secret, later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client):
    return client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})


def sign_in_and_say_it_again(client):
    """What must be done before a second factor may be touched."""
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def is_in(client):
    return client.get(reverse("today")).status_code == 200


@pytest.fixture
def mine():
    """The browser in which the codes were turned on."""
    return Client()


@pytest.fixture
def secured(mine):
    """The secret of a member who turned codes on through the pages."""
    make_member("ana")
    sign_in_and_say_it_again(mine)
    secret = mine.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = mine.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.status_code == 302
    cache.clear()  # or the same code is not taken twice within its half minute
    return secret


def test_a_second_factor_needs_the_password_said_again():
    make_member("ana")
    client = Client()
    sign_in(client)
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


def test_signing_in_then_asks_for_the_code(secured):
    client = Client()
    assert sign_in(client).url.startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secured)})
    assert is_in(client)


def test_a_code_gets_in_once(secured):
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code(secured)})
    assert (is_in(first), is_in(second)) == (True, False)


def test_s6_codes_cannot_be_guessed_without_end(secured):
    client = Client()
    sign_in(client)
    for guess in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{guess:06}"})
    client.post(reverse("mfa_authenticate"), {"code": code(secured)})
    assert not is_in(client)


def test_s6_a_device_is_known_after_the_second_step_too(secured):
    client = Client()
    sign_in(client)
    assert "known" not in client.cookies
    client.post(reverse("mfa_authenticate"), {"code": code(secured)})
    assert "known" in client.cookies


def test_s3_turning_codes_on_and_off_ends_the_other_sessions(mine, secured, django_capture_on_commit_callbacks):
    for _ in range(2):
        member = Member.objects.get()
        elsewhere = session_of(member)
        is_on = Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()
        turned = "mfa_deactivate_totp" if is_on else "mfa_activate_totp"
        page = mine.get(reverse(turned))
        secret = getattr(page.context["form"], "secret", "")
        with django_capture_on_commit_callbacks(execute=True):
            mine.post(reverse(turned), {"code": code(secret)} if secret else {})
        assert sessions.alive([elsewhere]) == {}
        assert is_in(mine)


def test_codes_that_were_turned_off_are_not_asked_for(mine, secured):
    mine.post(reverse("mfa_deactivate_totp"))
    client = Client()
    sign_in(client)
    assert is_in(client)
    assert not Authenticator.objects.exists()


def test_s4_a_suspension_between_the_two_steps_holds(secured):
    client = Client()
    sign_in(client)
    members.suspend(Member.objects.get(), until=timezone.now() + timedelta(days=1))
    client.post(reverse("mfa_authenticate"), {"code": code(secured)})
    assert not is_in(client)


def test_an_address_that_is_not_confirmed_hinders_no_second_factor():
    ana = make_member("ana", email="ana@example.org")
    EmailAddress.objects.create(user=ana, email=ana.email, primary=True)
    client = Client()
    sign_in_and_say_it_again(client)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


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
