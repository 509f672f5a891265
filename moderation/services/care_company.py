"""How somebody is after a hard case: a tap that may be passed over. Asking for company: a lead gets in touch.

Colleagues see nothing of it. Leads see who asks, never after which case.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from community.access import require
from community.models import Member
from community.refusals import NotYours
from community.services import notices
from moderation.models import Afterwards
from moderation.services import care

ASKED, TAKEN = "care-talk", "care-talk-taken"  # kinds of notices
ASKED_FOR = timedelta(days=1)  # then the question is over by itself
LISTED = 100
Answer = Afterwards.Answer


def question_for(by: Member) -> Afterwards | None:
    """The closing question that waits for an answer, if one does."""
    rows = Afterwards.objects.filter(member=by, answer="", asked_at__gt=timezone.now() - ASKED_FOR)
    return rows.order_by("-pk").first()


def answer(by: Member, pk: int, how: str) -> bool:
    """One tap. True the first time; a question is answered once. Raises `NotYours` for anybody else's."""
    require(by, "flags.work")
    if how not in Answer.values:
        raise NotYours
    with transaction.atomic():
        mine = Afterwards.objects.filter(pk=pk, member=by)
        if not mine.exists():
            raise NotYours
        if not mine.filter(answer="").update(answer=how):
            return False
        if how == Answer.TALK:
            _tell_leads(pk, by)
    return True


def ask(by: Member) -> None:
    """Asks for company, whatever the reason; twice is the same as once while it waits."""
    require(by, "flags.work")
    with transaction.atomic():
        care.hold(by)
        if asked_by(by) is None:
            made = Afterwards.objects.create(member=by, answer=Answer.TALK)
            _tell_leads(made.pk, by)


def asked_by(by: Member) -> Afterwards | None:
    """What they asked for and have not had yet, with the lead who said that they get in touch."""
    rows = Afterwards.objects.filter(member=by, answer=Answer.TALK, talked_at=None)
    return rows.select_related("taken_by").order_by("-pk").first()


def no_longer(by: Member) -> None:
    """They need no talk any more; leads are asked no longer."""
    with transaction.atomic():
        for one in Afterwards.objects.filter(member=by, answer=Answer.TALK, talked_at=None):
            Afterwards.objects.filter(pk=one.pk).update(answer=Answer.PASSED)
            notices.take_back(_key(one.pk))


def waiting(by: Member) -> list[Afterwards]:
    """Who asks for company, the longest first; not one's own. Raises `NotYours` for whoever is no lead."""
    require(by, "care.lead")
    rows = Afterwards.objects.filter(answer=Answer.TALK, talked_at=None).exclude(member=by)
    return list(rows.select_related("member", "taken_by").order_by("pk")[:LISTED])


def get_in_touch(by: Member, pk: int) -> Member | None:
    """ "I'll get in touch": whoever says it first; who has it now. They are told. Raises `NotYours`."""
    require(by, "care.lead")
    with transaction.atomic():
        found = _open(pk, by)
        free = Afterwards.objects.filter(pk=pk, taken_by=None, answer=Answer.TALK)
        if free.update(taken_by=by, taken_at=timezone.now()):
            path, key = "/moderate/care/", f"{TAKEN}:{pk}"
            notices.notify([found.member_id], kind=TAKEN, key=key, subject=by.name, path=path)
            notices.take_back(_key(pk))
        found.refresh_from_db()
    return found.taken_by


def talked(by: Member, pk: int) -> None:
    """ "We talked": said by whoever got in touch, or by another lead; twice is the same as once."""
    require(by, "care.lead")
    _open(pk, by)
    rows = Afterwards.objects.filter(~Q(taken_by=None), pk=pk, talked_at=None)
    rows.update(talked_at=timezone.now())


def _open(pk: int, by: Member) -> Afterwards:
    found = Afterwards.objects.filter(pk=pk, answer=Answer.TALK).exclude(member=by).first()
    if found is None:
        raise NotYours
    return found


def _tell_leads(pk: int, by: Member) -> None:
    """Leads; where there is no other lead, admins."""
    able = Member.objects.filter(is_active=True).exclude(pk=by.pk)
    leads = [one.pk for one in able.filter(groups__name="leads") if one.may_sign_in()]
    people = leads or [one.pk for one in able.filter(groups__name="admins") if one.may_sign_in()]
    notices.notify(people, kind=ASKED, key=_key(pk), subject=by.name, path="/moderate/care/")


def _key(pk: int) -> str:
    return f"{ASKED}:{pk}"
