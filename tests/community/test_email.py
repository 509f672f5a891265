"""Addresses for letters: optional, confirmed by letter, private, and no way to learn who is here (S7, D5)."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from community.models import Letter, Member
from tests.factories import PASSWORD, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def inside(ana):
    """Ana's browser, with her password said again."""
    client = Client()
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def add(client, email):
    return client.post(reverse("account_email"), {"action_add": "", "email": email})


def test_an_address_is_added_confirmed_by_letter_and_taken_away_again(inside):
    add(inside, "ana@example.org")
    row = EmailAddress.objects.get()
    assert (row.email, row.verified) == ("ana@example.org", False)
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", Letter.objects.get().body).group(1)
    inside.post(link)
    assert EmailAddress.objects.get().verified
    assert "ana@example.org" in inside.get(reverse("account_email")).content.decode()
    inside.post(reverse("account_email"), {"action_remove": "", "email": "ana@example.org"})
    assert not EmailAddress.objects.exists()
    assert Member.objects.get(name="ana").email == ""


def test_s7_adding_an_address_that_somebody_has_looks_like_adding_any_other(inside):
    ben = make_member("ben", email="ben@example.org")
    EmailAddress.objects.create(user=ben, email=ben.email, primary=True, verified=True)
    answers = [add(inside, "ben@example.org"), add(inside, "nobody@example.org")]
    assert answers[0].status_code == answers[1].status_code == 302
    pages = [inside.get(reverse("account_email")).content.decode()]
    assert "already" not in pages[0]


def test_d5_nobody_sees_the_address_of_another(inside):
    make_member("ben", email="ben@example.org", bio="Hello")
    page = inside.get(reverse("profile", args=["ben"])).content.decode()
    assert "Hello" in page
    assert "ben@example.org" not in page


def test_a4_nobody_touches_the_address_of_another(inside):
    ben = make_member("ben", email="ben@example.org")
    EmailAddress.objects.create(user=ben, email=ben.email, primary=True, verified=True)
    for action in ("action_remove", "action_primary", "action_send"):
        inside.post(reverse("account_email"), {action: "", "email": "ben@example.org"})
    assert EmailAddress.objects.get(user=ben).verified
    assert not Letter.objects.exists()
