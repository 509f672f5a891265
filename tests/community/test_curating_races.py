"""What two curators or admins do at the same moment happens once, and the other is told."""

from __future__ import annotations

import pytest

from community.models import HelpOrder, Member, Resource
from community.refusals import Refusal
from community.resource_content import Channel, Content
from community.services import curation, exchange, help_orders, resources, roles
from tests.chat.test_races import racing
from tests.factories import make_entry, make_member, report_entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
LINE = Content("Evening line", "helpline", "GB", channels=(Channel("phone", "116 123"),), is_severe_path=True)


def once(work, people):
    """How many of these people, all at once, were not refused."""

    def attempt(member):
        try:
            work(member)
        except Refusal:
            return 0
        return 1

    return sum(racing(attempt, people))


def curators(count):
    return [make_member(f"curator{number}", roles=("curators",)) for number in range(count)]


def test_admins_who_take_the_role_from_each_other_leave_one():
    people = [make_member(f"admin{number}", roles=("admins",)) for number in range(3)]
    others = {one.pk: [other for other in people if other != one] for one in people}

    def take(member):
        for other in others[member.pk]:
            roles.change(other, give=(), take=("admins",), by=Member.objects.get(pk=member.pk))

    once(take, people)
    assert Member.objects.filter(groups__name="admins").count() >= 1


def test_a_text_is_published_once():
    author, *readers = curators(5)
    waiting = resources.submit(resources.draft(LINE, by=author), by=author)
    assert once(lambda reader: resources.approve(waiting, by=reader), readers) == 1
    assert Resource.objects.get().published == waiting


def test_one_order_waits_however_many_propose():
    keys = [make_entry(f"line-{number}", is_severe_path=True).pk for number in range(3)]
    people = curators(4)
    assert once(lambda one: help_orders.propose("GB", "now", keys, by=one), people) == 1
    proposed = HelpOrder.objects.get(state="proposed")
    readers = [one for one in people if one.pk != proposed.author_id]
    assert once(lambda one: help_orders.agree(proposed, by=one), readers) == 1


def test_a_report_is_closed_once():
    one = make_entry("line")
    report = report_entry(one)
    assert once(lambda member: curation.close_report(one, report.pk, by=member, outcome="found"), curators(4)) == 1


def test_a_line_is_put_away_once_and_checked_only_while_it_is_there():
    one = make_entry("line")
    assert once(lambda member: resources.withdraw(one, by=member, reason="wrong"), curators(4)) == 1
    assert once(lambda member: resources.verify(one, by=member, how="called"), [Member.objects.first()]) == 0


def test_a_file_sent_twice_at_once_is_taken_in_once():
    [ana] = curators(1)
    text = "name,kind,country,phone\n" + "".join(f"Line {number},helpline,GB,1234\n" for number in range(20))
    mark = exchange.plan(text, by=ana).mark
    taken = once(lambda member: exchange.take_in(text, by=member, mark=mark), [ana, ana])
    assert taken == 1
    assert Resource.objects.count() == 20
