"""The host's page: every control once, twice, too late, by others; what its lists show; nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat import host_side
from chat.host_side import Hard
from chat.models import Leaving, LiveChat, LiveNote, Message, Prompt, Question, Room
from chat.services import hosting, kind_notes, live_clock, live_gate, live_places, live_state, prompting, summing_up
from chat.services.leading import Changed, Finished, NotAChoice, NotYet, mark
from chat.services.live_clock import State
from chat.services.messages import SlowMode
from community import text
from community.models import AuditEntry, Member, Notice
from community.refusals import NotYours, Refusal
from community.services import apart
from tests import factories
from tests.chat.conftest import in_db
from tests.moderation.console import at_console

pytestmark = pytest.mark.django_db


def at(chat: LiveChat, minutes: float) -> time_machine.travel:
    """So many minutes after the start."""
    return time_machine.travel(chat.starts_at + timedelta(minutes=minutes), tick=False)


def fresh(chat: LiveChat) -> LiveChat:
    return LiveChat.objects.select_related("room", "host", "cover", "moderator", "led_by").get(pk=chat.pk)


def state(chat: LiveChat) -> State:
    return live_clock.state_of(fresh(chat), timezone.now())


def pinned(chat: LiveChat) -> str:
    found = live_state.pinned_in([chat]).get(chat.pk)
    return found.text if found else ""


@pytest.fixture
def cover() -> Member:
    return factories.make_member("Theo", roles=("hosts",))


@pytest.fixture
def chat(cover: Member) -> LiveChat:
    """A chat that began ten minutes ago, led by its host, with a cover and a moderator."""
    host = factories.make_member("Marisol", roles=("hosts",))
    moderator = factories.make_member("Amara", roles=("moderators",))
    return factories.make_live_chat(host=host, cover=cover, moderator=moderator, opening="Hello, all of you.")


@pytest.fixture
def before(cover: Member) -> LiveChat:
    """A chat that begins in an hour; nobody said yet that they lead it."""
    return factories.make_live_chat(3600, is_led=False, host=factories.make_member("Marisol"), cover=cover)


def do(client: Client, chat: LiveChat, act: str, **body: Any) -> Any:
    query = "?piece" if body.pop("piece", False) else ""
    return client.post(reverse("live-host-act", args=[chat.token, act]) + query, body)


def page(client: Client, chat: LiveChat, query: str = "") -> str:
    answer = client.get(reverse("live-host", args=[chat.token]) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- who may ----------------------------------------------------------------------------------------


def test_only_whoever_leads_it_finds_the_page_or_its_controls(chat: LiveChat):
    other = factories.make_live_chat(host=factories.make_member("Sol", roles=("hosts",)))
    elsewhere = ["no-such-token", chat.token]
    for person in (factories.make_member("ana"), other.host, factories.make_member(roles=("curators", "admins"))):
        client = at_console(person)
        answers = [client.get(reverse("live-host", args=[token])) for token in elsewhere]
        answers += [
            client.post(reverse("live-host-act", args=[token, "close"]), {"words": "No"}) for token in elsewhere
        ]
        assert {answer.status_code for answer in answers} == {404}
        with pytest.raises(NotYours):
            hosting.pause(person, chat)
    for person in (chat.host, chat.cover, chat.moderator, factories.make_member(roles=("leads",))):
        assert "Open until" in page(at_console(person), chat)
    assert fresh(chat).closed_at is None


def test_a_page_that_staff_lead_from_wants_a_token_and_a_known_control(chat: LiveChat):
    client = Client(enforce_csrf_checks=True)
    client.cookies = at_console(chat.host).cookies
    assert do(client, chat, "close", words="No").status_code == 403
    assert client.get(reverse("live-host-act", args=[chat.token, "close"])).status_code == 405
    assert fresh(chat).closed_at is None
    for act in ("destroy", "ACTS", "__init__"):
        assert do(at_console(chat.host), chat, act).status_code == 404


def test_whoever_lost_the_chat_meanwhile_does_nothing_any_more(chat: LiveChat):
    LiveChat.objects.filter(pk=chat.pk).update(host=None)
    with pytest.raises(NotYours):
        hosting.set_slow(chat.host, chat, 30)  # with the row as it was read before
    assert Room.objects.get(pk=chat.room_id).slow_seconds == 0


# --- before it opens --------------------------------------------------------------------------------


def test_the_host_says_that_they_are_here_from_half_an_hour_before(before: LiveChat):
    with at(before, -31), pytest.raises(NotYet):
        hosting.check_in(before.host, before)
    with at(before, -29):
        hosting.check_in(before.host, before)
        hosting.check_in(before.host, before)
    assert (fresh(before).checked_in_by, fresh(before).revision) == (before.host, 1)
    with at(before, 1):
        assert state(before) == State.OPEN


def test_whoever_needs_cover_says_no_more_and_the_cover_takes_over(before: LiveChat):
    with at(before, -20):
        hosting.check_in(before.host, before)
        hosting.need_cover(before.host, before)
        hosting.need_cover(before.host, before)
        assert fresh(before).checked_in_at is None
        assert Notice.objects.get(member=before.cover, kind="live-cover").count == 1
        hosting.check_in(before.cover, before)
    row = fresh(before)
    assert (row.leader, row.checked_in_by, row.cover_asked_at) == (before.cover, before.cover, None)
    with at(before, -5):
        hosting.check_in(before.host, before)  # they made it after all
    assert fresh(before).leader == before.host


def test_where_nobody_covers_the_leads_are_told(before: LiveChat):
    LiveChat.objects.update(cover=None)
    lead = factories.make_member(roles=("leads",))
    hosting.need_cover(before.host, before)
    assert [one.member for one in Notice.objects.filter(kind="live-cover")] == [lead]


def test_a_cover_who_is_early_does_not_take_the_chat_from_a_host_who_is_here(before: LiveChat):
    with at(before, -20):
        hosting.check_in(before.host, before)
        assert "/check-in/" not in page(at_console(before.cover), before)
        hosting.check_in(before.cover, before)
    assert fresh(before).leader == before.host


def test_a_host_who_comes_late_opens_it_all_the_same(before: LiveChat):
    with at(before, 12):
        assert state(before) == State.NOT_TAKING_PLACE
        hosting.check_in(before.host, before)
        assert state(before) == State.OPEN


def test_the_opening_is_one_message_whoever_presses(chat: LiveChat):
    for member in (chat.host, chat.host, chat.cover):
        hosting.open_with(member, chat, factories.session_of(member))
    said = Message.objects.get(room=chat.room)
    assert (said.body, said.author) == ("Hello, all of you.", chat.host)
    with pytest.raises(NotAChoice):
        prompting.set_opening(chat.host, chat, "Something else", mark(chat.opening))


def test_an_opening_needs_a_session_and_words(chat: LiveChat):
    with pytest.raises(Refusal, match="session-over"):
        hosting.open_with(chat.host, chat, "no-such-session")
    LiveChat.objects.update(opening="")
    with pytest.raises(text.Empty):
        hosting.open_with(chat.host, chat, factories.session_of(chat.host))
    assert not Message.objects.exists()


# --- questions --------------------------------------------------------------------------------------


def test_one_question_at_a_time_is_pinned_and_can_be_taken_down(chat: LiveChat):
    one, two = (prompting.add(chat.host, chat, words) for words in ("What helps at four?", "Who else is awake?"))
    assert pinned(chat) == ""
    prompting.release(chat.host, chat, one.pk)
    revision = fresh(chat).revision
    prompting.release(chat.cover, chat, one.pk)
    assert (pinned(chat), fresh(chat).revision) == (one.text, revision)
    with at(chat, 11):
        prompting.release(chat.host, chat, two.pk)
        with pytest.raises(Changed) as told:
            prompting.unpin(chat.host, chat, one.pk)
        assert (told.value.status, two.text in str(told.value.detail)) == (409, True)
        prompting.unpin(chat.host, chat, two.pk)
        prompting.unpin(chat.host, chat, two.pk)
    assert pinned(chat) == ""
    with at(chat, 12):
        prompting.release(chat.host, chat, one.pk)
    assert pinned(chat) == one.text


def test_a_free_question_is_pinned_at_once_and_a_double_click_is_one(chat: LiveChat):
    for _ in range(2):
        prompting.ask_now(chat.host, chat, "  And   now? ")
    assert (pinned(chat), Prompt.objects.count()) == ("And now?", 1)


def test_questions_are_ordered_by_place_so_that_a_second_press_moves_nothing(chat: LiveChat):
    rows = [prompting.add(chat.host, chat, words) for words in "abc"]
    for _ in range(2):
        prompting.move(chat.host, chat, rows[2].pk, 0)
    assert [one.text for one in prompting.listed(chat)] == ["c", "a", "b"]
    prompting.move(chat.host, chat, rows[2].pk, 99)
    assert [one.text for one in prompting.listed(chat)] == ["a", "b", "c"]


def test_a_question_that_is_put_away_is_down_and_comes_back(chat: LiveChat):
    one = prompting.ask_now(chat.host, chat, "What helps?")
    prompting.set_aside(chat.host, chat, one.pk, aside=True)
    assert (pinned(chat), prompting.listed(chat), prompting.put_away(chat)) == ("", [], [one])
    with pytest.raises(NotYours):
        prompting.release(chat.host, chat, one.pk)
    prompting.set_aside(chat.host, chat, one.pk, aside=False)
    assert prompting.listed(chat) == [one]


def test_a_question_of_another_chat_is_not_there(chat: LiveChat):
    other = factories.make_live_chat()
    theirs = prompting.add(other.host, other, "Theirs")
    for act in (prompting.release, prompting.unpin):
        with pytest.raises(NotYours):
            act(chat.host, chat, theirs.pk)
    answer = do(at_console(chat.host), chat, "prompt-change", id=theirs.pk, words="Mine", seen=mark("Theirs"))
    assert answer.status_code == 404
    assert Prompt.objects.get().text == "Theirs"


def test_no_more_questions_than_anybody_could_ask(chat: LiveChat):
    for number in range(prompting.MOST):
        prompting.add(chat.host, chat, f"{number}?")
    with pytest.raises(NotAChoice):
        prompting.add(chat.host, chat, "One more?")


# --- pace -------------------------------------------------------------------------------------------


def test_a_pause_rests_everyone_but_who_leads_is_audited_and_can_end_early(chat: LiveChat):
    ana = factories.make_member("ana")
    for member in (ana, chat.host):
        live_places.enter(member, chat)
    hosting.pause(chat.host, chat)
    until = fresh(chat).paused_until
    hosting.pause(chat.cover, chat)
    assert fresh(chat).paused_until == until
    with pytest.raises(live_gate.Resting):
        factories.post(ana, chat.room)
    factories.post(chat.host, chat.room)
    hosting.resume(chat.host, chat)
    hosting.resume(chat.host, chat)
    factories.post(ana, chat.room)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["live.paused"]


def test_slow_mode_is_one_of_four(chat: LiveChat):
    for _ in range(2):
        hosting.set_slow(chat.host, chat, 30)
    assert (Room.objects.get(pk=chat.room_id).slow_seconds, fresh(chat).revision) == (30, 1)
    ana = factories.make_member("ana")
    for member in (ana, chat.host):
        live_places.enter(member, chat)
        factories.post(member, chat.room)
    factories.post(chat.host, chat.room)
    with pytest.raises(SlowMode):
        factories.post(ana, chat.room)
    with pytest.raises(NotAChoice):
        hosting.set_slow(chat.host, chat, 7)


def test_slow_mode_suggests_itself_when_it_gets_fast(chat: LiveChat):
    client = at_console(chat.host)
    assert "Slow it to 30 s" not in page(client, chat)
    people = [factories.make_member() for _ in range(4)]
    for member in people:
        live_places.enter(member, chat)
    for number in range(20):
        factories.post(people[number % 4], chat.room, f"line {number}")
    assert "Slow it to 30 s" in page(client, chat)
    do(client, chat, "slow", seconds="30")
    assert "Slow it to 30 s" not in page(client, chat)


def test_two_who_write_so_far_at_once_lose_nothing(chat: LiveChat):
    client = at_console(chat.host)
    hosting.say_so_far(chat.cover, chat, "We spoke of clocks.", mark(""))
    answer = do(client, chat, "so-far", words="We spoke of rain.", seen=mark(""))
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "We spoke of clocks." in said
    assert "We spoke of rain." in said
    seen = re.search(r'action="[^"]*/so-far/".*?name="seen" value="(\w+)"', said, re.DOTALL)
    assert do(client, chat, "so-far", words="We spoke of rain.", seen=seen[1]).status_code == 302
    assert fresh(chat).so_far == "We spoke of rain."


# --- its end ----------------------------------------------------------------------------------------


def test_the_last_word_begins_five_minutes_that_can_be_taken_back(chat: LiveChat):
    hosting.wind_down(chat.host, chat)
    hosting.wind_down(chat.cover, chat)
    assert state(chat) == State.WINDING_DOWN
    with at(chat, 12):
        hosting.go_on(chat.host, chat)
        hosting.go_on(chat.host, chat)
        assert state(chat) == State.OPEN
        hosting.wind_down(chat.host, chat)
    with at(chat, 17.5):
        assert state(chat) == State.ENDED
        with pytest.raises(Finished):
            hosting.go_on(chat.host, chat)


def test_closed_at_once_means_that_nobody_writes_and_everyone_reads_why(chat: LiveChat):
    ana, client = factories.make_member("ana"), at_console(chat.host)
    live_places.enter(ana, chat)
    assert do(client, chat, "close", because="host").status_code == 302
    hosting.close(chat.cover, chat, "Another reason")
    assert (state(chat), fresh(chat).closed_because) == (
        State.ENDED,
        "The host has to go. Nothing you said is the reason.",
    )
    with pytest.raises(live_gate.Over):
        factories.post(ana, chat.room)
    assert "Open it again" in page(client, chat)
    do(client, chat, "reopen")
    factories.post(ana, chat.room)
    hosting.close(chat.host, chat, "For good")
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False), pytest.raises(Finished):
        hosting.reopen(chat.host, chat)
    assert list(AuditEntry.objects.order_by("number").values_list("action", flat=True)) == ["live.closed", "live.reopened", "live.closed"]  # fmt: skip


def test_closing_wants_a_reason(chat: LiveChat):
    assert do(at_console(chat.host), chat, "close", because="no-such", words=" ").status_code == 400
    assert fresh(chat).closed_at is None


LATE = ("check-in", "need-cover", "take-over", "opening", "open", "prompt-add", "ask-now", "slow", "pause", "so-far",
        "wind-down", "go-on", "close")  # fmt: skip


def test_after_the_end_controls_are_refused_kindly_and_change_nothing(chat: LiveChat):
    client = at_console(chat.host)
    before = LiveChat.objects.filter(pk=chat.pk).values().get()
    with at(chat, 61):
        for act in LATE:
            body = {"words": "x", "seconds": "30", "because": "rest", "seen": mark("")}
            answer = do(client, chat, act, **body)
            assert (answer.status_code, "This chat is over" in answer.content.decode()) == (403, True), act
    assert LiveChat.objects.filter(pk=chat.pk).values().get() == before
    assert not Prompt.objects.exists()


# --- not alone --------------------------------------------------------------------------------------


def test_a_hand_over_can_be_taken_back_and_stands_in_the_trail(chat: LiveChat):
    client = at_console(chat.host)
    do(client, chat, "hand-over", to="cover")
    do(client, chat, "hand-over", to="cover")
    assert fresh(chat).leader == chat.cover
    assert Notice.objects.get(member=chat.cover, kind="live-cover").count == 1
    assert "Theo leads this chat." in page(client, chat)
    do(client, chat, "take-over")
    assert fresh(chat).leader == chat.host
    do(client, chat, "hand-over", to="moderator")
    assert fresh(chat).leader == chat.moderator
    assert do(client, chat, "hand-over", to="checked_in_by").status_code == 400
    assert AuditEntry.objects.filter(action="live.handed-over").count() == 3


def test_a_moderator_who_leads_none_of_it_may_take_over_and_then_leads_it(chat: LiveChat):
    passing = factories.make_member(roles=("moderators",))
    hosting.take_over(passing, chat)
    live_places.enter(passing, chat)
    with at(chat, 30):
        prompting.ask_now(passing, fresh(chat), "Are you all right?")
    assert fresh(chat).leader == passing


def test_calling_a_moderator_twice_says_that_somebody_is_on_the_way(chat: LiveChat):
    client = at_console(chat.host)
    for _ in range(2):
        answer = do(client, chat, "call", piece=True)
    assert "on the way" in answer.content.decode()
    assert Notice.objects.get(kind="live-call").count == 1
    do(client, chat, "call-off")
    assert Notice.objects.get(kind="live-call").seen_at
    hosting.call_moderator(chat.host, chat)
    assert not Notice.objects.get(kind="live-call").seen_at


# --- lists ------------------------------------------------------------------------------------------


def test_first_time_here_names_those_who_wrote_and_counts_the_others(chat: LiveChat):
    client, earlier = at_console(chat.host), factories.make_live_chat()
    ana, ben, cleo = (factories.make_member(name) for name in ("ana", "ben", "cleo"))
    live_places.enter(ben, earlier)
    for member in (ana, ben, cleo, chat.host):
        live_places.enter(member, chat)
    for member in (ana, ben, chat.host):
        factories.post(member, chat.room)
    said = page(client, chat).split("First time here")[1].split("</section>")[0]
    assert "<bdi>ana</bdi>" in said
    assert not re.search("ben|cleo|Marisol", said)
    assert "1 more reads along" in said


def test_questions_asked_beforehand_come_without_names_and_not_from_whom_one_blocked(chat: LiveChat):
    ana, ben = factories.make_member("ana"), factories.make_member("ben")
    Question.objects.create(chat=chat, member=ana, text="Is <b>four</b> normal?")
    Question.objects.create(chat=chat, member=ben, text="Something else")
    apart.block(chat.host, ben)
    said = page(at_console(chat.host), chat)
    assert "Is &lt;b&gt;four&lt;/b&gt; normal?" in said
    assert "Something else" not in said
    assert "ana" not in said.split("Asked beforehand")[1]


class Someone:
    """A side that knows of hard messages, as moderation would."""

    def __init__(self, *hard: Hard) -> None:
        self.found = list(hard)

    def looking(self, room_id: int) -> str:
        return "looking"

    def waiting(self, room_id: int, reader: Any) -> list[tuple[int, int]]:
        return [(1, 4)]

    def answered(self, room_id: int, seq: int, by: Any) -> None:
        self.answer = (room_id, seq, by)

    def hard(self, room_id: int) -> list[Hard]:
        return self.found


@pytest.fixture
def side(monkeypatch: pytest.MonkeyPatch) -> Someone:
    one = Someone()
    monkeypatch.setattr(host_side, "_sides", [one])
    return one


def gone(chat: LiveChat, name: str, side: Someone) -> Member:
    """A member who said something hard, and left."""
    member = factories.make_member(name)
    live_places.enter(member, chat)
    said = factories.post(member, chat.room, "I can't any more")
    live_places.leave(member, chat)
    side.found.append(Hard(member.pk, said.seq, Message.objects.get(room=chat.room, seq=said.seq).stored_at))
    return member


def test_who_left_after_a_hard_message_gets_one_kind_note_and_reads_it_once(chat: LiveChat, side: Someone):
    client, ana = at_console(chat.host), gone(chat, "ana", side)
    assert "Left after a hard moment" in page(client, chat)
    assert "I can" not in page(client, chat).split("Left after a hard moment")[1]
    for words in ("Be well.", "Again."):
        assert do(client, chat, "note", name="ana", start="welcome", words=words).status_code == 302
    note = LiveNote.objects.get()
    assert "Be well" not in note.sealed
    assert Notice.objects.get(member=ana).kind == "live-note"
    theirs = Client()
    theirs.force_login(ana)
    assert "You were welcome the whole time.\nBe well." in theirs.get(reverse("today")).content.decode()
    stranger = Client()
    stranger.force_login(factories.make_member("ben"))
    assert "Be well" not in stranger.get(reverse("today")).content.decode()
    assert stranger.post(reverse("live-note-seen", args=[note.token])).status_code == 404
    for _ in range(2):
        assert theirs.post(reverse("live-note-seen", args=[note.token])).status_code == 302
    assert "Be well" not in theirs.get(reverse("today")).content.decode()
    assert Notice.objects.get(member=ana).seen_at
    assert do(client, chat, "note-back", note=note.token).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert kind_notes.forget_old() == 1


def test_a_note_can_be_taken_back_until_it_was_read(chat: LiveChat, side: Someone):
    ana = gone(chat, "ana", side)
    kind_notes.send(chat.host, chat, "ana", "", "Be well.")
    token = LiveNote.objects.get().token
    with pytest.raises(NotYours):
        kind_notes.take_back(chat.cover, chat, token)
    for _ in range(2):
        kind_notes.take_back(chat.host, chat, token)
    assert kind_notes.newest_for(ana) is None
    assert Notice.objects.get(member=ana).seen_at


@pytest.mark.parametrize("put_apart", ["host blocks", "member blocks", "member mutes", "came back"])
def test_no_note_reaches_who_is_kept_apart_or_came_back(chat: LiveChat, side: Someone, put_apart: str):
    ana = gone(chat, "ana", side)
    {
        "host blocks": lambda: apart.block(chat.host, ana),
        "member blocks": lambda: apart.block(ana, chat.host),
        "member mutes": lambda: apart.mute(ana, chat.host),
        "came back": lambda: live_places.enter(ana, chat),
    }[put_apart]()
    assert "Left after a hard moment" not in page(at_console(chat.host), chat)
    with pytest.raises(NotAChoice):
        kind_notes.send(chat.host, chat, "ana", "welcome", "")
    assert not LiveNote.objects.exists()


def test_a_note_to_somebody_who_is_not_on_the_list_or_too_long_is_none(chat: LiveChat, side: Someone):
    gone(chat, "ana", side)
    factories.make_member("ben")
    for name, words in (("ben", "Hello"), ("no-such", "Hello"), ("ana", "x" * 10_000), ("ana", " ")):
        assert do(at_console(chat.host), chat, "note", name=name, start="", words=words).status_code == 400
    assert not LiveNote.objects.exists()


def test_who_reads_nothing_more_has_left_too(chat: LiveChat, side: Someone):
    ana, ben = factories.make_member("ana"), factories.make_member("ben")
    for member in (ana, ben):
        live_places.enter(member, chat)
    said = factories.post(ana, chat.room, "I can't any more")
    side.found.append(Hard(ana.pk, said.seq, timezone.now()))
    factories.post(ben, chat.room, "We're here")
    client = at_console(chat.host)
    assert "Left after" not in page(client, chat)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert "Left after" in page(at_console(chat.host), chat)


def test_what_waits_is_marked_as_answered_by_whoever_leads(chat: LiveChat, side: Someone):
    client = at_console(chat.host)
    said = page(client, chat)
    assert "A message has waited 4 minutes" in said
    assert "A moderator is looking" in said
    do(client, chat, "answered", seq="1")
    assert side.answer == (chat.room_id, 1, chat.host)
    for seq in ("", "-1", "x", "9" * 40):
        assert do(client, chat, "answered", seq=seq).status_code == 400


@pytest.mark.logs_errors("it fails on purpose")
def test_a_side_that_fails_costs_a_line_and_no_page(chat: LiveChat, side: Someone, caplog: pytest.LogCaptureFixture):
    side.looking = side.waiting = side.hard = lambda *_: 1 / 0  # type: ignore[assignment,method-assign]
    assert "Everyone has had an answer." in page(at_console(chat.host), chat)
    assert {record.message for record in caplog.records} == {"a list for a host could not be made: ZeroDivisionError"}


# --- afterwards -------------------------------------------------------------------------------------


def test_a_summary_names_nobody_who_was_there(chat: LiveChat):
    client = at_console(chat.host)
    for name in ("Fern", "Ana.b", "Мария"):
        live_places.enter(factories.make_member(name), chat)
    with at(chat, 61):
        for line in ("Fern's radio", "the f3rn way", "what ana.b said", "слова Марияй"):
            answer = do(client, chat, "summary", talked=f"- lying awake\n{line}", helped="", seen=mark("\n"))
            assert (answer.status_code, "without names" in answer.content.decode()) == (400, True), line
            assert line.replace("'", "&#x27;") in answer.content.decode()
        seen = mark(summing_up.as_text(fresh(chat)))
        body = {"talked": "· lying awake at four\n\n- the radio", "helped": "getting up for a bit", "seen": seen}
        assert do(client, chat, "summary", **body).status_code == 302
    row = fresh(chat)
    assert (row.talked_about, row.what_helped) == (["lying awake at four", "the radio"], ["getting up for a bit"])
    assert row.summed_up_at


def test_a_summary_waits_for_the_end_is_short_and_two_do_not_overwrite_each_other(chat: LiveChat):
    with pytest.raises(NotYet):
        summing_up.sum_up(chat.host, chat, "x", "", mark(""))
    with at(chat, 61):
        nothing = mark(summing_up.as_text(chat))
        for words in ("a\n" * 7, "x" * 10_000):
            with pytest.raises(summing_up.TooManyLines):
                summing_up.sum_up(chat.host, chat, words, "", nothing)
        summing_up.sum_up(chat.host, chat, "clocks", "", nothing)
        with pytest.raises(Changed):
            summing_up.sum_up(chat.cover, chat, "rain", "", nothing)
        summing_up.sum_up(chat.host, chat, "", "", mark(summing_up.as_text(fresh(chat))))
    assert fresh(chat).summed_up_at is None


def test_how_people_left_is_told_once_five_have_said_so(chat: LiveChat):
    for number, felt in enumerate(["better", "better", "same", "worse", "better"]):
        assert summing_up.felt_in_sum(chat) == {}, number
        Leaving.objects.create(chat=chat, member=factories.make_member(), felt=felt)
    assert summing_up.felt_in_sum(chat) == {"Better": 3, "About the same": 1, "Worse": 1}


def test_a_host_who_would_like_to_talk_is_heard_by_leads_only(chat: LiveChat):
    lead, client = factories.make_member("Ines", roles=("leads",)), at_console(chat.host)
    assert do(client, chat, "felt", how="talk").status_code == 403
    with at(chat, 61):
        client = at_console(chat.host)
        for how in ("shaken", "talk", "talk"):
            assert do(client, chat, "felt", how=how).status_code == 302
        assert do(client, chat, "felt", how="great").status_code == 400
        assert "Whoever led it said" in page(at_console(lead), chat)
        for other in (chat.cover, chat.moderator):
            assert "Whoever led it said" not in page(at_console(other), chat)
    assert [(one.member, one.count) for one in Notice.objects.filter(kind="live-talk")] == [(lead, 1)]
    assert fresh(chat).host_felt == "talk"


# --- what is typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["opening", "prompt-add", "ask-now", "so-far", "close"])
@pytest.mark.parametrize("words", ["x" * 10_000, "one\x00two"])
def test_too_much_or_no_text_is_refused_and_kept_in_its_box(chat: LiveChat, act: str, words: str):
    answer = do(at_console(chat.host), chat, act, words=words, seen=mark(chat.opening if act == "opening" else ""))
    assert answer.status_code == 400
    assert words[:3] in answer.content.decode()
    row = fresh(chat)
    assert (row.opening, row.so_far, row.closed_at, Prompt.objects.count()) == (chat.opening, "", None, 0)


def test_markup_in_what_a_host_writes_stays_text(chat: LiveChat):
    evil, client = "<img src=x onerror=alert(1)>", at_console(chat.host)
    live_places.enter(chat.host, chat)
    do(client, chat, "ask-now", words=evil)
    do(client, chat, "so-far", words=evil, seen=mark(""))
    said = page(client, chat)
    assert evil not in said
    assert said.count("&lt;img src=x") >= 3
    assert pinned(chat) == evil


def test_without_a_script_a_control_leads_back_to_where_it_was_pressed(chat: LiveChat):
    client = at_console(chat.host)
    live_places.enter(chat.host, chat)
    assert do(client, chat, "slow", seconds="15", **{"from": "desk"}).url.endswith("?did=slow#desk")
    assert do(client, chat, "pause").url.endswith("?did=pause")
    assert "Everyone rests for a minute." in page(client, chat, "?did=pause")
    assert "&lt;b&gt;" not in page(client, chat, "?did=%3Cb%3E")


def test_with_a_script_only_the_pieces_come(chat: LiveChat):
    client = at_console(chat.host)
    live_places.enter(chat.host, chat)
    answer = do(client, chat, "ask-now", words="What helps?", piece=True)
    assert "<html" not in answer.content.decode()
    assert "What helps?" in answer.content.decode()


# --- told to everyone -------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_everyone_in_the_room_is_told_of_what_the_host_does(tabs: Any, ana: Member):
    chat = await in_db(factories.make_live_chat)
    await in_db(live_places.enter, ana, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    await tab.expect("live.state")
    prompt = await in_db(prompting.ask_now, chat.host, chat, "What helps?")
    assert (await tab.expect("live.state"))["prompt"]["text"] == "What helps?"
    await in_db(prompting.unpin, chat.host, chat, prompt.pk)
    assert "prompt" not in await tab.expect("live.state")
    await in_db(hosting.set_slow, chat.host, chat, 60)
    assert (await tab.expect("live.state"))["slow_seconds"] == 60
    await in_db(hosting.close, chat.host, chat, "Enough")
    assert (await tab.expect("live.state"))["state"] == "ended"
