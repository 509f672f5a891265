"""Help beside one's own message: offered at once, once loudly, answered by any answer, and on nobody else's path."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat.models import Message
from chat.services import changes, news
from chat.services.changes import Act
from community.models import Notice
from community.refusals import NotYours
from moderation.detector import Category, Severity
from moderation.models import Decision, Flag, SupportOffer
from moderation.services import decisions, desk, queue, support
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = pytest.mark.django_db
DANGER = "I don't want to be here tonight"


@pytest.fixture
def evenings():
    ana, ben, room = make_member("ana", country="GB"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    return ana, ben, room


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def offered(message, severity=Severity.HIGH, category=Category.SUICIDE):
    return support.offer(message, severity=int(severity), category=str(category))


def messages(room, count=4):
    """Calm ones, about which the tests decide what was found."""
    ana = room.memberships.get(member__name="ana").member
    key = session_of(ana)
    return [Message.objects.get(room=room, seq=post(ana, room, f"line {n}", session_key=key).seq) for n in range(count)]


def test_m4_the_author_of_a_worrying_message_is_offered_help_as_it_is_stored(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    made = SupportOffer.objects.get()
    assert (made.member, made.message.seq, made.level) == (ana, 1, "now")
    assert support.is_panel(made)
    assert support.offers_beside(ana, [made.message_id]) == {made.message_id: made}


def test_m4_nobody_else_is_given_it(evenings):
    ana, ben, room = evenings
    post(ana, room, DANGER)
    made = SupportOffer.objects.get()
    assert support.offers_beside(ben, [made.message_id]) == {}
    for act in (support.offer_for, support.ask_moderator):
        with pytest.raises(NotYours):
            act(ben, made.token)
    with pytest.raises(NotYours):
        support.answer(ben, made.token, "not-now")
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "words", ["looking for someone to end it with together", "everyone at school says go die", "me dicen mátate"]
)
def test_who_looks_for_company_in_it_or_repeats_what_they_are_told_is_offered_help(evenings, words):
    post(evenings[0], evenings[2], words)
    assert SupportOffer.objects.get().member == evenings[0]


def test_who_tells_somebody_else_to_die_is_offered_nothing(evenings):
    post(evenings[0], evenings[2], "nobody would miss you, go die")
    assert Flag.objects.exists()
    assert not SupportOffer.objects.exists()


def test_a_calm_message_offers_nothing(evenings):
    post(evenings[0], evenings[2], "Tea, and the radio.")
    assert not SupportOffer.objects.exists()


def test_within_twelve_hours_only_a_folded_line_unless_it_is_worse(evenings):
    one, two, three, four = messages(evenings[2])
    assert offered(one).level == "now"
    assert offered(two).level == "soft"
    assert offered(three, Severity.IMMINENT).level == "now"
    with later(hours=13):
        assert offered(four).level == "now"


def test_whoever_says_twice_that_it_is_not_what_they_meant_meets_a_folded_line(evenings):
    one, two, three, four = messages(evenings[2])
    for number, message in enumerate((one, two)):
        with later(hours=13 * number):
            support.answer(evenings[0], offered(message).token, "not-meant")
    with later(hours=40):
        assert offered(three).level == "soft"
        assert offered(four, category=Category.EATING_DISORDER).level == "now"
    with later(hours=60):
        assert offered(messages(evenings[2], 1)[0], Severity.IMMINENT).level == "now"


def test_who_writes_about_somebody_else_meets_a_folded_line_and_who_threatens_nothing(evenings):
    one, two, three, _ = messages(evenings[2])
    assert offered(one, category=Category.THIRD_PARTY).level == "soft"
    assert offered(two, category=Category.ENCOURAGEMENT) is None
    assert offered(three, category=Category.VIOLENCE) is None


@pytest.mark.parametrize("state", ["folded", "not-now", "not-meant"])
def test_every_answer_is_a_full_answer_and_is_remembered(evenings, state):
    ana, _, room = evenings
    post(ana, room, DANGER)
    support.answer(ana, SupportOffer.objects.get().token, state)
    made = SupportOffer.objects.get()
    assert made.state == state
    assert not support.is_panel(made)
    assert Flag.objects.open().count() == 1, "the queue still sees the message"


def test_an_answer_that_is_none_is_refused(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    with pytest.raises(NotYours):
        support.answer(ana, SupportOffer.objects.get().token, "asked")


def test_asking_for_a_moderator_puts_the_case_first_and_once(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    made = SupportOffer.objects.get()
    support.ask_moderator(ana, made.token)
    support.ask_moderator(ana, made.token)
    flag = Flag.objects.get()
    assert flag.severity == Severity.IMMINENT
    assert [event.says for event in flag.events.order_by("pk")] == ["words", "asked"]


def test_a_day_later_it_is_gone(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    made = SupportOffer.objects.get()
    with later(hours=25):
        assert support.offers_beside(ana, [made.message_id]) == {}


def test_an_edit_that_is_worse_makes_the_same_offer_louder(evenings):
    message = messages(evenings[2], 1)[0]
    made = offered(message, Severity.MODERATE)
    support.answer(evenings[0], made.token, "not-now")
    assert offered(message, Severity.HIGH).state == "open"
    assert SupportOffer.objects.count() == 1


def test_a_moderators_card_carries_their_words_and_shows_again(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    support.answer(ana, SupportOffer.objects.get().token, "not-now")
    amara = make_member("amara", roles=("moderators",))
    flag = queue.take_next(amara)
    decisions.decide(amara, flag.token, Choice("support", words="I'm around tonight."), version=flag.version)
    made = SupportOffer.objects.get()
    assert made.words == "I'm around tonight."
    assert support.is_panel(made)
    assert Decision.objects.get().kind == "support"


def test_the_lines_are_those_of_the_members_country_and_an_unknown_one_is_not_guessed(evenings):
    found = support.lines_for(evenings[0])
    assert found.emergency.listed.content.country == "GB"
    assert support.lines_for(evenings[1]).emergency is None
    assert support.lines_for(evenings[1], country="US").emergency.listed.content.country == "US"


@pytest.mark.logs_errors("the lines fail on purpose")
def test_a_card_whose_lines_cannot_be_read_is_shown_without_them(evenings, monkeypatch):
    def refuse(*_args, **_how):
        raise OSError("no file")

    monkeypatch.setattr(support, "lines_now", refuse)
    assert support.lines_for(evenings[0]) is None


def test_what_others_read_of_a_flagged_message_is_byte_for_byte_what_they_read_without_screening(evenings, settings):
    ana, _, room = evenings
    frozen = timezone.now()
    found = []
    for is_on in (False, True):
        settings.SCREENING = is_on
        with time_machine.travel(frozen, tick=False):
            post(ana, room, DANGER)
            changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.heads_up_on("heavy")))
        moved = news.since(room.pk, 0, 0)
        client_id = str(Message.objects.get(room=room).client_id)
        found.append([entry.body.replace(client_id.encode(), b"") for entry in moved.fresh])
        Message.objects.all().delete()
        room.changes.all().delete()
        type(room).objects.filter(pk=room.pk).update(top=0, revision=0)
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize("offers", [1, 8])
def test_a_room_page_with_offers_costs_a_fixed_number_of_questions(
    evenings, client, offers, django_assert_max_num_queries
):
    ana, _, room = evenings
    for message in messages(room, offers):
        offered(message)
    client.force_login(ana)
    client.get("/rooms/evenings/")
    with django_assert_max_num_queries(36):
        page = client.get("/rooms/evenings/").content.decode()
    assert page.count('class="beside"') == offers


def test_however_many_there_are_panels_and_the_newest_are_shown(evenings):
    ana, _, room = evenings
    made = [offered(message) for message in messages(room, 14)]
    shown = support.offers_beside(ana, [one.message_id for one in made])
    assert len(shown) == support.MOST_SHOWN == len(support.current([ana.pk]))
    assert {made[0].message_id, made[-1].message_id} <= shown.keys(), "the panel, though it is the oldest"


@pytest.mark.logs_errors("it fails on purpose")
def test_a_page_is_read_although_what_stands_beside_it_fails(evenings, client, monkeypatch, caplog):
    ana, _, room = evenings
    post(ana, room, DANGER)
    monkeypatch.setattr("moderation.views.support._around", lambda _request: 1 / 0)
    client.force_login(ana)
    answer = client.get("/rooms/evenings/")
    assert answer.status_code == 200
    assert DANGER not in caplog.text


def test_a_person_is_only_promised_while_one_is_here(evenings, client):
    ana, _, room = evenings
    post(ana, room, DANGER)
    client.force_login(ana)
    address = f"/support/{SupportOffer.objects.get().token}/"
    assert "Leave a word for a moderator" in client.get(address).content.decode()
    desk.seen([(make_member("amara", roles=("moderators",)).pk, "")])
    assert "A person is here now." in client.get(address).content.decode()


def test_another_country_is_for_this_browser_only_and_one_nobody_knows_is_none(evenings, client):
    _, ben, room = evenings
    post(ben, room, DANGER)
    client.force_login(ben)
    address = f"/support/{SupportOffer.objects.get().token}/"
    asked = client.get(address, HTTP_ACCEPT_LANGUAGE="de-DE").content.decode()
    assert "numbers shall we show" in asked
    assert "call 112" in asked, "not guessed from the browser's language"
    assert "call 999" in client.get(address, {"country": "gb"}).content.decode()
    assert "call 999" in client.get(address).content.decode()
    for nonsense in ("zz", "<b>", "GBR" * 100):
        assert "call 999" in client.get(address, {"country": nonsense}).content.decode()
    ben.refresh_from_db()
    assert ben.country == ""
