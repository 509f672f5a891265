"""What a moderator chooses, checked before anything is done: each kind needs what its statement has to say."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from community import text
from community.models import Restriction
from community.refusals import Refusal
from moderation.detector import Severity
from moderation.models import Decision, Flag

Kind = Decision.Kind
WORDS_LIMIT = 1000
FOLLOW_UPS = (0, 1, 6, 24)  # hours; 0 for none
USUAL_FOLLOW_UP = 6  # for high and imminent, unless the moderator says otherwise
ALONE_AT_MOST = timedelta(hours=24)
LONGEST = timedelta(days=366)
FOR_NOW = timedelta(minutes=30)  # a message is hidden while somebody thinks; then it is shown by itself
POST = "post"  # in one room; chat's to keep, the others are community's
ABILITIES = (*Restriction.Ability.values, POST)
CASE = "case"  # stands for a rule where no rule matched: one verdict for the whole case
VERDICTS = ("real-risk", "distress-but-safe", "not-about-self", "idiom", "wrong")
# What a decision usually says of the words that led to it; whoever decides can say something else.
USUAL_VERDICTS: dict[str, str] = {
    Kind.IMMINENT: "real-risk",
    Kind.SUPPORT: "distress-but-safe",
    Kind.VEIL: "distress-but-safe",
    **dict.fromkeys(
        (Kind.HIDE, Kind.STORY_OFF, Kind.EDIT_REQUEST, Kind.SILENCE, Kind.RESTRICT, Kind.SUSPEND, Kind.REMOVE),
        "real-risk",
    ),
}
WITHOUT_VERDICT = frozenset({Kind.ESCALATE, Kind.RESTORE, Kind.HIDE_FOR_NOW, Kind.ROOM})
GROUNDS = ("plan", "time", "place")  # imminent means that at least one of them was stated
STEPS = (*GROUNDS, "offered-company", "told-of-emergency-number", "asked-for-no-address")
TWO_KEYS, TWO_KEYS_WHEN_LONG = {Kind.IMMINENT, Kind.SUSPEND}, {Kind.SILENCE, Kind.RESTRICT}
NEEDS_TIME = {Kind.SILENCE, Kind.RESTRICT, Kind.SUSPEND}
NEEDS_REASON = {Kind.HIDE, Kind.VEIL, Kind.SILENCE, Kind.RESTRICT, Kind.SUSPEND, Kind.REMOVE, Kind.EDIT_REQUEST,
                Kind.STORY_OFF}  # fmt: skip
NEEDS_WORDS = {Kind.SUPPORT, Kind.EDIT_REQUEST, Kind.SILENCE, Kind.RESTRICT, Kind.SUSPEND, Kind.REMOVE}
ON_A_ROOM = {Kind.ROOM, Kind.NO_CONCERN, Kind.ESCALATE}  # what fits a case about several members at once
ON_A_MESSAGE = {Kind.HIDE_FOR_NOW, Kind.HIDE, Kind.RESTORE, Kind.VEIL, Kind.EDIT_REQUEST}


class BadChoice(Refusal):
    """Something is missing or does not fit; `field` says where. Nothing was done."""

    code = "bad-choice"

    def __init__(self, field_name: str, detail: Any) -> None:
        super().__init__(detail)
        self.field = field_name


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do, with what the statement of reasons needs. `follow_up_hours` None is the usual for the severity."""

    kind: str
    reason: str = ""
    words: str = ""
    until: datetime | None = None
    room: str = ""  # slug; for "remove", and to restrict posting in it
    ability: str = ""  # for "restrict"
    verdicts: dict[str, str] = field(default_factory=dict)
    checklist: dict[str, bool] = field(default_factory=dict)
    follow_up_hours: int | None = None
    hostile_reports: bool = False  # they were told to hurt

    def stored(self) -> dict[str, Any]:
        """The choice as JSON can hold it."""
        return {**asdict(self), "until": self.until.isoformat() if self.until else None}


def read(stored: dict[str, Any]) -> Choice:
    """What `stored` gave."""
    return Choice(**{**stored, "until": parse_datetime(stored["until"]) if stored["until"] else None})


def needs_two_keys(choice: Choice) -> bool:
    """True for the emergency procedure, closing an account, and pauses of more than a day."""
    if choice.kind in TWO_KEYS:
        return True
    long = choice.until is not None and choice.until - timezone.now() > ALONE_AT_MOST
    return choice.kind in TWO_KEYS_WHEN_LONG and long


def check(choice: Choice, flag: Flag) -> None:
    """Raises `BadChoice` for the first thing that is missing or does not fit."""
    kinds = set(Kind.values) - {Kind.UPHELD, Kind.LIFTED, Kind.UNDONE}
    if choice.kind not in kinds or not fits(flag, choice.kind):
        raise BadChoice("kind", _("This can't be done here."))
    if choice.kind in ON_A_MESSAGE and flag.message is None:
        raise BadChoice("kind", _("There is no message to do this to."))
    if choice.kind == Kind.HIDE_FOR_NOW and flag.message and flag.message.is_hidden:
        raise BadChoice("kind", _("Others don't see it now."))
    if choice.kind == Kind.STORY_OFF and flag.story is None:
        raise BadChoice("kind", _("There is no story to do this to."))
    if choice.kind in NEEDS_REASON and choice.reason not in Decision.Reason.values:
        raise BadChoice("reason", _("Choose the reason that the member reads."))
    if choice.kind in NEEDS_WORDS and not choice.words.strip():
        raise BadChoice("words", _("Say it in your own words, too."))
    if len(choice.words) > WORDS_LIMIT:
        raise BadChoice("words", _("That is too long."))
    _check_time(choice)
    _check_rest(choice)


def fits(flag: Flag, kind: str) -> bool:
    """True for what can be decided about such a case: of several members at once, what is about the room.

    An appeal is answered, not decided.
    """
    if flag.kind == Flag.Kind.APPEAL:
        return False
    return kind in ON_A_ROOM if flag.kind == Flag.Kind.CLUSTER else kind != Kind.ROOM


def usual_verdict(kind: str, *, has_rules: bool) -> str:
    """The verdict that stands in the form before anybody changes it; empty where there is no usual one.

    Where no rule matched it is about the case: what was told of words towards others is not about themselves.
    """
    usual = USUAL_VERDICTS.get(kind, "")
    if has_rules or usual == "distress-but-safe" or kind == Kind.IMMINENT:
        return usual
    return "not-about-self" if usual else "distress-but-safe"


def _check_time(choice: Choice) -> None:
    if choice.kind in NEEDS_TIME:
        now = timezone.now()
        if choice.until is None or not now < choice.until <= now + LONGEST:
            raise BadChoice("until", _("Choose until when, at most a year from now."))
    if choice.follow_up_hours not in (None, *FOLLOW_UPS):
        raise BadChoice("follow_up_hours", _("Come back in 1, 6 or 24 hours, or not at all."))


def _check_rest(choice: Choice) -> None:
    if choice.kind == Kind.RESTRICT and choice.ability not in ABILITIES:
        raise BadChoice("ability", _("Choose what is paused."))
    in_a_room = choice.kind == Kind.REMOVE or (choice.kind == Kind.RESTRICT and choice.ability == POST)
    if in_a_room and not Room.objects.filter(slug=choice.room).exclude(kind=Room.Kind.CONVERSATION).exists():
        raise BadChoice("room", _("Choose the room."))
    if not set(choice.verdicts.values()) <= set(VERDICTS):
        raise BadChoice("verdicts", _("Choose one of the verdicts."))
    if choice.kind == Kind.IMMINENT and not any(choice.checklist.get(one) for one in GROUNDS):
        raise BadChoice("checklist", _("This is for when a plan, a time or a place was stated."))
    if not set(choice.checklist) <= set(STEPS):
        raise BadChoice("checklist", _("This is not a step of the procedure."))


def tidy(words: str) -> str:
    """A moderator's words, as they are stored."""
    return text.tidy(words, limit=WORDS_LIMIT) if words.strip() else ""


def follow_up(choice: Choice, flag: Flag) -> timedelta | None:
    """After what time the case comes back; None when it is closed for good."""
    hours = choice.follow_up_hours
    if hours is None:
        serious = flag.severity >= Severity.HIGH and choice.kind not in (Kind.NO_CONCERN, Kind.RESTORE)
        hours = USUAL_FOLLOW_UP if serious else 0
    return timedelta(hours=hours) if hours else None
