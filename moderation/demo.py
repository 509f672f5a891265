"""The queue of the demo community: one case of each kind, for whoever walks through the console. Made once.

What the cases are about was said by the people of `chat/demo.py`, in its own words; here are the reports, notes and
decisions. Nothing in it says how, with what or where.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chat.models import Message, Room
from chat.services import conversations, sealing
from community.models import Member
from community.services import audit
from moderation import demo_numbers, demo_shifts, detector
from moderation.detector import Severity
from moderation.models import Afterwards, Appeal, Decision, Flag, FlagEvent, Heavy, Report, Screened, Screening
from moderation.services import appeals, colleagues, effects, flags, reports, screening, support, telling
from moderation.services.choices import Kind

MIKA = ("students", "Mika", "I can't find a reason to go on")
MATEO = ("work-and-money", "Mateo", "No sé cómo seguir con las cartas.")
JUNIE = ("new-parents", "Junie", "Sorry, but some people only say")
OTIS = ("evenings", "Otis", "Honestly, in your place I'd stop")
LINDEN = ("work-and-money", "Linden", "If anybody would rather talk off here")
WREN = ("evenings", "Wren", "Third night awake at four.")
UNANSWERED = ("grief", "Otis", "I don't know where to put today")
BETWEEN_US = "Between us: on some nights I think"

WORRY = "She wrote this some days ago, and she has been quieter since. I didn't know whom to ask."
UNDER_AGE = "She wrote about a timetable at school. I may be wrong, and would rather ask."
UNKIND = "I think that this was about me."
HAND_OVER = (
    "I'm going offline at nine. Otis answered him, and he sounds calmer; nothing about tonight. Amara, would you look"
    " once more before midnight? His Spanish says more than his English."
)
ADVICE = "You meant well, Otis. Wren is waiting for a doctor's answer, and somebody reading might act on yours instead."
APPEAL = "I said what I did myself, years ago, and I see how it reads. Could it come back without that half?"
ADDRESS = (
    "Thank you for being so open-handed, Linden. Anyone can join this room, so I took the house out of it, for your own"
    " sake. You're very welcome to say the rest again."
)
COMPANY = (
    "Three nights is a lot. I'm glad that you wrote it all down for Thursday. I'm around until eleven, if you'd like"
    " company."
)


def load() -> None:
    """Makes the queue, unless something was decided here already. What the demo's people didn't say is left out."""
    if Decision.objects.exists():
        return
    with transaction.atomic():
        people = {one.name: one for one in Member.objects.all()}
        _earlier(people)
        _waiting(people)
        demo_shifts.load(people)
        _read(UNANSWERED)
        demo_numbers.load([people["Amara"], people["Theo"]])
        _carried(people["Amara"])
        for room in Room.objects.all():
            place = {"seq": room.top, "revision": room.revision}
            Screened.objects.update_or_create(room=room, defaults=place)  # the sweep begins with what is said now


def _waiting(people: dict[str, Member]) -> None:
    """What nobody has decided yet, of every severity."""
    theo, linden, sol, wren = (people[name] for name in ("Theo", "Linden", "Sol", "Wren"))
    if mika := _noticed(MIKA, Severity.HIGH, ago=timedelta(minutes=3)):
        offer = support.offer(mika.message, severity=mika.severity, category=mika.category) if mika.message else None
        if offer:
            support.ask_moderator(people["Mika"], offer.token)
            _since(mika, timedelta(minutes=1))
    if message := _in_private(wren, linden):
        reports.report(message, by=linden, door=Report.Door.WORRIED, note=WORRY)
        _told(message, linden, timedelta(minutes=5))
    if mateo := _noticed(MATEO, Severity.MODERATE, ago=timedelta(minutes=69)):
        colleagues.leave_note(theo, mateo.token, HAND_OVER)
    if message := _said(*JUNIE):
        reports.report(message, by=sol, door=Report.Door.NOT_OKAY, reason=Report.Reason.UNKIND, note=UNKIND)
        _told(message, sol, timedelta(minutes=95))
    reports.report_member(
        people["Mika"], by=wren, door=Report.Door.NOT_OKAY, reason=Report.Reason.UNDER_AGE, note=UNDER_AGE
    )


def _earlier(people: dict[str, Member]) -> None:
    """What was decided before: one that is answered by an appeal, one to read, one that comes back now."""
    now, amara, theo = timezone.now(), people["Amara"], people["Theo"]
    if message := _said(*OTIS):
        reports.report(message, by=people["Linden"], door=Report.Door.NOT_OKAY, reason=Report.Reason.MEDICINE)
        flag = _told(message, people["Linden"], timedelta(hours=15))
        made = decided(flag, amara, Kind.HIDE, reason="medicine", words=ADVICE, at=now - timedelta(hours=14))
        asked = appeals.ask_again(people["Otis"], made.token, APPEAL)
        Appeal.objects.filter(pk=asked.pk).update(at=now - timedelta(hours=2))
        if asked.flag:
            _since(asked.flag, timedelta(hours=2))
    if message := _said(*LINDEN):
        flag = flags.raise_about(message, flags.Cause(int(Severity.MODERATE), Report.Reason.IDENTITY))
        _since(flag, timedelta(hours=21))
        decided(flag, theo, Kind.HIDE, reason="identity", words=ADDRESS, at=now - timedelta(hours=20))
    if wren := _noticed(WREN, Severity.MODERATE, ago=timedelta(hours=7)):
        decided(wren, amara, Kind.SUPPORT, reason="worry", words=COMPANY, at=now - timedelta(hours=6, minutes=4))
        returns = now - timedelta(minutes=4)
        due = returns + flags.due_in(wren.severity)
        Flag.objects.filter(pk=wren.pk).update(closed_at=None, returns_at=returns, due_at=due)


def _carried(amara: Member) -> None:
    """What Amara carried today, and the question after the last one, which she has not answered."""
    now = timezone.now()
    for minutes in (190, 135, 70, 25):
        at = now - timedelta(minutes=minutes)
        Heavy.objects.create(member=amara, at=at, since=at, seconds=9 * 60, left_at=at + timedelta(minutes=9))
    Afterwards.objects.create(member=amara, asked_at=now - timedelta(minutes=16))


# --- what a case is about -----------------------------------------------------------------------


def _said(slug: str, name: str, begins: str) -> Message | None:
    rows = Message.objects.filter(room__slug=slug, author__name=name, body__startswith=begins)
    return rows.select_related("room", "author").first()


def _in_private(author: Member, other: Member) -> Message | None:
    talk = conversations.between(author, other)
    rows = list(Message.objects.filter(room=talk.pk, author=author).select_related("room", "author")) if talk else []
    sealing.open_all(rows)
    return next((one for one in rows if one.body.startswith(BETWEEN_US)), None)


def _read(place: tuple[str, str, str]) -> tuple[Message, detector.Finding] | None:
    """The message with what the detector reads in it, as the sweep would have stored it."""
    message = _said(*place)
    if message is None:
        return None
    finding = detector.screen(message.body)
    read = {
        "author": message.author,
        "severity": int(finding.severity),
        "score": round(finding.score, 6),
        "category": str(finding.category) if finding.severity else "",
        "version": finding.version,
        "found": screening.packed(finding, []) if finding.severity else "",
    }
    # Where the demo was running before, the sweep has read it.
    Screening.objects.get_or_create(message=message, said_at=screening.said_at(message), defaults=read)
    return message, finding


def _noticed(place: tuple[str, str, str], severity: Severity, *, ago: timedelta) -> Flag | None:
    """The case that software opened about what was said there."""
    read = _read(place)
    if read is None:
        return None
    message, finding = read
    flag = flags.raise_about(message, flags.Cause(int(severity), "words", str(finding.category)))
    return _since(flag, ago)


def _told(message: Message, by: Member, ago: timedelta) -> Flag:
    """The case that somebody's report opened."""
    Report.objects.filter(message=message, reporter=by).update(at=timezone.now() - ago)
    return _since(Flag.objects.open().get(message=message), ago)


def _since(flag: Flag, ago: timedelta) -> Flag:
    """The same case, as if it had been opened then."""
    flag.refresh_from_db()
    flag.opened_at = timezone.now() - ago
    flag.due_at = flag.opened_at + flags.due_in(flag.severity)
    flag.save(update_fields=["opened_at", "due_at"])
    FlagEvent.objects.filter(flag=flag).update(at=flag.opened_at)
    return flag


def decided(flag: Flag, by: Member, kind: str, *, reason: str, words: str, at: datetime) -> Decision:
    """What was decided then, with its effect, its statement and its entry in the trail."""
    made = Decision.objects.create(flag=flag, member=flag.member, by=by, kind=kind, reason=reason, words=words, at=at)
    effects.carry_out(made)
    Flag.objects.filter(pk=flag.pk).update(closed_at=at, version=flag.version + 1)
    flags.note(flag, FlagEvent.Kind.TAKEN, by=by, at=at - timedelta(minutes=6))
    flags.note(flag, FlagEvent.Kind.DECIDED, by=by, says=kind, at=at)
    reports.settle(flag, Report.Outcome.ACTED)
    telling.tell(made)
    audit.record(by, f"flag.decided-{kind}", flag, about=flag.member, reason=reason)
    return made
