"""A rehearsal: people of the script come, and its scenes are played into the real queue, a few at a time.

Everything goes the way that it goes on a real site: words are stored and read by the detector, reports are told through
their door. A colleague turns second keys and gives second opinions, since whoever rehearses is alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from zlib import crc32

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from chat import demo as community_of_the_demo
from chat.models import Membership, Message, Room
from chat.services import messages
from chat.services.checks import locked
from community.duties import duty
from community.models import Member
from community.refusals import Refusal
from moderation.demo import decided
from moderation.detector import Severity
from moderation.models import Flag, Proposal, Report, Screened
from moderation.services import appeals, colleagues, decisions, flags, rehearsing, reports, support
from moderation.services.choices import Kind
from moderation.services.rehearsing import Scene

WAITING = 5  # at once; the next one comes when one of them was taken
COLLEAGUES = ("Theo", "Amara")
PAUSE = timedelta(seconds=6)  # before a colleague turns the second key
ANY_CASE = "I'd read it once more, slowly, and then do what you meant to do."


def load() -> None:
    """The people of the script, each with a place in every room, and its first scenes. Made once."""
    if not Member.objects.filter(name=rehearsing.people()[0]["name"]).exists():
        _begin()
    while _play_next():
        pass


@transaction.atomic
def _begin() -> None:
    for row in rehearsing.people():
        _comes(row)
    for room in Room.objects.all():
        place = {"seq": room.top, "revision": room.revision}
        Screened.objects.update_or_create(room=room, defaults=place)  # what the demo's people said is no scene


def _comes(row: dict[str, Any]) -> None:
    name, country = str(row["name"]), str(row.get("country", "GB"))
    roles = tuple(row.get("roles", ()))
    pebble = crc32(name.encode()) % 8 + 1
    member = community_of_the_demo.make_member(name, pebble, roles, "", now=timezone.now())
    Member.objects.filter(pk=member.pk).update(country=country)
    member.groups.set(Group.objects.filter(name__in=roles))
    for room in Room.objects.filter(kind=Room.Kind.GROUP):
        Membership.objects.create(room=room, member=member, read_to=room.top)


@duty("rehearsal", every_seconds=2)
def go_on() -> int:
    """One more scene when few wait, and what a colleague was asked for; how much was done."""
    if not rehearsing.is_on():
        return 0
    return _play_next() + _answer()


def _play_next() -> int:
    if Flag.objects.waiting(timezone.now()).free(timezone.now()).count() >= WAITING:
        return 0
    there = Message.objects.filter(client_id__in=[one.client_id for one in rehearsing.script()])
    played = set(there.values_list("client_id", flat=True))
    scene = next((one for one in rehearsing.script() if one.client_id not in played), None)
    if scene is None:
        return 0
    play(scene)
    return 1


def play(scene: Scene) -> None:
    """What the scene says, said in its room, and the case about it. Once, whoever asks for it."""
    with transaction.atomic():
        room = locked(Room.objects.filter(slug=scene.room)).get()
        if Message.objects.filter(client_id=scene.client_id).exists():
            return  # another process played it
        for name, words in scene.before:
            messages.place(room, _person(name), words)
        message = messages.place(room, _person(scene.by), scene.words)
        Message.objects.filter(pk=message.pk).update(client_id=scene.client_id)
        _told(scene, message)


def _told(scene: Scene, message: Message) -> None:
    severity = int(Severity.named(scene.severity))
    if scene.source == "words":
        found = Flag.objects.open().filter(message=message).first()
        if found is None or found.severity < severity:
            flags.raise_about(message, flags.Cause(severity, "words"))
    elif scene.source == "asked":
        offer = support.offer(message, severity=severity, category="distress")
        if offer:
            support.ask_moderator(_person(scene.by), offer.token)
    elif scene.source == "appeal":
        _appealed(scene, message)
    else:
        worried = scene.source == Report.Door.WORRIED
        door = Report.Door.WORRIED if worried else Report.Door.NOT_OKAY
        reason = "" if worried else scene.source
        reports.report(message, by=_person(scene.reporter), door=door, reason=reason, note=scene.note)


def _appealed(scene: Scene, message: Message) -> None:
    flag = flags.raise_about(message, flags.Cause(int(Severity.MODERATE), scene.decided))
    made = decided(flag, _person(COLLEAGUES[0]), Kind.HIDE, reason=scene.decided, words="", at=timezone.now())
    appeals.ask_again(_person(scene.by), made.token, scene.note)


def _answer() -> int:
    before = timezone.now() - PAUSE
    keys = Proposal.objects.filter(ended_at=None, at__lte=before).select_related("by")
    asked = Flag.objects.open().filter(second_wanted=True, proposals=None).select_related("holder", "message")
    done = sum(_by_a_colleague(one.by, partial(_confirm, one)) for one in keys)
    return done + sum(_by_a_colleague(one.holder, partial(_opine, one)) for one in asked)


def _by_a_colleague(asker: Member | None, act: Callable[[Member], object]) -> bool:
    colleague = next(name for name in COLLEAGUES if asker is None or name != asker.name)
    try:
        act(_person(colleague))
    except Refusal:
        return False  # it changed meanwhile
    return True


def _confirm(proposal: Proposal, colleague: Member) -> None:
    decisions.confirm(colleague, proposal.token)


def _opine(flag: Flag, colleague: Member) -> None:
    scene = rehearsing.scene_of(flag)
    colleagues.give_second(colleague, flag.token, scene.lesson if scene else ANY_CASE)


def _person(name: str) -> Member:
    return Member.objects.get(name=name)
