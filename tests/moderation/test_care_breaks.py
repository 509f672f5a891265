"""Breaks and what follows a hard case: offered, put off twice, taken; asked once; company is asked for and given."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community.models import Notice
from community.refusals import NotYours
from moderation.detector import Severity
from moderation.models import Afterwards, Break, CareCall, Flag
from moderation.services import care, care_breaks, care_checkins, care_company, care_load, queue
from tests.factories import make_member
from tests.moderation.console import at_console, page, url
from tests.moderation.test_care import amara, carried, decided, evenings, noon, on_shift, opened, raised, theo

__all__ = ["amara", "evenings", "noon", "theo"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_a_break_is_due_after_ninety_minutes_on_shift_or_eight_heavy_ones(amara, noon):
    on_shift(amara, since=89)
    assert not care_load.load_of(amara).is_break_due
    noon.shift(timedelta(minutes=1))
    assert care_load.load_of(amara).is_break_due
    sol = make_member("sol", roles=("moderators",))
    carried(sol, 8)
    assert care_load.load_of(sol).is_break_due, "also off shift"


def test_it_is_put_off_twice_and_then_taken_while_somebody_else_is_on(evenings, amara, theo, noon):
    on_shift(amara, theo, since=90)
    Break.objects.create(member=theo, began_at=timezone.now() - timedelta(minutes=16), until=timezone.now())
    flag = raised(1)
    for _ in range(2):
        care_breaks.put_off(amara)
        care_breaks.put_off(amara)  # twice is the same as once
        assert not care_load.load_of(amara).is_break_offered
        noon.shift(timedelta(minutes=10))
    with pytest.raises(care_breaks.OthersAreHere):
        care_breaks.put_off(amara)
    with pytest.raises(care.BreakDue):
        queue.take_next(amara)
    made = care_breaks.begin(amara)
    assert care_breaks.begin(amara) == made
    for take in (lambda: queue.take_next(amara), lambda: queue.take(amara, flag.token)):
        with pytest.raises(care.Resting):
            take()
    with pytest.raises(care_breaks.OthersAreHere):
        care_breaks.come_back(amara)
    assert not CareCall.objects.exists()
    noon.shift(timedelta(minutes=15))
    assert queue.take_next(amara).pk == flag.pk


def test_with_nobody_else_on_it_is_not_forced_and_the_person_on_call_is_called(evenings, amara, noon):
    on_shift(amara, since=90)
    flag = raised(1, Severity.HIGH)
    for _ in range(2):
        care_breaks.put_off(amara)
        noon.shift(timedelta(minutes=10))
    assert queue.take_next(amara).pk == flag.pk
    assert CareCall.objects.get().cause == f"break:{Break.objects.get().pk}"
    queue.release_all(amara)
    care_breaks.begin(amara)
    assert CareCall.objects.filter(cause__startswith="rest:").count() == 1
    care_breaks.come_back(amara)
    assert queue.take_next(amara).pk == flag.pk


def test_held_cases_are_asked_for_first(evenings, amara):
    flag = opened(amara, raised(1))
    with pytest.raises(care_breaks.StillHeld):
        care_breaks.begin(amara)
    assert not Break.objects.exists()
    care_breaks.begin(amara, give_back=True)
    assert Flag.objects.get(pk=flag.pk).holder is None


def test_while_somebody_rests_and_nobody_else_is_on_what_is_urgent_calls_at_once(evenings, amara, theo):
    from moderation.services import care_calls

    on_shift(amara)
    care_breaks.begin(amara)
    assert care_calls.call_for_waiting() == 0
    raised(1)
    assert care_calls.call_for_waiting() == 1
    assert Notice.objects.filter(kind="care-call", member=theo).count() == 2  # for the break, and for the case


# --- afterwards ---------------------------------------------------------------------------------


def test_the_question_is_asked_once_may_be_passed_over_and_an_older_one_is_asked_no_more(evenings, amara, theo, noon):
    for seq in (1, 2):
        decided(amara, opened(amara, raised(seq)))
    first, second = Afterwards.objects.order_by("pk")
    assert (first.answer, second.answer) == ("passed", "")
    assert care_company.question_for(amara) == second
    assert care_company.answer(amara, second.pk, "fine")
    assert not care_company.answer(amara, second.pk, "shaken")
    with pytest.raises(NotYours):
        care_company.answer(theo, second.pk, "fine")
    flag = raised(3)
    decided(amara, opened(amara, flag))
    noon.shift(timedelta(days=2))
    assert care_company.question_for(amara) is None


def test_asking_for_company_reaches_leads_and_one_of_them_gets_in_touch(evenings, amara, theo):
    lead = make_member("lena", roles=("moderators", "leads"))
    decided(amara, opened(amara, raised(1)))
    care_company.answer(amara, Afterwards.objects.get().pk, "talk")
    care_company.ask(amara)
    asked = Afterwards.objects.get()
    assert {one.member for one in Notice.objects.filter(kind="care-talk")} == {theo, lead}
    with pytest.raises(NotYours):
        care_company.waiting(amara)
    assert care_company.get_in_touch(theo, asked.pk) == theo
    assert care_company.get_in_touch(lead, asked.pk) == theo, "whoever said it first"
    told = Notice.objects.get(kind="care-talk-taken")
    assert (told.member, told.subject) == (amara, "theo")
    care_company.talked(theo, asked.pk)
    assert care_company.waiting(theo) == []
    assert care_company.asked_by(amara) is None


def test_a_hard_week_is_for_leads_and_nobody_takes_their_own_request(evenings, amara, theo, noon):
    for days in (0, 2, 5):
        Afterwards.objects.create(member=amara, answer="shaken", asked_at=timezone.now() - timedelta(days=days))
    assert care.hard_weeks([amara, theo]) == {amara.pk}
    assert "had a hard week" in page(at_console(theo).get(url("care")))
    assert "had a hard week" not in page(at_console(amara).get(url("care")))
    noon.shift(timedelta(days=3))
    assert care.hard_weeks([amara]) == set()
    care_company.ask(theo)
    assert care_company.waiting(theo) == []
    with pytest.raises(NotYours):
        care_company.get_in_touch(theo, care_company.asked_by(theo).pk)


def test_a_third_check_in_at_once_is_refused_kindly_and_keeps_the_words(amara, noon):
    for name in ("ana", "ben", "cleo"):
        make_member(name)
    client = at_console(amara)
    for name in ("ana", "ben"):
        assert client.post(f"/moderate/check-in/{name}/", {"words": "Hello"}).status_code == 302
    refused = client.post("/moderate/check-in/cleo/", {"words": "Are you there?"})
    assert refused.status_code == 400
    assert "two check-ins already" in page(refused)
    assert "Are you there?" in page(refused)
    assert client.post("/moderate/check-in/ana/", {"words": "Still here"}).status_code == 302
    noon.shift(timedelta(hours=25))
    assert len(care_checkins.going_on(amara)) == 0


# --- the pages ------------------------------------------------------------------------------------


def test_the_meter_is_on_ones_own_pages_only_with_words_beside_its_shape(evenings, amara, theo, noon):
    on_shift(amara, theo, since=72)
    carried(amara, 9, minutes_ago=70)
    mine, theirs = (page(at_console(one).get(url("queue"))) for one in (amara, theo))
    assert 'Heavy <b class="num">9 of 20</b>' in mine
    assert mine.count('<i class="full"></i>') == 5
    assert "A break is due" in mine, "eight heavy ones"
    assert 'Heavy <b class="num">0 of 20</b>' in theirs
    assert "Break in 18 min" in theirs
    assert "9 of 20" not in theirs


def test_after_a_decision_the_next_one_or_a_minute_and_undo_and_the_question(evenings, amara, noon):
    flag = opened(amara, raised(1))
    client = at_console(amara)
    answer = client.post(url("decide", flag), {"kind": "escalate", "version": flag.version})
    assert answer.url == f"{url('queue')}?after=1"
    shown = page(client.get(answer.url))
    assert "Would you like the next one, or a minute?" in shown
    assert url("undo", flag) in shown
    assert "How are you?" in shown
    key = Afterwards.objects.get().pk
    client.post(url("care-how"), {"question": key, "how": "talk"})
    assert "How are you?" not in page(client.get(url("queue")))
    assert Afterwards.objects.get().answer == "talk"
    blank = page(client.get(url("minute")))
    assert "Nothing is asked of you here." in blank
    assert "Heavy" not in blank


def test_a_break_by_forms_alone(evenings, amara, theo, noon):
    on_shift(amara, theo)
    flag = opened(amara, raised(1))
    client = at_console(amara)
    asked = client.post(url("care-break"), {"do": "begin"})
    assert asked.status_code == 409
    assert "Give everything back, and rest" in page(asked)
    assert client.post(url("care-break"), {"do": "give-back"}).url == url("care-break")
    quiet = page(client.get(url("care-break")))
    assert "This is your break, until 12:15." in quiet
    assert "Come back now" not in quiet
    for name, about in (("take-next", None), ("take", flag)):
        assert client.post(url(name, about)).url == url("care-break")
    assert client.post(url("care-break"), {"do": "back"}).status_code == 409


def test_enough_and_spared_are_pages_that_say_what_to_do(evenings, amara, theo, noon):
    on_shift(amara, theo)
    carried(amara, 20)
    client = at_console(amara)
    client.post(url("care"), {"heavy_a_day": "", "spared": ["eating_disorder"]})
    heavy, hard = raised(1), raised(2, Severity.HIGH, "eating_disorder")
    answer = client.post(url("take", heavy))
    assert answer.status_code == 409
    assert "carried enough for today. theo has the queue." in page(answer)
    answer = client.post(url("take", hard))
    assert answer.status_code == 409
    assert "You asked to be spared this. Take it anyway?" in page(answer)
    assert client.post(url("take", hard), {"anyway": "1"}).url == url("case", hard)
    client.post(url("take-next"))
    assert "carried enough for today" in page(client.get(url("queue")))


def test_leads_see_one_person_at_a_time_by_name_never_by_amount(evenings, amara, theo, noon):
    make_member("zoe", roles=("moderators",))
    carried(amara, 2)
    client = at_console(theo)
    everyone = page(client.get(url("care")))
    assert everyone.index("<bdi>amara</bdi>") < everyone.index("<bdi>zoe</bdi>")
    assert "2 of 20" not in everyone
    assert "2 of 20" in page(client.get("/moderate/care/of/amara/"))
    assert client.get("/moderate/care/of/theo/").status_code == 404, "one's own are on one's own page"
    lifted = client.post("/moderate/care/of/amara/", {"hours": "2", "why": "She knows them"})
    assert lifted.status_code == 302
    again = client.post("/moderate/care/of/amara/", {"hours": "2", "why": "once more"})
    assert again.status_code == 400
    mine = page(at_console(amara).get(url("care")))
    assert "<bdi>theo</bdi> lifted your limit until 14:00" in mine
    assert "She knows them" in mine
    assert client.post(url("care-limits"), {"heavy_a_day": "x"}).status_code == 400
