"""Sessions: which ones hold, how they end, and what ends them (S1, S3, S4, S5)."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.middleware import SEEN_EVERY_SECONDS
from community.models import Letter
from community.services import consent, members, sessions
from community.signals import member_suspended, session_ended
from tests.factories import PASSWORD, make_member, session_of

pytestmark = pytest.mark.django_db
NEW = "another good long one"


@pytest.fixture
def ana():
    return make_member("ana", email="ana@example.org")


@pytest.fixture
def ended():
    """The keys that were said to have ended, as the sockets hear it."""
    told = []
    session_ended.connect(heard := lambda session_keys, **_: told.extend(session_keys))
    yield told
    session_ended.disconnect(heard)


def sign_in(client, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": "ana", "password": password})


def is_in(client):
    return client.get(reverse("today")).status_code == 200


def key_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


# --- Which sessions hold ------------------------------------------------------------------------


def test_s1_only_sessions_of_members_hold(ana):
    visitor = Client()
    visitor.session.save()
    keys = [session_of(ana), visitor.session.session_key or "", "no-such-key", ""]
    assert sessions.alive(keys) == {keys[0]: ana.pk}


def test_s4_sessions_of_closed_and_suspended_members_do_not_hold(ana):
    suspended, closed = make_member("ben"), make_member("cleo")
    keys = [session_of(member) for member in (ana, suspended, closed)]
    type(ana).objects.filter(pk=suspended.pk).update(suspended_until=timezone.now() + timedelta(hours=1))
    type(ana).objects.filter(pk=closed.pk).update(is_active=False)
    assert sessions.alive(keys) == {keys[0]: ana.pk}
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert sessions.alive(keys) == {keys[0]: ana.pk, keys[1]: suspended.pk}


def test_many_sessions_are_asked_about_in_few_queries(ana, django_assert_num_queries):
    keys = [session_of(ana) for _ in range(3)]
    with django_assert_num_queries(2 + 1 + 1):
        assert len(sessions.alive([*keys, *(f"none-{n}" for n in range(1000))])) == 3


def test_a_session_whose_row_was_tampered_with_does_not_hold(ana):
    key = session_of(ana)
    Session.objects.filter(session_key=key).update(session_data="nonsense")
    assert sessions.alive([key]) == {}


# --- Ending -------------------------------------------------------------------------------------


def test_s3_ending_one_leaves_the_others_and_tells_the_sockets_after_commit(
    ana, ended, django_capture_on_commit_callbacks
):
    first, second = session_of(ana), session_of(ana)
    with django_capture_on_commit_callbacks(execute=True):
        sessions.end(first)
        assert ended == []
    assert ended == [first]
    assert set(sessions.alive([first, second])) == {second}


def test_s3_ending_all_but_this_one(ana, ended, django_capture_on_commit_callbacks):
    here, others, bens = session_of(ana), {session_of(ana), session_of(ana)}, session_of(make_member("ben"))
    with django_capture_on_commit_callbacks(execute=True):
        assert sessions.end_all(ana, except_key=here) == 2
    assert set(ended) == others
    assert set(sessions.alive([here, bens, *others])) == {here, bens}


def test_s3_a_session_that_ended_is_not_written_back_by_a_request_that_was_under_way(ana):
    client = Client()
    sign_in(client)
    under_way = client.session
    under_way["late"] = "a write"
    sessions.end(key_of(client))
    with pytest.raises(UpdateError):
        under_way.save()
    assert not is_in(client)


def test_s3_a_session_can_be_ended_the_moment_it_begins(ana):
    client = Client()
    sign_in(client)  # and no page was asked for since
    assert sessions.end_all(ana) == 1
    assert not is_in(client)


def test_s3_a_consent_taken_back_ends_all(ana):
    key = session_of(ana)
    consent.withdraw(ana, "health")
    assert sessions.alive([key]) == {}


def test_s4_a_suspension_is_told_after_commit(ana, django_capture_on_commit_callbacks):
    told = []
    member_suspended.connect(heard := lambda member_id, **_: told.append(member_id))
    with django_capture_on_commit_callbacks(execute=True):
        members.suspend(ana, until=timezone.now() + timedelta(days=1))
    member_suspended.disconnect(heard)
    assert told == [ana.pk]


# --- Limits -------------------------------------------------------------------------------------


def test_s5_a_busy_session_is_moved_on_but_not_written_with_every_page(ana):
    client = Client()
    sign_in(client)
    is_in(client)
    first = Session.objects.get(session_key=key_of(client)).expire_date
    is_in(client)
    assert Session.objects.get(session_key=key_of(client)).expire_date == first
    with time_machine.travel(timezone.now() + timedelta(seconds=SEEN_EVERY_SECONDS + 1)):
        is_in(client)
        assert Session.objects.get(session_key=key_of(client)).expire_date > first


def test_s5_staff_are_out_after_eight_hours_however_busy():
    amara = make_member("amara", roles=("moderators",))
    client = Client()
    client.force_login(amara)
    now = timezone.now()
    for minutes in range(0, 10 * 60, 20):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            if not is_in(client):
                break
    assert 8 * 60 <= minutes <= 8 * 60 + 20


def test_s5_whoever_becomes_staff_gets_the_shorter_limits_with_the_next_page(ana):
    from django.contrib.auth.models import Group

    client = Client()
    sign_in(client)
    is_in(client)
    ana.groups.add(Group.objects.get(name="moderators"))
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert is_in(client)
        left = Session.objects.get(session_key=key_of(client)).expire_date - timezone.now()
    assert left <= timedelta(minutes=30)


def test_s5_the_cookie_goes_with_the_browser_or_with_the_session_not_later(ana):
    client = Client()
    sign_in(client)
    is_in(client)
    age = client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]
    assert age == "" or int(age) <= settings.MEMBER_IDLE_SECONDS


# --- Passwords ----------------------------------------------------------------------------------


def test_s3_s5_a_new_password_keeps_this_session_under_a_new_id_and_ends_the_others(ana):
    client, other = Client(), Client()
    for one in (client, other):
        sign_in(one)
        is_in(one)
    before = key_of(client)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (is_in(client), is_in(other)) == (True, False)
    assert key_of(client) != before
    assert set(sessions.alive(UserSession.objects.values_list("session_key", flat=True))) == {key_of(client)}


def test_a_wrong_old_password_changes_nothing(ana):
    client = Client()
    sign_in(client)
    client.post(reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def reset_by_letter(member):
    """The browser in which the link of the letter was followed and a new password written."""
    EmailAddress.objects.get_or_create(user=member, email=member.email, primary=True, verified=True)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": member.email})
    link = re.search(r"http://testserver(/\S+/reset/key/\S+/)", Letter.objects.latest("pk").body).group(1)
    here = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(here, {"password1": NEW, "password2": NEW})
    member.refresh_from_db()
    assert member.check_password(NEW)
    return client


def test_a_reset_does_not_sign_in_by_itself(ana):
    assert not is_in(reset_by_letter(ana))


def test_s4_a_suspended_member_resets_the_password_into_no_session(ana):
    members.suspend(ana, until=timezone.now() + timedelta(days=1))
    client = reset_by_letter(ana)
    sign_in(client, NEW)
    assert not is_in(client)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sign_in(client, NEW)
        assert is_in(client)


# --- The list -----------------------------------------------------------------------------------


def test_the_list_marks_this_session_and_leaves_out_those_that_are_over(ana):
    client = Client()
    sign_in(client)
    gone = session_of(ana)
    Session.objects.filter(session_key=gone).delete()
    listed = client.get(reverse("usersessions_list")).context["sessions"]
    assert [one["is_here"] for one in listed] == [True]


def test_one_session_is_ended_from_the_list(ana):
    client, other = Client(), Client()
    for one in (client, other):
        sign_in(one)
        is_in(one)
    row = UserSession.objects.get(session_key=key_of(other))
    client.post(reverse("usersessions_list"), {"session": str(row.pk)})
    assert (is_in(client), is_in(other)) == (True, False)


@pytest.mark.parametrize("asked", ["", "abc", "-1", "٣", "9" * 30])
def test_nonsense_in_the_list_ends_nothing(ana, asked):
    client = Client()
    sign_in(client)
    assert client.post(reverse("usersessions_list"), {"session": asked}).status_code == 302
    assert is_in(client)


def test_no_address_and_no_long_browser_name_is_kept_anywhere(ana):
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
    client = Client(REMOTE_ADDR="203.0.113.7", headers={"User-Agent": agent})
    EmailAddress.objects.create(user=ana, email=ana.email, primary=True, verified=True)
    sign_in(client)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    kept = f"{list(UserSession.objects.values())} {list(Letter.objects.values())}" + "".join(
        str(row.get_decoded()) for row in Session.objects.all()
    )
    assert Letter.objects.exists()
    assert "203.0.113" not in kept
    assert "AppleWebKit" not in kept
    assert "Chrome on Windows" in kept
