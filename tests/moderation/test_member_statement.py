"""The member's side of a decision: read why, ask for another look, also while the account is closed (M2, M3, S4)."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from time import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat.models import Message, Room
from chat.services import changes, news
from community.models import Letter, Member, Notice
from community.services import members, resting, sessions
from moderation.models import Appeal
from moderation.services import appeals, decisions, flags, queue, reports
from tests.factories import PASSWORD, join, make_member, make_room, post, session_of, talk
from tests.moderation.test_decisions import case, choice, decided, later
from tests.system.access_table import KEY, MEMBER, OPEN, URLS
from tests.system.test_access_table import ask

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def team():
    return make_member("Amara", roles=("moderators",)), make_member("Theo", roles=("moderators", "leads"))


@pytest.fixture
def ana():
    """Ana wrote a line in Evenings, which ben saw."""
    one, ben, room = make_member("ana", email="ana@example.org"), make_member("ben"), make_room("evenings")
    join(one, room)
    join(ben, room)
    post(one, room, "a line of mine")
    return one


@pytest.fixture
def at_ana(client, ana):
    client.force_login(ana)
    return client


def suspended(team, **more):
    """The decision that closed ana's account, by two."""
    flag = case(team[0])
    proposal = decisions.propose(team[0], flag.token, choice("suspend", **more), version=flag.version)
    return decisions.confirm(team[1], proposal.token)


def page(client, made=None, **how):
    address = reverse("moderation:decision", args=[made.token]) if made else reverse("moderation:decisions")
    return client.get(address, **how)


def sign_in(client, name="ana"):
    return client.post(reverse("account_login"), {"login": name, "password": PASSWORD})


def words(answer):
    return unescape(answer.content.decode())


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["support", "hide", "restore", "veil", "edit-request", "silence", "restrict", "remove"]
)
def test_m3_each_statement_says_what_why_how_long_by_whom_and_how_to_answer(at_ana, team, kind):
    made = decided(team[0], kind)
    said = words(page(at_ana, made))
    assert "<bdi>Amara</bdi>" in said
    assert "A person read it and decided." in said
    if made.reason:
        assert str(made.get_reason_display()) in said
        assert "The rule" in said
    if made.words:
        assert made.words in said
    if made.until:
        assert "until" in said
    assert ("Ask for another look" in said) == (kind not in ("support", "restore"))


def test_m3_every_reason_names_its_rule_and_the_rule_stands_on_the_page_of_guidelines(client):
    guidelines = words(client.get(reverse("guidelines")))
    for reason, rule in appeals.RULES.items():
        assert str(rule) in guidelines or reason == "worry"


def test_the_message_it_is_about_is_named_by_its_place_and_can_be_read_again(at_ana, team):
    said = words(page(at_ana, decided(team[0], "hide")))
    assert "took down your message of" in said
    assert "<bdi>Evenings</bdi>" in said
    assert "a line of mine" in said
    assert "You're welcome here." in said


def in_room(client, at="/rooms/evenings/"):
    return words(client.get(at)).split("<template")[0]


PLACES = ("/rooms/evenings/", "/rooms/evenings/m/1/", "/rooms/evenings/m/1/beside/")


def test_in_place_of_ones_own_message_stands_why_and_others_see_a_line(at_ana, team):
    made = decided(team[0], "hide")
    for at in PLACES:
        said = in_room(at_ana, at)
        assert "took down your message of" in said
        assert "It was unkind to someone." in said
        assert "a line of mine" in said
        assert f"/you/decisions/{made.token}/#another-look" in said
    ben = Client()
    ben.force_login(Member.objects.get(name="ben"))
    for at in PLACES[:2]:
        said = in_room(ben, at)
        assert "A moderator took this message down." in said
        assert "taken" not in said.replace("A moderator took", "")
        assert "a line of mine" not in said
        assert made.token not in said
    assert ben.get(PLACES[2]).status_code == 404


def test_its_author_alone_is_given_a_frame_that_says_it_was_theirs(at_ana, ana, team):
    room = Room.objects.get()
    decided(team[0], "hide")
    room.refresh_from_db()
    (change,) = news.since(room.pk, 1, 0).changed
    own, others = (json.loads(change[1].for_reader(pk, frozenset())) for pk in (ana.pk, 0))
    assert (own.pop("aside"), own) == ("taken-down", others)
    assert others.keys() == {"seq", "revision", "at", "id", "state"}
    (entry,) = at_ana.get("/rooms/evenings/messages/").json()["messages"]
    assert (entry["state"], entry["aside"], "body" in entry) == ("hidden", "taken-down", False)


def test_asked_for_another_look_the_panel_says_so_and_then_how_it_ended(at_ana, ana, team):
    made = decided(team[0], "hide")
    appeals.ask_again(ana, made.token, "It was a song.")
    assert "You asked for another look. A second moderator will read it, not <bdi>Amara</bdi>." in in_room(at_ana)
    flag = queue.take_next(team[1])
    appeals.answer(team[1], flag.token, take_back=False, words="It stays down.", version=flag.version)
    said = in_room(at_ana)
    assert "We've had another look and left it. Here is why:" in said
    assert "It stays down." in said
    assert "#another-look" not in said


@pytest.mark.parametrize("then", ["back", "shown", "without"])
def test_no_panel_stands_where_nothing_is_down_or_nobody_said_why(at_ana, ana, team, then):
    if then == "without":
        changes.keep(Message.objects.get(), changes.hide, by=team[0])
    else:
        decided(team[0], "hide")
    if then == "back":
        changes.do(changes.Act(ana.pk, session_of(ana), "evenings", 1, changes.withdraw))
    if then == "shown":
        flags.raise_about(Message.objects.get(), flags.Cause(2, "unkind"))
        decided(team[0], "restore")
    said = in_room(at_ana)
    assert "took down your message" not in said
    assert ("A moderator took this message down." in said) == (then == "without")


def test_many_panels_on_a_page_ask_the_database_no_more_often_than_one(at_ana, ana, team):
    room, asked = Room.objects.get(), []
    decided(team[0], "hide")
    for _ in range(2):
        with CaptureQueriesContext(connection) as found:
            in_room(at_ana)
        asked.append(len(found))
        for number in range(3):
            post(ana, room, f"another line {number}")
            message = Message.objects.latest("seq")
            flag = queue.take(team[0], flags.raise_about(message, flags.Cause(2, "unkind")).token)
            decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    assert asked[1] <= asked[0] + 1, "the words of those who asked"


def test_a_message_that_was_taken_back_is_not_shown_again(at_ana, ana, team):
    made = decided(team[0], "hide")
    changes.do(changes.Act(ana.pk, session_of(ana), "evenings", 1, changes.withdraw))
    assert "a line of mine" not in words(page(at_ana, made))


def test_a_statement_about_words_of_a_conversation_opens_them_for_their_author(client, team):
    cleo, dan = make_member("cleo"), make_member("dan")
    room = talk(cleo, dan)
    post(cleo, room, "sealed words")
    message = Message.objects.get(room=room, author=cleo, seq=2)
    reports.report(message, by=dan, door="not-okay", reason="unkind")
    flag = queue.take_next(team[0])
    made = decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    client.force_login(cleo)
    said = words(page(client, made))
    assert "sealed words" in said
    assert "dan" not in said


def test_m2_no_page_of_the_reported_one_names_or_counts_who_reported(at_ana, ana, team):
    ben = make_member("benedikta")
    join(ben, ana.memberships.get().room)
    reports.report(Message.objects.select_related("room").get(), by=ben, door="not-okay", reason="unkind", note="Ugh")
    made = decided(team[0], "hide")
    for answer in (page(at_ana), page(at_ana, made)):
        assert "benedikta" not in words(answer)
        assert "Ugh" not in words(answer)
        assert "report" not in words(answer).casefold()


def test_members_never_read_the_word_flag(at_ana, team):
    made = decided(team[0], "hide")
    for answer in (page(at_ana), page(at_ana, made)):
        assert "flag" not in words(answer).partition("<main")[2].casefold()


def test_all_statements_are_listed_in_few_queries(at_ana, team, django_assert_max_num_queries):
    for _ in range(6):
        decided(team[0], "veil")
    page(at_ana)  # the session's first page is noted
    with django_assert_max_num_queries(12):
        assert words(page(at_ana)).count("Read why</a>") == 6


def test_nothing_decided_reads_so(at_ana):
    assert "Nothing has been decided" in words(page(at_ana))


def test_a4_somebody_elses_statement_is_not_here(client, ana, team):
    made = decided(team[0], "hide")
    client.force_login(make_member("cleo"))
    absent = client.get(reverse("moderation:decision", args=["no-such-token"]))
    forbidden = page(client, made)
    assert (forbidden.status_code, absent.status_code) == (404, 404)
    assert client.post(reverse("moderation:decision", args=[made.token])).status_code == 404
    assert not Appeal.objects.exists()


def test_a_moderator_without_an_account_is_a_moderator(at_ana, team):
    made = decided(team[0], "hide")
    team[0].delete()
    assert "A moderator took down your message" in words(page(at_ana, made))


# --- another look -------------------------------------------------------------------------------


def test_m3_another_look_is_asked_for_once_and_the_page_says_who_gives_it(at_ana, team):
    made = decided(team[0], "hide")
    address = reverse("moderation:decision", args=[made.token])
    assert at_ana.post(address, {"words": "It was a song"}).url == address
    said = words(page(at_ana, made))
    assert "A second moderator will read it, not <bdi>Amara</bdi>" in said
    assert "It was a song" in said
    again = at_ana.post(address, {"words": "Please"})
    assert again.status_code == 403
    assert Appeal.objects.count() == 1


def test_m3_without_a_word_is_a_full_appeal_and_too_many_words_are_kept(at_ana, team):
    made = decided(team[0], "hide")
    address = reverse("moderation:decision", args=[made.token])
    long = at_ana.post(address, {"words": "é" * 2001})
    assert long.status_code == 400
    assert "é" * 2001 in words(long)
    assert at_ana.post(address).status_code == 302
    assert Appeal.objects.count() == 1


@pytest.mark.parametrize("said", ["\u200b\u200b", "line\x00", "\x07"])
def test_words_that_cannot_be_kept_are_answered_at_their_form(at_ana, team, said):
    made = decided(team[0], "hide")
    answer = at_ana.post(reverse("moderation:decision", args=[made.token]), {"words": said})
    assert answer.status_code == 400
    assert "Ask for another look" in words(answer)
    assert not Appeal.objects.exists()


def test_m3_after_six_months_there_is_one_clear_answer(at_ana, ana, team):
    made = decided(team[0], "hide")
    with later(days=184):
        at_ana.force_login(ana)
        assert "That time is over." in words(page(at_ana, made))
        late = at_ana.post(reverse("moderation:decision", args=[made.token]), {"words": "Please"})
        assert late.status_code == 403
        assert "That time is over." in words(late)
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(
    ("take_back", "sentence"), [(True, "It is taken back"), (False, "We've had another look and left it.")]
)
def test_m3_the_answer_stands_with_the_decision_and_its_notice_leads_there(at_ana, ana, team, take_back, sentence):
    made = decided(team[0], "hide")
    appeals.ask_again(ana, made.token, "It was a song")
    flag = queue.take_next(team[1])
    answer = appeals.answer(team[1], flag.token, take_back=take_back, words="A person's why", version=flag.version)
    notice = Notice.objects.get(key=f"decision:{answer.token}")
    arrived = at_ana.get(notice.path, follow=True)
    assert arrived.redirect_chain[-1][0] == reverse("moderation:decision", args=[made.token])
    assert sentence in words(arrived)
    assert "A person's why" in words(arrived)
    assert words(page(at_ana)).count("Read why</a>") == 1


# --- a closed account ---------------------------------------------------------------------------


def test_m3_a_closed_account_reads_its_statement_and_appeals_after_signing_in(client, ana, team):
    made = suspended(team)
    assert sign_in(client).url == reverse("moderation:decisions")
    said = words(page(client, made))
    assert "closed this account for a time" in said
    assert "<bdi>Amara</bdi> and <bdi>Theo</bdi>" in said
    assert "Need help now" in said
    address = reverse("moderation:decision", args=[made.token])
    assert client.post(address, {"words": "I was not well"}).url == address
    assert appeals.words_of(Appeal.objects.get()) == "I was not well"


OTHERS = [
    name
    for name, kind in URLS.items()
    if kind not in (OPEN, KEY, MEMBER) or (kind == MEMBER and "decision" not in name)
]


@pytest.mark.parametrize(
    "name", [name for name in OTHERS if not name.startswith(("mfa_authenticate", "account_confirm"))]
)
def test_s4_the_narrow_door_opens_no_other_page(client, ana, team, name):
    suspended(team)
    sign_in(client)
    answer = ask(client, name)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_s4_the_narrow_door_is_no_session_of_a_member_anywhere(client, ana, team):
    suspended(team)
    sign_in(client)
    assert sessions.alive([client.session.session_key]) == {}
    for name in ("landing", "rooms", "resources", "guidelines"):
        assert client.get(reverse(name)).context["me"] is None


def test_s4_a_wrong_password_opens_nothing(client, ana, team):
    made = suspended(team)
    client.post(reverse("account_login"), {"login": "ana", "password": "wrong wrong wrong"})
    assert page(client).status_code == 302
    assert page(client, made).status_code == 302


def test_s4_the_narrow_door_wants_the_second_factor_of_who_has_one(client, ana, team):
    made = suspended(team)
    sealed = get_adapter().encrypt(SECRET)
    Authenticator.objects.create(user=ana, type=Authenticator.Type.TOTP, data={"secret": sealed})
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert page(client, made).status_code == 302
    for _ in range(2):  # a code may run out on its way
        code = format_hotp_value(hotp_value(SECRET, int(time()) // 30))
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        if answer.status_code == 302:
            break
    assert answer.url == reverse("moderation:decisions")
    assert page(client, made).status_code == 200


def test_s5_the_narrow_door_closes_after_half_an_hour_and_when_it_is_asked_to(client, ana, team):
    suspended(team, until=timezone.now() + timedelta(days=30))
    sign_in(client)
    with time_machine.travel(timezone.now() + timedelta(seconds=resting.LASTS_SECONDS + 1), tick=False):
        assert page(client).status_code == 302
    sign_in(client)
    assert page(client).status_code == 200
    assert client.post(reverse("moderation:decisions")).url == reverse("landing")
    assert page(client).status_code == 302


def test_a_signed_in_member_is_not_signed_out_by_the_narrow_doors_button(at_ana):
    at_ana.post(reverse("moderation:decisions"))
    assert at_ana.get(reverse("today")).status_code == 200


def test_s3_ending_all_sessions_closes_the_narrow_door(client, ana, team):
    suspended(team)
    sign_in(client)
    sessions.end_all(ana)
    assert page(client).status_code == 302


def test_the_narrow_door_leads_nowhere_once_the_account_is_open_or_gone(client, ana, team):
    suspended(team)
    sign_in(client)
    members.suspend(ana, until=timezone.now() - timedelta(seconds=1))
    assert page(client).status_code == 302
    assert sign_in(client).url == reverse("today")
    other = Client()
    members.suspend(ana, until=timezone.now() + timedelta(days=1))
    sign_in(other)
    members.close_account(ana)
    assert page(other).status_code == 302
    assert sign_in(Client()).url == reverse("account_inactive")


def test_a4_the_narrow_door_shows_nobody_elses_statement(client, ana, team):
    cleo = make_member("cleo")
    join(cleo, ana.memberships.get().room)
    post(cleo, ana.memberships.get().room, "hers")
    flag = case(team[0], seq=2)
    hers = decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    suspended(team)
    sign_in(client)
    assert page(client, hers).status_code == 404


def test_a_paused_member_reads_why_and_appeals(at_ana, team):
    made = decided(team[0], "silence")
    assert "You can't post until" in words(page(at_ana, made))
    assert at_ana.post(reverse("moderation:decision", args=[made.token])).status_code == 302


def test_a_paused_member_finds_the_way_to_the_reasons_where_they_would_write(at_ana, ana, team):
    decided(team[0], "silence")
    room = words(at_ana.get(reverse("room", args=["evenings"])))
    assert f'<a href="{reverse("moderation:decisions")}">Why, and how to answer</a>' in room
    ana.refresh_from_db()
    members.silence(ana, until=timezone.now())
    assert "Why, and how to answer" not in words(at_ana.get(reverse("room", args=["evenings"])))


def test_a_closed_account_without_a_decision_of_its_own_reads_that_there_is_none(client):
    make_member("dana", suspended_until=timezone.now() + timedelta(days=1))
    assert sign_in(client, "dana").url == reverse("moderation:decisions")
    assert "There is no decision to read with this account." in words(page(client))


# --- hearing of it ------------------------------------------------------------------------------


def test_d4_a_letter_says_that_something_is_new_and_nothing_of_it(ana, team):
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    made = suspended(team)
    letter = Letter.objects.get(to="ana@example.org")
    assert letter.subject == "Something new for you"
    for said in (made.words, "Amara", "closed", "decision", "ana", made.token):
        assert said not in letter.body.replace("ana@", "")


def test_no_letter_goes_to_an_address_that_nobody_confirmed(ana, team):
    suspended(team)
    assert not Letter.objects.filter(to="ana@example.org").exists()
