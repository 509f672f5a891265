"""What staff did, as sentences of the audit trail: no words of a member, only who, what and when."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from moderation.models import Decision

DONE: dict[str, Any] = {
    "flag.taken": _("took a case"),
    "flag.read": _("read a case"),
    "flag.paged": _("Somebody on call was called"),
    "flag.second-wanted": _("asked for a second opinion"),
    "flag.second-given": _("gave a second opinion"),
    "flag.proposal-refused": _("did not confirm what was proposed"),
    "decision.appealed": _("asked for another look at a decision"),
    "appeal.upheld": _("looked again and left a decision"),
    "appeal.lifted": _("looked again and took a decision back"),
    "flag.undone": _("took back at once what they had decided"),
    "shift.begun": _("began a shift"),
    "shift.ended": _("ended a shift and handed over"),
    "shift.left": _("A shift that was left was closed"),
    "handover.read": _("read a handover"),
    "watch.begun": _("put a member on the list of those to keep an eye on"),
    "watch.ended": _("took a member off the list of those to keep an eye on"),
    "times.set": _("set the due times"),
    "on-call.set": _("set who is called"),
    "thresholds.set": _("set how many alarms in 1,000 messages there are"),
    "thresholds.proposed": _("proposed how many alarms in 1,000 messages there are"),
    "thresholds.confirmed": _("confirmed how many alarms in 1,000 messages there are"),
    "thresholds.refused": _("did not confirm, or took back, how many alarms in 1,000 messages there are"),
    "verdicts.exported": _("took verdicts on rules out, as a file without words"),
    "care.limits-set": _("set how much one carries"),
    "care.lifted": _("lifted somebody's limit for some hours"),
    "care.read": _("looked at what somebody carries"),
    "care.called": _("Somebody on call was called, because nobody here can take more"),
    "live.closed": _("closed a live chat at once"),
    "live.reopened": _("opened a live chat again"),
    "live.paused": _("asked everyone in a live chat to rest for a minute"),
    "role.given": _("gave a role"),
    "role.taken": _("took a role away"),
    "live.made": _("planned a live chat"),
    "live.moved": _("moved a live chat"),
    "live.cancelled": _("cancelled a live chat"),
    "live.handed-over": _("changed who leads a live chat"),
    "live.taken": _("took a part in a live chat"),
    "live.given-back": _("gave a part in a live chat back"),
    "live.declined": _("declined a live chat that members asked for"),
    "series.made": _("began a series of live chats"),
    "series.changed": _("changed a series of live chats"),
    "series.ended": _("set the last day of a series of live chats"),
    "series.day-left-out": _("left a day out of a series of live chats"),
    "series.day-brought-back": _("brought a day back into a series of live chats"),
    "story.approve": _("approved a text, as its clinician"),
    "story.changes": _("asked for changes to a text, as its clinician"),
    "story.decline": _("said that a text can't be here"),
    "story.again-approve": _("read a text again and left it as it is"),
    "story.again-changes": _("read a text again and asked for changes"),
    "story.read": _("read a text as its second reader, so that it comes out"),
    "story.sent-back": _("sent a text back, as its second reader"),
    "story.out-now": _("let a text out before its hour"),
    "story.called-off": _("called off the hour at which a text was to come out"),
    "story.withdrawn": _("withdrew a story"),
    "story.brought-back": _("handed a withdrawn story in again"),
    "story.told-closed": _("answered what a reader told the editors"),
    "byline.agreed": _("agreed that readers see their name and profession"),
    "byline.taken-back": _("no longer agrees that readers see their name and profession"),
    "room.calmed": _("slowed a room down for two hours"),
    "room.calm-ended": _("let a room go at its own pace again"),
    "memorial.opened": _("opened a memorial room"),
    "memorial.end-set": _("set another end of a memorial room"),
    "memorial.hand-over-asked": _("asked to give a memorial's words to the family"),
    "memorial.hand-over-signed": _("signed that a memorial's words are given to the family"),
    "memorial.handed-over": _("took out what was written in a memorial, for the family"),
    "phrases.sample-read": _("read a message of a dry run"),
    "phrases.drafted": _("began a draft of the site's phrases"),
    "phrases.changed": _("changed a draft of the site's phrases"),
    "phrases.noted": _("wrote a note to the site's phrases"),
    "phrases.asked": _("handed phrases in for a second reader"),
    "phrases.signed": _("signed phrases as the second reader"),
    "phrases.trial": _("began a trial of phrases"),
    "phrases.in-force": _("put phrases in force"),
    "phrases.gone-back": _("went back to the phrases before"),
    "phrases.dropped": _("dropped phrases that were not in force"),
    "phrases.dry-run": _("asked for a dry run of phrases"),
    "phrases.dry-run-stopped": _("stopped a dry run of phrases"),
    "audit.read": _("read the audit trail"),
    "audit.checked": _("checked the whole audit trail"),
    "audit.exported": _("took entries of the audit trail out, as a file"),
}
BEGINNINGS: tuple[tuple[str, Any], ...] = (
    ("flag.decided-", _("decided: %(what)s")),
    ("flag.confirmed-", _("turned the second key: %(what)s")),
    ("flag.proposed-", _("proposed: %(what)s")),
)
KINDS = dict(Decision.Kind.choices)
WHOLE: dict[str, Any] = {  # what a beginning stands for, all of it together
    "flag.decided-": _("decided a case"),
    "flag.confirmed-": _("turned a second key"),
    "flag.proposed-": _("proposed a decision"),
}
CHOICES: list[tuple[str, Any]] = [("", _("Anything")), *WHOLE.items(), *DONE.items()]
REASONS: dict[str, Any] = {
    **dict(Decision.Reason.choices),
    "conversation": _("a one-to-one conversation"),
    "room": _("a room"),
    "was-a-concern": _("it was a concern already"),
    "phrase-misreads": _("to see whether a phrase reads people wrongly"),
    "phrase-missing": _("to see what a phrase would no longer find"),
    "phrase-example": _("to write an example that must be found, or must not"),
    "case": _("an urgent case"),
    "break": _("a break that is due"),
    "rest": _("a break"),
}


def done(action: str) -> str:
    """What was done, in words; the code itself where nobody wrote a sentence for it."""
    for beginning, words in BEGINNINGS:
        if action.startswith(beginning):
            kind = action.removeprefix(beginning)
            return str(words) % {"what": KINDS.get(kind, kind)}
    return str(DONE.get(action, action))


def why(reason: str) -> str:
    """The reason, in words."""
    return str(REASONS.get(reason, reason))
