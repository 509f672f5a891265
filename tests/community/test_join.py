"""Joining by plain forms."""

import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import consents, names
from community.hashers import MemberArgon2
from community.models import Consent, Letter, Member
from community.services import consent, members
from tests.factories import make_member

pytestmark = pytest.mark.django_db
GOOD = {"name": "quiet-heron", "pebble": "3", "email": "heron@example.org", "password": "seven lamps by the river",
        "adult": "yes", "country": "GB", "language": "en", "time_zone": "Europe/London", "agree_rules": "on",
        "agree_health": "on", "agree_retention": "on"}  # fmt: skip


def join(client, **changed):
    answers = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    return client.post(reverse("join"), answers)


def test_the_whole_way_in_by_plain_forms(client):
    assert client.get(reverse("join")).status_code == 200
    answer = join(client)
    assert (answer.status_code, answer.url) == (302, reverse("rules"))
    assert client.get(reverse("rules")).status_code == 200
    assert "quiet-heron" in client.get(reverse("today")).content.decode()
    member = Member.objects.get()
    assert (member.country, member.time_zone, member.pebble) == ("GB", "Europe/London", 3)
    assert member.password.startswith(("argon2$", "md5$"))


def test_consents_are_recorded_with_version_hash_and_time_and_none_was_ticked_before(client):
    page = client.get(reverse("join")).content.decode()
    assert "checked" not in page.split("Things to agree to")[1]
    join(client)
    for line in consents.REQUIRED:
        kept = Consent.objects.get(kind=line.kind)
        words = f"{line.title}\n{line.text}".encode()
        assert (kept.version, kept.text_hash) == (line.version, hashlib.sha256(words).hexdigest())
        assert kept.given_at
    assert not Consent.objects.filter(kind="research").exists()


@pytest.mark.parametrize(
    "missing", ["agree_rules", "agree_health", "agree_retention", "adult", "country", "name", "password"]
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, missing):
    answer = join(client, **{missing: None})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in page
    assert "heron@example.org" in page
    assert GOOD["password"] not in page
    assert not Member.objects.exists()


def test_rather_not_say_is_remembered_as_unknown(client):
    join(client, country="none")
    assert Member.objects.get().country == ""


def test_not_yet_eighteen_leads_elsewhere_makes_no_account_and_back_is_no_trick(client):
    answer = join(client, adult="no")
    assert answer.url == reverse("under-18")
    assert "Childline" in client.get(reverse("under-18"), {"country": "GB"}).content.decode()
    assert join(client, adult="yes").url == reverse("under-18")
    assert not Member.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1234", "quiet-heron-1", "123456789012"])
def test_weak_passwords_are_refused(client, password):
    assert join(client, password=password).status_code == 400


@pytest.mark.parametrize("name", ["Admin", "ana@example.org", "Quiet-Herоn", "ab"])
def test_a8_names_nobody_may_have_are_refused_with_a_suggestion(client, name):
    answer = join(client, name=name)
    assert answer.status_code == 400
    assert "data-suggest=" in answer.content.decode()


def test_a8_a_look_alike_of_a_member_is_refused(client):
    make_member("quiet-heron")
    assert join(client, name="Quiet_Her0n").status_code == 400


def test_the_name_check_answers_free_taken_and_refused(client):
    make_member("linden")
    ask = lambda name: client.get(reverse("join-name-free"), {"name": name}).json()  # noqa: E731
    assert ask("quiet-heron") == {"free": True, "words": ""}
    assert ask("L1nden")["free"] is False
    assert "find you" in ask("a@b.org")["words"]


def test_s7_a_known_address_and_an_unknown_one_get_the_same_answer(client):
    make_member("linden", email="heron@example.org")
    known, unknown = join(Client()), join(Client(), name="early-otter", email="new@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert (
        Letter.objects.filter(to="heron@example.org").count()
        == Letter.objects.filter(to="new@example.org").count()
        == 1
    )


def test_b7_attempts_to_join_are_limited_by_address(client):
    answers = [join(Client(), name=f"otter-{n}", password="x").status_code for n in range(12)]
    assert answers == [400] * 10 + [429] * 2


def test_s4_a_suspended_member_does_not_come_back_under_another_of_their_addresses(client):
    gone = make_member("linden", email="first@example.org")
    EmailAddress.objects.create(user=gone, email="heron@example.org")
    members.suspend(gone, until=timezone.now() + timedelta(days=1))
    join(client)
    assert client.get(reverse("today")).status_code == 302


def test_s4_a_suspended_member_does_not_come_back_under_the_same_address(client):
    gone = make_member("linden", email="heron@example.org")
    members.suspend(gone, until=timezone.now() + timedelta(days=1))
    join(client, email="Heron@example.org")
    assert client.get(reverse("today")).status_code == 302


class SomebodyIsQuicker:
    """A password check during which somebody else takes the name."""

    def validate(self, password, user=None):
        make_member("Quiet_Heron")

    def get_help_text(self):
        return ""


def test_a8_a_name_taken_while_the_form_was_checked_is_said_and_nothing_is_lost(client, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": f"{__name__}.SomebodyIsQuicker"}]
    answer = join(client)
    assert answer.status_code == 400
    assert "is taken" in answer.content.decode()
    assert "heron@example.org" in answer.content.decode()
    assert [member.name for member in Member.objects.all()] == ["Quiet_Heron"]


def test_a_refused_joining_leaves_nothing_behind():
    make_member("linden")
    with pytest.raises(names.NameRefused):
        members.join(members.Joining(name="L1nden", password="x", email="a@example.org", consents=("rules",)))
    assert (Member.objects.count(), Letter.objects.count()) == (1, 0)


def test_joining_with_the_required_consents_is_enough_to_be_here_and_without_is_not(client):
    join(client)
    member = Member.objects.get()
    assert consent.given_by({member.pk}) == {member.pk}
    consent.withdraw(member, "retention")
    assert consent.given_by({member.pk}) == set()
    assert [line.kind for line in consent.missing(member)] == ["retention"]


def test_everything_chosen_is_chosen_again_after_an_error(client):
    page = join(client, password="short", agree_research="on", country="IE").content.decode()
    for line in consents.LINES:
        assert "checked" in page.split(f'name="agree_{line.kind}"')[1].split(">")[0]
    assert 'value="IE" selected' in page
    assert "quiet-heron" in page


def test_without_an_address_there_is_no_letter(client):
    join(client, email="")
    assert not Letter.objects.exists()
    assert Member.objects.get().email == ""


def test_whoever_is_in_does_not_join_again(client):
    join(client)
    assert client.get(reverse("join")).url == reverse("today")
    assert join(client, name="early-otter").url == reverse("today")
    assert Member.objects.count() == 1


def test_passwords_are_kept_as_argon2_within_the_means_of_a_small_server(client, settings):
    from community.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    join(client)
    kept = Member.objects.get().password
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashers.check_password(GOOD["password"], kept)
    assert isinstance(hashers.get_hasher(), MemberArgon2)


@pytest.mark.parametrize("field", ["pebble", "country", "language", "time_zone", "adult"])
def test_what_no_form_of_ours_offers_is_refused(client, field):
    assert join(client, **{field: "made-up"}).status_code == 400
    assert not Member.objects.exists()


def test_names_asked_about_are_limited_by_address(client):
    answers = [client.get(reverse("join-name-free"), {"name": f"otter-{n}"}).status_code for n in range(32)]
    assert answers == [200] * 30 + [429] * 2
