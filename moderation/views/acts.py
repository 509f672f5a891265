"""What can be decided about a case: the forms of its page, what waits for a second key, and what an appeal is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.models import Membership, Message, Room
from chat.services import hiding
from community import fieldcrypt
from community.models import Member, Story
from moderation.console_words import ABILITIES, STEPS, VERDICTS
from moderation.forms_console import About, AnswerForm, DecisionForm
from moderation.models import Appeal, Decision, Flag, Proposal
from moderation.services import appeals, canned, cases, choices
from moderation.services.cases import Case
from moderation.services.choices import Kind

# In the order of the page: what is done most, then what is heavier. The letter is a shortcut.
ACTS: tuple[tuple[str, str, str, Any], ...] = (
    (Kind.ROOM, "g", "i-rooms", _("The room is looked after")),
    (Kind.SUPPORT, "e", "i-text", _("Send support")),
    (Kind.NO_CONCERN, "x", "i-check", _("No concern")),
    (Kind.VEIL, "v", "i-eye", _("Put a heads-up")),
    (Kind.HIDE_FOR_NOW, "f", "i-clock", _("Hide for 30 minutes")),
    (Kind.HIDE, "h", "i-eyeoff", _("Take it down")),
    (Kind.STORY_OFF, "d", "i-eyeoff", _("Take the story away")),
    (Kind.RESTORE, "r", "i-eye", _("Show it again")),
    (Kind.EDIT_REQUEST, "w", "i-pen", _("Ask for a change")),
    (Kind.SILENCE, "p", "i-pause", _("Pause posting")),
    (Kind.RESTRICT, "t", "i-pause", _("Pause one thing")),
    (Kind.REMOVE, "m", "i-leave", _("Remove from room")),
    (Kind.SUSPEND, "a", "i-close", _("Close the account")),
    (Kind.ESCALATE, "l", "i-people", _("Hand to a lead")),
    (Kind.IMMINENT, "i", "i-phone", _("Emergency steps")),
)


@dataclass(slots=True)
class Act:
    """One thing that can be decided, with its form."""

    kind: str
    key: str
    icon: str
    title: Any
    form: DecisionForm
    texts: list[dict[str, Any]]
    is_told: bool
    is_appealable: bool
    is_two_keys: bool
    may_take_two: bool
    is_open: bool

    @property
    def errors(self) -> list[tuple[Any, str]]:
        """Each thing that is missing, with its field."""
        if not self.form.is_bound:
            return []
        named = [(self.form[name], said) for name, said in self.form.errors.items() if name in self.form.fields]
        return [(field, str(one)) for field, said in named for one in said]


def acts_of(opened: Case, by: Member, bound: DecisionForm | None) -> list[Act]:
    """Everything that fits this case, each with its form; `bound` stands for its kind, open."""
    known, message = about(opened.flag), opened.flag.message
    left = _unfit(message) | _unfit_for_story(opened.flag.story) | _unfit_for_kind(opened.flag)
    return [_act(one, opened, by, known, bound) for one in ACTS if one[0] not in left]


def _unfit(message: Message | None) -> set[str]:
    """What makes no sense for a message as it is: taking down what is down, showing what everyone sees."""
    if message is None:
        return {str(one) for one in choices.ON_A_MESSAGE}
    is_down = message.is_hidden and not hiding.is_held(message)
    is_seen = not message.is_hidden and not message.veiled
    unfit = {str(Kind.HIDE)} if is_down else {str(Kind.RESTORE)} if is_seen else set()
    return unfit | ({str(Kind.HIDE_FOR_NOW)} if message.is_hidden else set())


def _unfit_for_kind(flag: Flag) -> set[str]:
    return {one for one in Kind.values if not choices.fits(flag, one)}


def _unfit_for_story(story: Story | None) -> set[str]:
    return set() if story and story.withdrawn_at is None else {str(Kind.STORY_OFF)}


def _act(one: tuple[str, str, str, Any], opened: Case, by: Member, known: About, bound: DecisionForm | None) -> Act:
    kind, key, icon, title = one
    texts = texts_of(kind, opened.record.member, by)
    is_open = bound is not None and bound.kind == kind
    first = texts[0]["words"] if texts and kind == Kind.SUPPORT else ""
    form = bound if bound is not None and is_open else DecisionForm(kind=kind, about=known, words=first)
    return Act(
        kind=kind,
        key=key,
        icon=icon,
        title=title,
        form=form,
        texts=texts,
        is_told=kind in Decision.TELLS,
        is_appealable=kind in Decision.APPEALABLE,
        is_two_keys=kind in choices.TWO_KEYS,
        may_take_two=kind in choices.TWO_KEYS_WHEN_LONG,
        is_open=is_open,
    )


def texts_of(kind: str, member: Member | None, by: Member) -> list[dict[str, Any]]:
    """What to begin from, with both names in it."""
    name = member.name if member else ""
    return [
        {"key": one.key, "title": one.title, "words": canned.filled(one.key, name=name, moderator=by.name)}
        for one in canned.texts_for(kind)
    ]


def about(flag: Flag) -> About:
    """What the forms of this case know."""
    own = flag.message.room.slug if flag.message else ""
    places = Membership.objects.filter(member=flag.member_id or 0).exclude(room__kind=Room.Kind.CONVERSATION)
    # Rooms of comments all have one name: only the one that this is about can be told from the others.
    places = places.exclude(~Q(room__slug=own), room__kind=Room.Kind.STORY)
    rooms = tuple(places.order_by("room__name").values_list("room__slug", "room__name"))
    return About(cases.rules_of(flag), rooms, flag.reports.exists(), own if own in dict(rooms) else "")


def proposal_of(found: Proposal) -> dict[str, Any]:
    """What waits for a second key, in words."""
    choice = choices.read(found.choice)
    return {
        "one": found,
        "choice": choice,
        "what": dict(Kind.choices).get(choice.kind, choice.kind),
        "reason": dict(Decision.Reason.choices).get(choice.reason, ""),
        "ability": ABILITIES.get(choice.ability, ""),
        "steps": [words for key, words in STEPS.items() if choice.checklist.get(key)],
        "verdicts": [VERDICTS[one] for one in sorted(set(choice.verdicts.values()))],
    }


def appeal_of(flag: Flag, by: Member) -> dict[str, Any]:
    """What an appeal is about, and the form of its answer."""
    appeal = Appeal.objects.filter(flag=flag).select_related("decision__by", "decision__second").first()
    if appeal is None:
        return {}
    try:
        words = appeals.words_of(appeal)
    except fieldcrypt.NotReadable:
        words = ""
    return {
        "appeal": appeal,
        "decision": appeal.decision,
        "appeal_words": words,
        "answer_form": AnswerForm(auto_id="answer-%s"),
        "answer_texts": texts_of("answer", flag.member, by),
    }
