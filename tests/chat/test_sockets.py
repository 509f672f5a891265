"""The socket in process: handshake, entering, live delivery, flow control, what ends it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from chat import consumers, hub, threads, window
from chat.models import Message, Room
from chat.protocol import FRAME_LIMIT, Close
from chat.services import changes, hiding, messages, rooms
from chat.services.changes import Act
from chat.services.messages import Draft
from community.models import Block
from community.refusals import NotYours
from community.services import consent, members, sessions
from tests import factories
from tests.chat.conftest import Tab, in_db

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio]
ORIGIN = settings.BASE_URL


# --- handshake ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://testserver", "http://testserver:81", "http://testserver.evil.org", "http://evil.org",
     "http://testserver/", f"{ORIGIN}, http://evil.org", "HTTP://TESTSERVER", "http://testserver@evil.org"],
)  # fmt: skip
async def test_s2_only_our_exact_origin_is_answered(tabs, ana, origin):
    tab = Tab(await in_db(factories.session_of, ana), origin=origin)
    assert await tab.open() is not True


async def test_s2_a_doubled_origin_is_refused_even_when_both_are_ours(tabs, ana):
    tab = Tab(await in_db(factories.session_of, ana))
    tab.line.scope["headers"].append((b"origin", ORIGIN.encode()))
    assert await tab.open() is not True


@pytest.mark.parametrize("key", ["", "nonsense", "x" * 500])
async def test_s1_without_a_session_nothing_is_sent_but_the_code(tabs, room, key):
    tab = Tab(key)
    assert await tab.open() is True
    assert (await tab.next())["type"] == "session.ending"
    assert await tab.next() == {"type": "closed", "code": Close.SIGN_IN_AGAIN}
    assert not hub.current().sockets
    await tab.end()


async def test_s1_a_browser_that_left_opens_no_socket_with_its_session(tabs, ana):
    key = await in_db(factories.session_of, ana)
    tab = Tab(f"{key}; left=1")
    await tab.open()
    assert (await tab.next())["type"] == "session.ending"
    assert (await tab.next())["code"] == Close.SIGN_IN_AGAIN
    await tab.end()


async def test_s1_a_session_of_an_old_password_opens_no_socket(tabs, ana):
    key = await in_db(factories.session_of, ana)
    await in_db(_new_password, ana)
    tab = Tab(key)
    await tab.open()
    assert (await tab.next())["code"] == Close.SIGN_IN_AGAIN
    await tab.end()


def _new_password(member):
    member.set_password("entirely-other-words")
    member.save()


async def test_s1_without_consent_no_socket_opens(tabs, ana):
    key = await in_db(factories.session_of, ana)
    await in_db(ana.consents.all().delete)
    tab = Tab(key)
    await tab.open()
    assert (await tab.next())["code"] == Close.SIGN_IN_AGAIN
    await tab.end()


async def test_the_first_frame_names_the_member_and_their_rooms(tabs, ana, room):
    tab = await tabs(ana)
    assert (tab.hello["type"], tab.hello["protocol"], tab.hello["member"]["name"]) == ("hello", 1, "ana")
    place = {"room": "evenings", "name": "Evenings", "top": 0, "read": 0, "mentions": 0, "kind": "group"}
    assert tab.hello["rooms"] == [place]


async def test_b6_an_account_has_ten_sockets_at_most(tabs, ana):
    key = await in_db(factories.session_of, ana)
    for _ in range(10):
        await tabs(key=key)
    eleventh = Tab(key)
    await eleventh.open()
    assert (await eleventh.next())["code"] == Close.TOO_MANY_SOCKETS
    await eleventh.end()


async def test_b6_a_socket_that_ended_is_counted_no_more(tabs, ana):
    tab = await tabs(ana)
    assert hub.current().by_member[ana.pk] == 1
    await tab.end()
    assert (hub.current().by_member, hub.current().by_address) == ({}, {})


# --- rooms ----------------------------------------------------------------------------------------


async def test_r1_a_message_reaches_everyone_in_the_room_once_and_is_acknowledged(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    for tab in (at_ana, at_ben):
        assert (await tab.enter("evenings"))["type"] == "room.entered"
    client_id = str(uuid4())
    ack = await at_ana.post("evenings", "Good evening", client_id)
    assert (ack["type"], ack["id"], ack["seq"]) == ("ack", client_id, 1)
    for tab in (at_ana, at_ben):
        [given] = await tab.given(1)
        assert (given["seq"], given["id"], given["author"]["name"], given["body"]) == (
            1,
            client_id,
            "ana",
            "Good evening",
        )
        assert not [frame for frame in await tab.silence() if frame["type"] == "messages"]


async def test_r4_messages_arrive_in_the_order_they_were_sent(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ben.enter("evenings")
    for number in range(8):
        await at_ana.say("message.post", room="evenings", id=str(uuid4()), body=str(number))
    assert [m["body"] for m in await at_ben.given(8)] == [str(n) for n in range(8)]


async def test_a1_nobody_enters_a_room_without_a_place(tabs, room):
    outsider = await in_db(factories.make_member, "cleo")
    tab = await tabs(outsider)
    for name in ("evenings", "no-such-room"):
        answer = await tab.enter(name)
        assert (answer["type"], answer["code"]) == ("refused", "not-here")


async def test_a2_a_removed_member_is_given_nothing_newer(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    await at_ben.enter("evenings")
    await in_db(rooms.remove, ben, room)
    await at_ana.post("evenings", "after")
    await at_ana.given(1)
    frames = await at_ben.silence()
    assert "room.removed" in [frame["type"] for frame in frames]
    assert "messages" not in [frame["type"] for frame in frames]
    assert (await at_ben.post("evenings", "still here?"))["code"] == "not-here"


async def test_a2_who_was_removed_while_entering_is_not_let_in(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    looked_at = (await in_db(rooms.enter_each, [(ben.pk, "evenings")]))[0]
    await in_db(rooms.remove, ben, room)
    await at_ana.post("evenings", "after")
    await at_ana.given(1)
    late = next(socket for socket in hub.current().sockets if socket.member_id == ben.pk)
    with pytest.raises(NotYours):
        hub.current().enter(late, "evenings", looked_at, 0, 0)
    assert [frame["type"] for frame in await at_ben.silence() if frame["type"] == "messages"] == []


async def test_who_leaves_and_comes_back_at_once_goes_on_hearing_the_room(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await in_db(rooms.remove, ben, room)
    await in_db(factories.join, ben, room)
    await at_ben.enter("evenings", 0, 0)
    await at_ana.post("evenings", "welcome back")
    assert [message["body"] for message in await at_ben.given(1)] == ["welcome back"]
    assert "room.removed" not in [frame["type"] for frame in await at_ben.silence()]


async def test_b8_many_long_changes_leave_in_portions_that_wait_for_the_reader(tabs, ana, ben, room):
    for number in range(60):
        await in_db(factories.post, ana, room, f"{number} " + "ü" * 3000)
    at_ben = await tabs(ben)
    await at_ben.enter("evenings", 60, 0)
    session = await in_db(factories.session_of, ana)

    def change_all() -> None:
        with factories.unhurried():
            for seq in range(1, 61):
                changes.do(Act(ana.pk, session, "evenings", seq, changes.editing(f"{seq} anew " + "ü" * 3000)))

    await in_db(change_all)
    seen: dict[int, str] = {}
    revision = 0
    while revision < 60:
        frame = await at_ben.expect("changes")
        assert len(json.dumps(frame, ensure_ascii=False).encode()) < 2 * 64 * 1024
        seen |= {entry["seq"]: entry["body"] for entry in frame["changes"]}
        revision = frame["revision"]
        position = {"positions": {"evenings": 60}, "revisions": {"evenings": revision}}
        await at_ben.line.send_to(text_data=json.dumps({"type": "beat", **position}))
    assert sorted(seen) == list(range(1, 61))
    assert all(body.startswith(f"{seq} anew ") for seq, body in seen.items())


async def test_r2_who_comes_back_is_given_exactly_what_was_missed(tabs, ana, ben, room):
    at_ana = await tabs(ana)
    for number in range(5):
        await at_ana.post("evenings", str(number))
    at_ben = await tabs(ben)
    entered = await at_ben.enter("evenings", seq=2)
    assert (entered["missed"], entered["top"]) == (3, 5)
    assert [m["seq"] for m in await at_ben.given(3)] == [3, 4, 5]
    assert (await at_ben.enter("evenings", seq=5))["missed"] == 0
    assert not [f for f in await at_ben.silence() if f["type"] == "messages"]


async def test_r2_further_back_than_the_ring_is_read_from_the_database(tabs, ana, ben, room):
    await in_db(_fill, room, ana, 300)
    at_ben = await tabs(ben)
    await at_ben.enter("evenings", seq=20)
    seqs = []
    while len(seqs) < 280:
        seqs += [m["seq"] for m in await at_ben.given(1)]
        await at_ben.line.send_to(text_data=json.dumps({"type": "beat", "positions": {"evenings": seqs[-1]}}))
    assert seqs == list(range(21, 301))


def _fill(room, author, count):
    Message.objects.bulk_create(
        Message(room=room, seq=seq, author=author, client_id=uuid4(), body=f"n {seq}") for seq in range(1, count + 1)
    )
    Room.objects.filter(pk=room.pk).update(top=count)


@pytest.mark.parametrize("seq", [0, 9000])
async def test_r2_too_far_behind_or_ahead_is_told_to_resync(tabs, ana, room, seq):
    await in_db(_fill, room, ana, 600)
    tab = await tabs(ana)
    await tab.enter("evenings", seq=seq)
    assert await tab.expect("resync") == {"type": "resync", "room": "evenings", "top": 600, "revision": 0}
    await tab.post("evenings", "and on from there")
    assert (await tab.expect("messages"))["prev"] == 600


async def test_r5_an_edit_a_withdrawal_and_a_reaction_reach_everyone(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ben.enter("evenings")
    await at_ana.post("evenings", "first")
    await at_ben.given(1)
    await at_ana.ask("message.edit", room="evenings", seq=1, body="better")
    assert (await at_ben.expect("changes"))["changes"][0]["body"] == "better"
    await at_ben.ask("message.react", room="evenings", seq=1, kind="with-you", on=True)
    assert (await at_ben.expect("changes"))["changes"][0]["reactions"] == {"with-you": 1}
    await at_ana.ask("message.withdraw", room="evenings", seq=1)
    [gone] = (await at_ben.expect("changes"))["changes"]
    assert (gone["state"], "body" in gone) == ("withdrawn", False)


async def test_r5_who_resumes_learns_of_changes_and_sees_no_withdrawn_text(tabs, ana, ben, room):
    at_ana = await tabs(ana)
    await at_ana.enter("evenings")
    await at_ana.post("evenings", "one")
    await at_ana.post("evenings", "two, soon gone")
    for seq in (1, 2):
        await at_ana.ask("message.withdraw", room="evenings", seq=seq)
    at_ben = await tabs(ben)
    await at_ben.enter("evenings", seq=1, revision=0)
    changed = await at_ben.expect("changes")
    assert [(c["seq"], c["state"]) for c in changed["changes"]] == [(1, "withdrawn")]
    [late] = (await at_ben.expect("messages"))["messages"]
    assert (late["seq"], late["state"]) == (2, "withdrawn")


async def test_r5_words_taken_back_are_not_given_from_memory_while_the_change_is_still_being_read(
    tabs, ana, ben, room, monkeypatch
):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    for words in ("one", "two, soon gone"):
        await at_ana.post("evenings", words)
    put_off = []
    with monkeypatch.context() as slowly:
        slowly.setattr(hub.Hub, "refresh", lambda self, feed: put_off.append(feed))
        await at_ana.ask("message.withdraw", room="evenings", seq=2)
        await at_ben.enter("evenings", seq=1, revision=0)
    assert put_off
    hub.current().refresh(put_off[0])
    [late] = (await at_ben.expect("messages"))["messages"]
    assert (late["seq"], late["state"], "body" in late) == (2, "withdrawn", False)


async def test_a7_blocked_words_are_left_out_and_prev_still_holds(tabs, ana, ben, room):
    cleo = await in_db(_place_for, "cleo", room)
    await in_db(Block.objects.create, blocker=ben, blocked=cleo)
    at_ana, at_cleo, at_ben = await tabs(ana), await tabs(cleo), await tabs(ben)
    await at_ben.enter("evenings")
    for tab, body in ((at_ana, "1"), (at_cleo, "2"), (at_cleo, "3"), (at_ana, "4")):
        await tab.post("evenings", body)
    given = await at_ben.given(2)
    assert [m["seq"] for m in given] == [1, 4]
    again = await tabs(ben)
    await again.enter("evenings", seq=0)
    assert [m["seq"] for m in await again.given(2)] == [1, 4]


def _place_for(name, room):
    member = factories.make_member(name)
    factories.join(member, room)
    return member


async def test_a_tab_elsewhere_learns_how_much_is_new_but_not_what(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.post("evenings", "psst")
    await hub.current().watch.tell_unread()
    assert await at_ben.expect("unread") == {"type": "unread", "room": "evenings", "count": 1}


async def test_a_tab_elsewhere_is_not_told_of_what_is_held_back_until_it_is_let_through(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    watch = hub.current().watch
    await at_ana.post("evenings", "one")
    await at_ana.post("evenings", "two")
    await in_db(_held_back, 2)
    await watch.tell_unread()
    assert (await at_ben.expect("unread"))["count"] == 1
    assert (await tabs(ben)).hello["rooms"][0]["read"] == 1, "two, less the one that is new"
    assert (await tabs(ana)).hello["rooms"][0]["read"] == 0
    await in_db(_held_back, 1)
    await watch.tell_unread()
    assert (await at_ben.expect("unread"))["count"] == 0
    await in_db(_held_as_it_comes, ana, room)
    await watch.tell_unread()
    assert await at_ben.silence() == [], "nothing is said that tells of a change"
    await in_db(_let_through, 2)
    await watch.tell_unread()
    assert await at_ben.expect("unread") == {"type": "unread", "room": "evenings", "count": 1}


def _held_back(seq):
    changes.keep(Message.objects.get(seq=seq), hiding.holding(), by=None)


def _let_through(seq):
    changes.keep(Message.objects.get(seq=seq), hiding.release, by=None)


def _held_as_it_comes(member, room):
    factories.post(member, room, "three")
    _held_back(3)


async def test_presence_is_a_number(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    assert (await at_ben.enter("evenings"))["count"] == 2
    hub.current().presence.show()
    assert await at_ana.expect("presence") == {"type": "presence", "room": "evenings", "count": 2}


async def test_r6_presence_ends_with_the_socket(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    await at_ben.enter("evenings")
    await at_ben.end()
    assert hub.current().presence.count(room.pk) == 1


# --- every command is answered -------------------------------------------------------------------------

COMMANDS = [
    ("room.enter", {"room": "evenings"}),
    ("room.leave", {"room": "evenings"}),
    ("room.enter", {"room": "nowhere"}),
    ("message.post", {"room": "evenings", "id": str(uuid4()), "body": "x"}),
    ("message.post", {"room": "evenings", "id": str(uuid4()), "body": " "}),
    ("message.post", {"room": "evenings", "id": str(uuid4()), "body": "y" * 4001}),
    ("message.edit", {"room": "evenings", "seq": 77, "body": "x"}),
    ("message.edit", {"room": "evenings", "seq": 1, "body": "\x00"}),
    ("message.withdraw", {"room": "evenings", "seq": 77}),
    ("message.react", {"room": "evenings", "seq": 77, "kind": "with-you", "on": True}),
    ("message.react", {"room": "evenings", "seq": 1, "kind": "thumbs-down", "on": True}),
]


async def test_r7_each_command_gets_exactly_one_answer(tabs, ana, room):
    tab = await tabs(ana)
    refs = [await tab.say(kind, **fields) for kind, fields in COMMANDS]
    frames = []
    while len([f for f in frames if "ref" in f]) < len(refs):
        frames.append(await tab.next())
    frames += await tab.silence()
    assert sorted(f["ref"] for f in frames if "ref" in f) == refs


async def test_r7_a_command_that_takes_too_long_is_refused_with_a_wait(tabs, ana, room):
    tab = await tabs(ana)
    [socket] = hub.current().sockets
    never = asyncio.get_running_loop().create_future()
    socket._answer_when(never, 42, lambda ref, done: None)
    socket.look_after(monotonic() + consumers.ANSWER_SECONDS + 1)
    refused = await tab.expect("refused", ref=42)
    assert (refused["code"], refused["retry_after"]) == ("unavailable", 2)
    never.set_result(None)
    assert not [f for f in await tab.silence() if f.get("ref") == 42]


@pytest.mark.parametrize("frame", ["", "[]", "{", '{"type":"x"}', '{"type":"room.enter"}', "\ud800" * 3, "5" * 4000])
async def test_b1_a_malformed_frame_gets_an_error_frame_and_the_socket_lives(tabs, ana, room, frame):
    tab = await tabs(ana)
    await tab.line.send_input({"type": "websocket.receive", "text": frame})
    assert (await tab.expect("error"))["detail"]
    assert (await tab.enter("evenings"))["type"] == "room.entered"


async def test_b1_a_binary_frame_is_answered_too(tabs, ana, room):
    tab = await tabs(ana)
    await tab.line.send_to(bytes_data=b"\x00\xff")
    assert (await tab.expect("error"))["code"] == "text-only"


async def test_b1_twenty_unreadable_frames_end_the_socket_with_its_own_code(tabs, ana, ben, room):
    tab, neighbour = await tabs(ana), await tabs(ben)
    for _ in range(20):
        await tab.line.send_to(text_data="?")
    assert (await tab.expect("closed"))["code"] == Close.NOT_UNDERSTOOD
    assert (await neighbour.enter("evenings"))["type"] == "room.entered"


async def test_b2_a_frame_above_sixteen_kib_is_not_read(tabs, ana, room):
    tab = await tabs(ana)
    await tab.line.send_to(text_data=json.dumps({"type": "beat", "x": "y" * FRAME_LIMIT}))
    assert (await tab.expect("error"))["code"] == "too-big"


# --- bounds -----------------------------------------------------------------------------------------------


async def test_b8_nothing_more_is_sent_than_fifty_messages_until_the_client_confirms(tabs, ana, ben, room):
    await in_db(_fill, room, ana, 80)
    tab = await tabs(ben)
    await tab.enter("evenings", seq=0)
    assert [m["seq"] for m in await tab.given(window.MESSAGES)] == list(range(1, 51))
    await tab.line.send_to(text_data=json.dumps({"type": "beat"}))
    assert (await tab.next())["type"] == "beat"
    await tab.line.send_to(text_data=json.dumps({"type": "beat", "positions": {"evenings": 50}}))
    assert [m["seq"] for m in await tab.given(30)] == list(range(51, 81))


async def test_b8_a_reader_that_confirms_nothing_is_let_go_with_4408(tabs, ana, ben, room):
    await in_db(_fill, room, ana, 80)
    tab = await tabs(ben)
    await tab.enter("evenings", seq=0)
    await tab.given(50)
    [socket] = hub.current().sockets
    socket.beat_at = monotonic() + 40
    socket.look_after(monotonic() + 40)
    assert (await tab.expect("closed"))["code"] == Close.TOO_SLOW


async def test_b8_frames_that_come_too_fast_end_the_socket_with_4429(tabs, ana, room):
    tab = await tabs(ana)
    for _ in range(150):
        await tab.line.send_to(text_data=json.dumps({"type": "beat"}))
    assert (await tab.expect("closed"))["code"] == Close.TOO_FAST


async def test_b8_more_than_sixty_four_commands_in_hand_end_the_socket_with_4429(tabs, ana, room):
    tab = await tabs(ana)
    [socket] = hub.current().sockets
    for number in range(consumers.COMMANDS_WAITING):
        socket._answer_when(asyncio.get_running_loop().create_future(), number, lambda ref, done: None)
    await tab.line.send_to(text_data=json.dumps({"type": "room.enter", "ref": 1, "room": "evenings"}))
    assert (await tab.expect("closed"))["code"] == Close.TOO_FAST


async def test_r6_a_peer_without_a_heartbeat_is_let_go_within_a_minute(tabs, ana, room):
    tab = await tabs(ana)
    [socket] = hub.current().sockets
    socket.look_after(monotonic() + 54)
    assert socket in hub.current().sockets
    socket.look_after(monotonic() + 56)
    assert (await tab.expect("closed"))["code"] == Close.GOING_AWAY


async def test_b7_posts_over_several_tabs_share_one_limit(tabs, ana, room):
    key = await in_db(factories.session_of, ana)
    one, other = await tabs(key=key), await tabs(key=key)
    answers = [await tab.post("evenings", "x") for tab in (one, other) * 6]
    refused = [answer for answer in answers if answer["type"] == "refused"]
    assert refused
    assert {(answer["code"], answer["retry_after"] > 0) for answer in refused} == {("too-fast", True)}


# --- endings ----------------------------------------------------------------------------------------------


async def test_s3_a_socket_ends_with_its_session(tabs, ana, room):
    tab, other = await tabs(ana), await tabs(ana)
    await in_db(sessions.end, tab.key)
    assert (await tab.expect("closed"))["code"] == Close.SIGN_IN_AGAIN
    assert (await other.enter("evenings"))["type"] == "room.entered"


async def test_s3_a_session_that_ran_out_is_seen_by_the_watch(tabs, ana, room):
    from django.contrib.sessions.models import Session

    tab = await tabs(ana)
    await in_db(Session.objects.update, expire_date=timezone.now() - timedelta(seconds=1))
    await hub.current().watch.look()
    assert (await tab.expect("closed"))["code"] == Close.SIGN_IN_AGAIN


async def test_s3_taking_consent_back_ends_the_socket(tabs, ana, room):
    tab = await tabs(ana)
    await in_db(consent.withdraw, ana, "health")
    assert (await tab.expect("closed"))["code"] == Close.SIGN_IN_AGAIN


async def test_s4_a_suspension_ends_every_socket_of_the_member(tabs, ana, ben, room):
    mine, theirs = await tabs(ana), await tabs(ben)
    await in_db(members.suspend, ana, until=timezone.now() + timedelta(days=1))
    assert (await mine.expect("closed"))["code"] == Close.SIGN_IN_AGAIN
    assert (await theirs.enter("evenings"))["type"] == "room.entered"


async def test_s3_nothing_sent_after_the_session_ended_is_stored(tabs, ana, room):
    tab = await tabs(ana)
    await in_db(_forget_quietly, tab.key)
    assert (await tab.post("evenings", "too late"))["code"] == "session-over"
    assert not await in_db(Message.objects.exists)


def _forget_quietly(key):
    from django.contrib.sessions.models import Session

    Session.objects.filter(session_key=key).delete()


# --- several processes, lost hints ----------------------------------------------------------------------------


async def test_r1_a_lost_hint_is_found_by_polling(tabs, ana, ben, room):
    at_ben = await tabs(ben)
    await at_ben.enter("evenings")
    await in_db(_post_as_another_process, ana, room, "nobody hinted")
    await hub.current().poll()
    assert [m["body"] for m in await at_ben.given(1)] == ["nobody hinted"]
    assert hub.current().missed_hints == 1


def _post_as_another_process(member, room, body):
    """Stores a message as a process with a hub of its own would: this one is told nothing."""
    mine, hub._hub = hub._hub, None
    try:
        factories.post(member, room, body)
    finally:
        hub._hub = mine


async def test_a_hint_ahead_of_what_exists_is_forgotten(tabs, ana, room):
    tab = await tabs(ana)
    await tab.enter("evenings")
    hub.current().hinted({room.pk: (999, 999)})
    feed = hub.current().feeds[room.pk]
    await feed.refreshing
    assert not feed.is_behind
    await tab.post("evenings", "still working")
    assert (await tab.given(1))[0]["seq"] == 1


async def test_r1_two_hubs_hear_each_other_over_the_layer(tabs, ana, ben, room):
    at_ben = await tabs(ben)
    await at_ben.enter("evenings")
    other = hub.Hub()
    other.start()
    await in_db(_post_as_another_process, ana, room, "from the other process")
    other.moved(room.pk, 1, 0)
    assert [m["body"] for m in await at_ben.given(1)] == ["from the other process"]
    await other.stop()


async def test_an_edit_by_form_reaches_open_sockets(tabs, ana, ben, room):
    at_ben = await tabs(ben)
    await at_ben.enter("evenings")
    await in_db(factories.post, ana, room, "by form")
    await at_ben.given(1)
    await in_db(changes.do, Act(ana.pk, await in_db(factories.session_of, ana), room.slug, 1, changes.withdraw))
    assert (await at_ben.expect("changes"))["changes"][0]["state"] == "withdrawn"


async def test_threads_that_were_closed_start_again(tabs, ana, room):
    tab = await tabs(ana)
    await in_db(threads.close_all)
    assert (await tab.post("evenings", "on"))["type"] == "ack"


# --- how it leaves ------------------------------------------------------------------------------------------


async def test_r8_what_is_stored_together_leaves_as_one_frame(tabs, ana, ben, room):
    at_ben = await tabs(ben)
    await at_ben.enter("evenings")
    key = await in_db(factories.session_of, ana)
    drafts = [Draft(ana.pk, key, "evenings", uuid4(), str(number)) for number in range(8)]
    await in_db(messages.store, drafts)
    frame = await at_ben.expect("messages")
    assert [m["body"] for m in frame["messages"]] == [str(number) for number in range(8)]


async def test_r9_a_restart_asks_everybody_to_come_back_after_a_wait_of_their_own(tabs, ana, ben, room, monkeypatch):
    monkeypatch.setattr(hub, "DRAIN_SECONDS", 0.2)
    opened = [await tabs(ana), await tabs(ana), await tabs(ben), await tabs(ben)]
    await hub.drain()
    waits = [(await tab.expect("session.ending", code=1012))["retry_after"] for tab in opened]
    assert all(0.5 <= wait <= 5 for wait in waits)
    for tab in opened:
        assert (await tab.expect("closed"))["code"] == Close.COME_BACK
