"""Every URL and every frame has a row in the access table, and each row holds for each kind of person (A1, A4, A5)."""

from functools import cache
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from chat import protocol
from chat.models import Message, Room
from chat.services import memorials, story_talk
from community.models import EditorNote, Member, Story
from moderation.models import Afterwards, Flag
from moderation.services import flags
from tests.factories import (
    join,
    make_entry,
    make_live_chat,
    make_member,
    make_resource,
    make_room,
    make_series,
    make_story,
    post,
    report_entry,
)
from tests.moderation.console import at_console
from tests.moderation.phrases import make_draft, make_run
from tests.system.access_table import (
    ADMIN,
    AUTHOR,
    CASE,
    CURATOR,
    DESK,
    EDITOR,
    FRAMES,
    HALF,
    HOST,
    KEEPER,
    KEY,
    LEAD,
    LEADING,
    LOOKER,
    LOOKS_AFTER,
    MEMBER,
    OPEN,
    PLACE,
    READER,
    REVIEWER,
    SHIFT,
    STAFF,
    TUNER,
    URLS,
)

ARGUMENTS = {
    "slug": "evenings",
    "seq": 1,
    "name": "ana",
    "pk": 1,
    "token": "no-such-token",
    "object_id": "1",
    "secret": "no-such-secret",
    "number": 1,
}
TWO = ("curate-read", "curate-preview", "curate-answer")  # addresses with a number after the slug
NO_CASE = "no-such-case-0000000-0"
OTHERS = {"mfa_remove_webauthn": [1], "mfa_edit_webauthn": [1], "help-exercise": ["breathe"], "account_confirm_email": ["no-such-key"], "digest-stop": ["no-such-token"], "story-picture": ["0" * 64], "resources-country": ["gb"], **{key: ["a-quiet-story"] for key in ("story", "story-say", "story-save", "story-note", "story-tell", "review-story", "story-talk", "story-talk-join", "story-talk-leave", "story-talk-choose", "moderation:report-story")},
          "review-text": ["a-quiet-story", 1], "moderation:memorial": ["memorial-here"], "moderation:memorial-words": ["memorial-here"],
          **{key: ["quiet-line-gb"] for key in ("resource", "resource-wrong", "resource-save", "saved-note", "saved-keep")},
          "account_reset_password_from_key": ["1", "no-such-key"], "admin:app_list": ["community"],
          "live-host-act": ["no-such-token", "pause"], "sitemap-part": [0],
          "curate-order": ["GB", "now"], "curate-answer": ["evenings", 1],
          "moderation:phrase-list": ["en.intent"], "moderation:phrase-settings": [NO_CASE, "tired"],
          "moderation:dry-run-sample": [NO_CASE, "new", 1],
          **{f"moderation:{name}": [NO_CASE] for name in ("phrase-version", "phrase-change", "phrase-why", "phrase-note", "phrase-check", "phrase-step", "phrase-add", "phrase-new-list", "phrase-release", "dry-run-ask", "dry-run", "dry-run-state", "dry-run-stop")},
          **{f"moderation:{name}": [NO_CASE] for name in ("case", "take", "renew", "release", "note", "second", "key", "decide", "undo", "answer", "calm", "watch")}}  # fmt: skip


def named_urls(patterns=None, namespace=""):
    """(name, pattern) of every address, with its namespace."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from named_urls(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry


def test_a5_every_url_has_a_row_and_every_row_a_url():
    names = {name for name, _ in named_urls()}
    assert names == set(URLS)


def test_a5_every_frame_has_a_row_and_every_row_a_frame():
    assert {protocol.tag_of(command) for command in protocol.COMMANDS} == set(FRAMES)


@pytest.fixture(scope="module")
def members(rows_of_module):
    """What is there for every test, made once: an outsider without a place, a neighbour with one, the author of message 1."""
    room = make_room("evenings")
    author, neighbour, outsider = make_member("ana"), make_member("ben"), make_member("cleo")
    join(author, room)
    join(neighbour, room)
    post(author, room, "Good evening")
    make_resource()
    story = make_story("A quiet story")
    story_talk.choose(story, by=story.writer, on=True)
    _open_memorial()
    return {"author": author, "neighbour": neighbour, "outsider": outsider}


@pytest.fixture
def people(members, db):
    """Clients of a visitor and of those three."""
    clients = {"visitor": Client()}
    for kind, member in members.items():
        clients[kind] = Client()
        clients[kind].force_login(member)
    return clients


def _open_memorial():
    """One whose words two people signed to give on."""
    lead, admin = make_member(roles=("leads",)), make_member(roles=("admins",))
    memorial = memorials.open_room(lead, about="Hazel", days=30)
    Room.objects.filter(pk=memorial.room_id).update(slug="memorial-here")
    memorials.ask_to_hand_over(admin, memorial)
    memorials.sign(lead, memorial)


def ask(client, name, arguments=None, body=None):
    """The answer to the address, by the method it takes, with a body that its view accepts."""
    arguments = arguments or OTHERS.get(name) or [ARGUMENTS[key] for key in ARGUMENTS if _takes(name, key)]
    address = reverse(name, args=arguments)
    body = {"body": "other words", "give": "with-you", "said": "a word", "heads_up": "sleep", "client_id": str(uuid4()),
            "door": "worried", "number": "1", **(body or {})}  # fmt: skip
    answer = client.get(address)
    return client.post(address, body) if answer.status_code == 405 else answer


def _takes(name, key):
    return key in _by_name()[name].pattern.converters


@cache
def _by_name():
    return dict(named_urls())


def staff_client(*roles, second_factor):
    """A client of somebody with these roles, signed in with or without a code."""
    member = make_member(roles=roles)
    if second_factor:
        return at_console(member)
    client = Client()
    client.force_login(member)
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == STAFF])
def test_a5_s8_pages_of_staff_want_the_role_and_a_second_factor(people, name):
    assert ask(staff_client("moderators", second_factor=True), name).status_code == 200
    assert ask(staff_client("moderators", second_factor=False), name).status_code == 403
    for roles in ((), ("hosts",), ("curators", "reviewers")):
        assert ask(staff_client(*roles, second_factor=True), name).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == SHIFT])
def test_a5_s8_what_is_not_ones_own_of_a_shift_is_not_here(people, name):
    for body in ({}, {"shift": NO_CASE, "slot": "1", "watch": "1", "do": "accept"}):
        assert ask(staff_client("moderators", second_factor=True), name, None, body).status_code == 404
    assert ask(staff_client("moderators", second_factor=False), name).status_code == 403
    assert ask(staff_client("hosts", second_factor=True), name).status_code == 404


ACTS = {"moderation:second": {"do": "ask"}, "moderation:key": {"do": "refuse"}, "moderation:note": {"words": "called"},
        "moderation:decide": {"kind": "no-concern"}}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == CASE])
def test_a5_s8_a_case_wants_the_role_a_second_factor_and_somebody_who_may_work_on_it(people, name):
    """Absent, about oneself, and not for this person are one answer."""
    flag = flags.raise_about(Message.objects.get(), flags.Cause(2, "unkind"))
    given = [flag.token] if _takes(name, "token") else None
    staff = staff_client("moderators", second_factor=True)
    body = ACTS.get(name, {"what": "leave"})
    # nothing waits for a second key, and it is about no room
    done = (404,) if name in ("moderation:key", "moderation:calm") else (200, 302, 400, 409)
    assert ask(staff, name, given, body).status_code in done
    assert ask(staff_client("moderators", second_factor=False), name, given).status_code == 403
    for roles in ((), ("hosts",), ("curators", "reviewers", "admins")):
        assert ask(staff_client(*roles, second_factor=True), name, given).status_code == 404
    if given:
        Flag.objects.update(member=Member.objects.get(pk=staff.session["_auth_user_id"]))
        assert {ask(staff, name, one, body).status_code for one in (given, [NO_CASE])} == {404}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == LEAD])
def test_a5_s8_pages_of_leads_want_the_role_and_a_second_factor(people, name):
    for role in ("leads", "admins"):
        assert ask(staff_client(role, second_factor=True), name).status_code == 200
    assert ask(staff_client("leads", second_factor=False), name).status_code == 403
    for roles in ((), ("moderators",), ("hosts", "curators", "reviewers")):
        assert ask(staff_client(*roles, second_factor=True), name).status_code == 404


PHRASES = {READER: ("moderators", "leads", "admins"), TUNER: ("leads", "admins")}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind in PHRASES])
def test_a4_a5_s8_pages_of_the_phrases_want_the_role_a_second_factor_and_something_that_is_there(people, name):
    draft = make_draft(make_member(roles=("leads",)))
    run = make_run(draft, Message.objects.get())
    given = OTHERS.get(name) and [
        {NO_CASE: (run if "dry-run" in name else draft).token}.get(one, one) for one in OTHERS[name]
    ]
    given = [draft.token] if name == "moderation:dry-run-ask" else given
    roles = PHRASES[URLS[name]]
    for role in roles:
        answer = ask(staff_client(role, second_factor=True), name, given, {"do": "ask"})
        assert answer.status_code in (200, 302, 400, 409, 422)
    assert ask(staff_client(roles[0], second_factor=False), name, given).status_code == 403
    others = {"hosts", "curators", "reviewers", "moderators"} - set(roles)
    for wrong in ((), tuple(others)):
        assert ask(staff_client(*wrong, second_factor=True), name, given).status_code == 404
    if given and NO_CASE in OTHERS[name]:
        assert ask(staff_client(roles[0], second_factor=True), name).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == LOOKS_AFTER])
def test_a5_s8_what_moderators_carry_is_for_leads_with_a_second_factor_alone(people, name):
    other = make_member("theo", roles=("moderators",))
    asked = Afterwards.objects.create(member=other, answer="talk")
    given, body = ([other.name] if _takes(name, "name") else None), {"asked": asked.pk}
    assert ask(staff_client("leads", second_factor=True), name, given, body).status_code in (200, 302)
    assert ask(staff_client("leads", second_factor=False), name, given, body).status_code == 403
    for roles in ((), ("moderators",), ("hosts", "curators", "reviewers", "admins")):
        assert ask(staff_client(*roles, second_factor=True), name, given, body).status_code == 404
    absent = ask(staff_client("leads", second_factor=True), name, ["ana"] if given else None, {"asked": "0"})
    assert absent.status_code == 404 or name == "moderation:care-limits"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == HOST])
def test_a5_s8_pages_of_hosts_want_the_role_and_a_second_factor(people, name):
    for role in ("hosts", "moderators", "leads"):
        assert ask(staff_client(role, second_factor=True), name).status_code == 200
        assert ask(staff_client(role, second_factor=False), name).status_code == 403
    for roles in ((), ("admins",), ("curators", "reviewers")):
        assert ask(staff_client(*roles, second_factor=True), name).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == LEADING])
def test_a4_a5_s8_pages_of_whoever_leads_a_chat_want_that_chat_and_a_second_factor(people, name):
    leader, plain = (staff_client("hosts", second_factor=one) for one in (True, False))
    mine = [make_live_chat(host=_of(one)).token for one in (leader, plain)]
    given = [[token, *(["pause"] if name == "live-host-act" else [])] for token in mine]
    assert ask(leader, name, given[0]).status_code in (200, 302)
    assert ask(staff_client("moderators", second_factor=True), name, given[0]).status_code in (200, 302)
    assert ask(plain, name, given[1]).status_code == 403
    for client, arguments in ((leader, given[1]), (leader, None), (people["author"], given[0])):
        assert ask(client, name, arguments).status_code == 404
    for roles in (("hosts",), ("curators", "reviewers", "admins")):
        assert ask(staff_client(*roles, second_factor=True), name, given[0]).status_code == 404


def _of(client):
    """Whose client it is."""
    return Member.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == ADMIN])
def test_a5_s8_pages_of_admins_want_the_role_and_a_second_factor(people, name):
    about = make_entry() if "resource" in name else Member.objects.get(name="ana")
    arguments = [about.pk] if _takes(name, "object_id") else None
    assert ask(staff_client("admins", second_factor=True), name, arguments).status_code == 200
    assert ask(staff_client("admins", second_factor=False), name, arguments).status_code == 403
    for roles in ((), ("hosts", "curators", "reviewers"), ("moderators", "leads")):
        answer = ask(staff_client(*roles, second_factor=True), name, arguments)
        assert answer.status_code == 404
        assert "Administration" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind in (CURATOR, KEEPER)])
def test_a5_s8_pages_of_curators_want_the_role_and_a_second_factor(people, name):
    report = report_entry(make_entry("evenings"))
    given = {"curate-answer": lambda: ["evenings", report.pk], "curate-live-chat": lambda: [make_live_chat().token],
             "curate-live-series": lambda: [make_series().pk]}  # fmt: skip
    arguments = given[name]() if name in given else None
    done = 400 if name == "curate-answer" else 200  # without an answer in it
    assert ask(staff_client("admins", second_factor=True), name, arguments).status_code in (done, 302)
    assert ask(staff_client("curators", second_factor=False), name, arguments).status_code == 403
    moderators = ask(staff_client("moderators", second_factor=True), name, arguments)
    assert moderators.status_code == (200 if URLS[name] == KEEPER else 404)
    for roles in ((), ("hosts", "reviewers")):
        assert ask(staff_client(*roles, second_factor=True), name, arguments).status_code == 404


READING = {DESK: ("reviewers", "curators", "admins"), REVIEWER: ("reviewers",), EDITOR: ("curators", "admins"),
           LOOKER: ("reviewers", "curators", "admins", "moderators", "leads")}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind in READING])
def test_a4_a5_s8_pages_of_those_who_read_stories_first_want_the_role_and_a_second_factor(people, name):
    roles = READING[URLS[name]]
    told = EditorNote.objects.create(story=Story.objects.get(), number=1, said="A word is missing", on="2026-01-01")
    given = [told.pk] if name == "review-told" else None
    for role in roles:
        answer = ask(staff_client(role, second_factor=role == roles[0]), name, given)
        assert answer.status_code == ((400 if given else 200) if role == roles[0] else 403)
    others = {"hosts", "reviewers", "curators", "moderators"} - set(roles)
    for wrong in ((), tuple(others)):
        assert ask(staff_client(*wrong, second_factor=True), name, given).status_code == 404
    if name in ("review-text", "review-story"):
        mine = staff_client(roles[0], second_factor=True)
        assert ask(mine, name, ["no-such-story", *([1] if name == "review-text" else [])]).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in URLS if name.startswith("curate-") and _takes(name, "slug")])
def test_a4_an_entry_that_is_not_here_is_not_here_for_curators_either(people, name):
    curator = staff_client("curators", second_factor=True)
    assert ask(curator, name, ["no-such-entry", *([1] if name in TWO else [])]).status_code == 404


def rows(*kinds):
    """Addresses of rooms and messages of these kinds."""
    return [
        name for name, kind in URLS.items() if kind in kinds and (name.startswith(("room", "message", "moderation")))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [name for name, kind in URLS.items() if kind not in (OPEN, HALF, KEY)],
)
def test_a1_a_visitor_is_sent_to_sign_in_wherever_one_must_be_a_member(people, name):
    answer = ask(people["visitor"], name)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", rows(PLACE, AUTHOR))
def test_a1_without_a_place_in_the_room_nothing_is_there(people, name):
    assert ask(people["outsider"], name).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", rows(AUTHOR))
def test_a3_nobody_changes_the_words_of_another(people, name):
    assert ask(people["neighbour"], name).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", rows(PLACE, AUTHOR))
def test_a1_the_author_in_the_room_may_do_all_of_it(people, name):
    assert ask(people["author"], name).status_code in (200, 302)


@pytest.mark.django_db
@pytest.mark.parametrize("name", rows(PLACE, AUTHOR))
def test_a4_absent_and_forbidden_give_the_same_answer(people, name):
    forbidden = ask(people["outsider"], name)
    arguments = ["no-such-room"] + ([1] if _takes(name, "seq") else [])
    absent = ask(people["outsider"], name, arguments)
    assert (absent.status_code, _words(absent)) == (forbidden.status_code, _words(forbidden))


def _words(answer):
    """The page without what differs each time: tokens and nonces."""
    import re

    return re.sub(r'(csrfmiddlewaretoken" value|nonce|content|csrf)="[^"]*"', "", answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == OPEN])
def test_a5_open_pages_answer_everyone_without_a_fault(people, name):
    for client in people.values():
        assert ask(client, name).status_code in (200, 301, 302)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == KEY])
def test_a4_a_secret_address_that_is_none_is_not_here_for_anybody(people, name):
    assert {ask(client, name).status_code for client in people.values()} == {404}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == HALF])
def test_a5_a_half_finished_sign_in_is_nobodys_but_its_own(people, name):
    for client in people.values():
        assert ask(client, name).status_code in (302, 403, 404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, kind in URLS.items() if kind == MEMBER and "{pk}" not in name])
def test_a5_members_pages_answer_members_without_a_fault(people, name):
    assert ask(people["author"], name).status_code in (200, 204, 302, 400, 404)
