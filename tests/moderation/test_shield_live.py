"""Over real sockets: what is covered or held back reaches nobody but its author, and comes once it is let through."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories

pytestmark = pytest.mark.servers
TELLING = "go kill yourself, nobody would miss you"
DETAILS = "I want to die. I have forty paracetamol here."


@pytest.fixture
def evening(start_web: Any) -> Any:
    """A site that screens, with ana, ben and a moderator; `evening.cookies` are those of ana and ben."""
    site = start_web(env={"SCREENING": "1"})

    def people() -> list[str]:
        room = factories.make_room("evening")
        factories.make_member("amara", roles=("moderators",))
        members = [factories.make_member(name) for name in ("ana", "ben")]
        for member in members:
            factories.join(member, room)
        return [factories.session_of(member) for member in members]

    site.cookies = site.do(people)
    return site


def no_concern() -> None:
    from community.models import Member
    from moderation.models import Flag
    from moderation.services import decisions, queue
    from moderation.services.choices import Choice

    amara = Member.objects.get(name="amara")
    flag = queue.take(amara, Flag.objects.get().token)
    decisions.decide(amara, flag.token, Choice("no-concern"), version=flag.version)


async def entered(site: Any, open_socket: Any) -> list[Any]:
    tabs = [await open_socket(site.socket_url, cookie) for cookie in site.cookies]
    for tab in tabs:
        await tab.command("room.enter", room="evening")
    return tabs


@pytest.mark.parametrize(
    ("words", "seen", "state", "aside"),
    [(DETAILS, "I want to die. I have […] here.", None, "veiled"), (TELLING, None, "held", "held")],
)
async def test_its_author_alone_has_the_words_until_a_moderator_lets_them_through(
    evening: Any, open_socket: Any, words: str, seen: str | None, state: str | None, aside: str
):
    ana, ben = await entered(evening, open_socket)
    assert (await ana.post("evening", words))["seq"] == 1
    own, others = [(await tab.expect("messages"))["messages"][0] for tab in (ana, ben)]
    assert (own["body"], own["aside"]) == (words, aside)
    assert (others.get("body"), others.get("state"), others.get("aside")) == (seen, state, None)
    evening.do(no_concern)
    for tab in (ana, ben):
        now = (await tab.expect("changes"))["changes"][0]
        assert (now["body"], now.get("aside")) == (words, None)


async def test_whoever_comes_later_is_given_no_more(evening: Any, open_socket: Any):
    ana, ben = await entered(evening, open_socket)
    await ana.post("evening", DETAILS)
    await ben.expect("messages")
    late = await open_socket(evening.socket_url, evening.cookies[1])
    await late.command("room.enter", room="evening", position={"seq": 0, "revision": 0})
    assert "forty" not in (await late.expect("messages"))["messages"][0]["body"]
    again = await open_socket(evening.socket_url, evening.cookies[0])
    await again.command("room.enter", room="evening", position={"seq": 0, "revision": 0})
    assert (await again.expect("messages"))["messages"][0]["body"] == DETAILS
