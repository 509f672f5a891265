"""Django's own admin: what admins see of members, roles given and taken with a trace, and nothing private."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community.admin import site
from community.models import Member
from community.refusals import NotYours
from community.services import audit, plan, resources, roles
from tests.factories import make_entry, make_member
from tests.system.access_table import URLS
from tests.system.test_access_table import staff_client
from tests.system.test_pages import Page

pytestmark = pytest.mark.django_db
LIST = "admin:community_member_changelist"


@pytest.fixture
def admin():
    """The client of an admin with a second factor."""
    return staff_client("admins", second_factor=True)


def page_of(member, kind="change"):
    """The address of the member's page here."""
    return reverse(f"admin:community_member_{kind}", args=[member.pk])


def send(client, member, had, now):
    """What the form sends when it was made with the roles `had` and is sent with the roles `now`."""
    return client.post(page_of(member), {"had": had, "roles": now, "_save": ""})


def test_every_page_is_strict_and_whole(admin):
    ana = make_member("ana")
    send(admin, ana, [], ["moderators"])
    for path in (reverse("admin:index"), reverse(LIST), reverse(LIST) + "?q=an&role=any&o=-1", page_of(ana),
                 page_of(ana, "history"), reverse("admin:admin_logentry_changelist")):  # fmt: skip
        answer = admin.get(path)
        assert answer.status_code == 200
        page = Page(answer.content.decode())
        assert (page.faults, page.headings, page.lang) == ([], 1, "en"), path
        assert "admin/css" not in answer.content.decode()
        assert reverse("help-now") in answer.content.decode()
        assert reverse("leave") in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_superuser_may_look_after_the_site_too():
    root = Member.objects.create_superuser("root", "", "quiet-river-stones")
    client = Client()
    client.force_login(root)
    assert client.get(reverse("admin:index")).status_code == 403, "without a second factor"


def test_the_admin_has_no_door_of_its_own(admin):
    names = {name for name in URLS if name.startswith("admin:")}
    assert len(names) == 9, "the access table holds every address there is"
    for path in ("login/", "logout/", "password_change/", "jsi18n/", "community/member/add/", "auth/group/", "r/1/1/",
                 "autocomplete/", f"community/member/{Member.objects.first().pk}/delete/"):  # fmt: skip
        assert admin.get(f"/admin/{path}").status_code == 404
        assert admin.post(f"/admin/{path}").status_code == 404


def test_only_what_admins_need_is_there():
    assert {model._meta.label for model in site._registry} == {
        "community.Member",
        "community.Resource",
        "admin.LogEntry",
    }


def test_a_role_is_given_and_leaves_a_trace(admin):
    ana = make_member("ana", roles=("hosts",))
    answer = send(admin, ana, ["hosts"], ["hosts", "moderators"])
    assert answer.status_code == 302
    assert roles.held_by(Member.objects.get(pk=ana.pk)) == ("hosts", "moderators")
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.get_change_message()) == ("ana", "Given: moderators.")
    assert "Given: moderators." in admin.get(page_of(ana, "history")).content.decode()
    send(admin, ana, ["hosts", "moderators"], [])
    assert LogEntry.objects.latest("pk").get_change_message() == "Taken: hosts, moderators."


def test_a_change_of_roles_stands_in_the_audit_trail():
    ada, ana = make_member("ada", roles=("admins",)), make_member("ana", roles=("hosts",))
    roles.change(ana, give=("leads",), take=("hosts",), by=ada)
    told = [(one.action, one.thing, audit.who({one.actor, one.about})) for one in audit.entries()]
    names = {audit.alias_of(ada): "ada", audit.alias_of(ana): "ana"}
    assert told == [("role.taken", "role:hosts", names), ("role.given", "role:leads", names)]


def test_saving_without_a_change_writes_no_history(admin):
    ana = make_member("ana", roles=("hosts",))
    assert send(admin, ana, ["hosts"], ["hosts"]).status_code == 302
    assert not LogEntry.objects.exists()


def test_a_page_that_was_open_while_another_admin_worked_takes_nothing_back(admin):
    ana = make_member("ana", roles=("moderators", "hosts"))
    send(admin, ana, ["hosts"], ["hosts", "curators"])  # the page was made before "moderators" was given
    assert roles.held_by(Member.objects.get(pk=ana.pk)) == ("hosts", "moderators", "curators")


def test_the_last_admin_stays_one(admin):
    me = Member.objects.get(groups__name="admins")
    answer = send(admin, me, ["admins"], [])
    assert answer.status_code == 200
    assert "Nobody else is an admin" in answer.content.decode()
    assert roles.held_by(me) == ("admins",)
    other = make_member("other", roles=("admins",))
    assert send(admin, other, ["admins"], []).status_code == 302
    with pytest.raises(roles.LastAdmin):
        roles.change(me, give=(), take=("admins",), by=me)


def test_an_admin_whose_account_is_closed_is_no_other_admin(admin):
    make_member("gone", roles=("admins",), is_active=False)
    me = Member.objects.get(name__startswith="member-", groups__name="admins")
    assert not roles.others_administer(me)


def test_roles_are_for_admins_to_give():
    ana, lead = make_member("ana"), make_member("lead", roles=("leads", "moderators"))
    with pytest.raises(NotYours):
        roles.change(ana, give=("leads",), take=(), by=lead)
    assert not roles.held_by(ana)


@pytest.mark.parametrize("forged", [{"roles": ["emperors"]}, {"roles": ["admins' OR 1=1"]}, {"had": ["emperors"]}])
def test_a_role_that_does_not_exist_is_not_given(admin, forged):
    ana = make_member("ana")
    assert admin.post(page_of(ana), {"_save": "", **forged}).status_code == 200
    assert not ana.groups.exists()


def test_nothing_but_roles_can_be_changed(admin):
    ana = make_member("ana", email="ana@example.org")
    before = Member.objects.values().get(pk=ana.pk)
    forged = {
        "name": "x",
        "email": "x@example.org",
        "password": "x",
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "",
    }
    admin.post(page_of(ana), {"roles": [], "had": [], "_save": "", **forged})
    assert Member.objects.values().get(pk=ana.pk) == before


def test_an_address_is_on_the_members_own_page_alone(admin):
    ana = make_member("ana", email="ana@example.org")
    assert "ana@example.org" in admin.get(page_of(ana)).content.decode()
    for path in (reverse(LIST), reverse(LIST) + "?q=ana", page_of(ana, "history"), reverse("admin:index")):
        assert "ana@example.org" not in admin.get(path).content.decode()
    assert ">ana<" not in admin.get(reverse(LIST) + "?q=example.org").content.decode(), "addresses can't be guessed at"


def test_what_is_private_is_on_no_page(admin):
    ana = make_member("ana", bio="soup and trees", country="GB")
    plan.save(ana, plan.Plan(("not answering",), ("tea",), ("Mum",), ("library",), ("Otis",), "It passed."))
    for path in (reverse(LIST), page_of(ana), page_of(ana, "history")):
        page = admin.get(path).content.decode()
        assert not re.search(r"not answering|It passed|md5\$|argon2|soup and trees", page)


@pytest.mark.parametrize(("query", "found"), [("role=hosts", {"hana"}), ("role=any", {"hana", "me"}), ("standing=suspended", {"sue"}),
                                              ("standing=closed", {"cleo"}), ("standing=silenced", {"sil"}), ("q=HAN", {"hana"}),
                                              ("q=%00", {"hana", "sue", "cleo", "sil", "me"}), ("q=nobody", set()), ("role=nonsense", {"hana", "sue", "cleo", "sil", "me"})])  # fmt: skip
def test_members_are_found_by_role_standing_and_name(admin, query, found):
    later = timezone.now() + timedelta(days=1)
    Member.objects.filter(groups__name="admins").update(name="me")
    make_member("hana", roles=("hosts",))
    make_member("sue", suspended_until=later)
    make_member("sil", silenced_until=later)
    make_member("cleo", is_active=False)
    answer = admin.get(f"{reverse(LIST)}?{query}")
    shown = set(re.findall(r"/change/[^>]*>([a-z]+)</a></th>", answer.content.decode()))
    assert (answer.status_code, shown) == (200, found)


@pytest.mark.parametrize(
    "query", ["p=99999", "p=-1", "p=x", "o=99", "o=x.y", "nonsense=1", "all=", "_popup=1", "e=1", "q=" + "x" * 3000]
)
def test_nonsense_in_an_address_is_no_fault_of_ours(admin, query):
    answer = admin.get(f"{reverse(LIST)}?{query}", follow=True)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.content.decode()


@pytest.mark.logs_errors("Django says so")
def test_an_address_that_asks_for_another_column_is_refused(admin):
    assert admin.get(f"{reverse(LIST)}?_to_field=email").status_code == 400


@pytest.mark.parametrize("number", ["x", "0", "9" * 40, "1%27"])
def test_a_member_who_is_not_here_leads_back(admin, number):
    answer = admin.get(f"/admin/community/member/{number}/change/", follow=True)
    assert answer.status_code in (200, 404)


def test_the_list_asks_the_same_number_of_times_for_many(admin):
    def asked():
        with CaptureQueriesContext(connection) as found:
            assert admin.get(reverse(LIST)).status_code == 200
        return len(found.captured_queries)

    make_member(roles=("hosts",))
    asked()
    few = asked()
    for _ in range(30):
        make_member(roles=("hosts", "curators"))
    assert asked() == few


def test_admins_are_shown_the_way_and_members_are_not(admin, client):
    client.force_login(make_member("ana"))
    assert reverse("admin:index") in admin.get(reverse("you")).content.decode()
    assert reverse("admin:index") not in client.get(reverse("you")).content.decode()


def test_an_entry_of_the_lists_is_read_with_its_history_and_changed_elsewhere(admin):
    curator, second = make_member("priya", roles=("curators",)), make_member("theo", roles=("curators",))
    one = make_entry("line")
    draft = resources.draft(one.content, by=curator, note="Clearer words", resource=one)
    resources.approve(resources.submit(draft, by=curator), by=second, note="Called too")
    resources.withdraw(one, by=second, reason="A shop answers")
    change, history = (reverse(f"admin:community_resource_{kind}", args=[one.pk]) for kind in ("change", "history"))
    page = admin.get(change).content.decode()
    assert reverse("curate-entry", args=["line"]) in page
    assert 'name="_save"' not in page
    assert admin.post(change, {"name": "x", "_save": ""}).status_code == 403
    told = admin.get(history).content.decode()
    for words in ("Clearer words", "Called too", "A shop answers", "priya", "theo"):
        assert words in told
    assert "line" in admin.get(reverse("admin:community_resource_changelist") + "?kind=helpline&q=gb").content.decode()
    assert admin.get("/admin/community/resource/999/history/", follow=True).status_code == 200
