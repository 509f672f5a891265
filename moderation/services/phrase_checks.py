"""Whether a text of the site's own phrases is sound, what a phrase would find, and a text tried on a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from chat.models import Message, Room
from community.access import require
from community.models import Member
from community.refusals import Refusal
from moderation import phrase_content
from moderation.detector import Detector, Finding, Severity, beside, shipped, variants
from moderation.detector.phrases import BadPhrase
from moderation.detector.reading import read
from moderation.models import PhraseVersion, Screening
from moderation.phrase_content import Content, SiteList
from moderation.services import lexicon_in_force, phrase_compiling, phrase_smoke, phrases

MUCH = 0.2  # of ordinary sentences, or of what was said here lately: a phrase finds almost everything
FEWEST_READ = 50  # messages, before a share of them says anything
CHECKED, PREVIEWED = 400, 1_000  # newest messages
LONGEST_TRIED = 4_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a version cannot be handed in. `says` is a sentence for people; `list` and `phrase` where it is about one.

    Codes: bad-phrase, everything, nothing, costly, example, smoke, gone (the release has that phrase no more), empty.
    """

    code: str
    says: str
    list: str = ""
    phrase: str = ""


class NotSound(Refusal):
    """A version with problems; `problems` are they."""

    code = "not-sound"
    status = 422
    detail = _("There is something to mend first.")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].says if len(problems) == 1 else None)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Preview:
    """What a phrase would find: forms of it (some, written out), words that people type for its words, and where."""

    problem: str = ""  # why it cannot be a phrase; all else is empty then
    variants: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()  # ("wanna", "want to")
    read: int = 0  # stored messages that were looked through
    matched: int = 0
    flagged: int = 0  # of those, how many are flagged already
    share: float = 0.0  # of ordinary sentences and stored messages, 0 to 1


@dataclass(frozen=True, slots=True)
class Tried:
    """A text as it is read now and as the draft would; `draft` is `now` where no version was given."""

    now: Finding
    draft: Finding

    @property
    def differs(self) -> bool:
        """Whether the draft changes anything about it."""
        return (self.now.severity, self.now.categories) != (self.draft.severity, self.draft.categories)


def check(version: PhraseVersion) -> list[Problem]:
    """What stands in the way of handing it in; empty when it is sound. Some tenths of a second of work."""
    content = phrases.content_of(version)
    found = [*_unfilled(content), *_gone(content)]
    try:
        detector = phrase_compiling.detector_of(version)
    except BadPhrase as problem:
        return [*found, *_unreadable(content, problem)]
    return [*found, *_wide(content), *_examples(content, detector), *smoke_problems(phrase_smoke.broken(detector))]


def preview(by: Member, phrase: str, language: str) -> Preview:
    """What this phrase would find. Raises `NotYours`."""
    require(by, "phrases.see")
    if len(phrase) > phrase_content.LONGEST_PHRASE or language not in phrase_content.LANGUAGES:
        return Preview(problem=_now("A phrase has up to 300 characters."))
    own = SiteList("preview", language, "", "", "distress", "low", phrases=(phrase,))
    try:
        looking = _Looking([own])
        forms, typed = variants.written_out(phrase, language), variants.typed_for(phrase, language)
    except BadPhrase as problem:
        return Preview(problem=str(problem))
    keys = dict(_newest(PREVIEWED))
    matched = [key for key, words in keys.items() if looking.found(words)]
    flagged = Screening.objects.filter(message__in=matched, severity__gte=Severity.MODERATE).values("message")
    share = max(looking.shares(list(keys.values())).values(), default=0.0)
    return Preview("", forms, typed, len(keys), len(matched), flagged.distinct().count(), share)


def try_text(by: Member, text: str, version: PhraseVersion | None = None) -> Tried:
    """A text read now, and by a version; nothing of it is kept. Raises `NotYours`, and `NotSound` for no such draft."""
    require(by, "phrases.see")
    text = text[:LONGEST_TRIED]
    now = lexicon_in_force.reader()(text)
    if version is None:
        return Tried(now, now)
    try:
        return Tried(now, phrase_compiling.detector_of(version).screen(text))
    except BadPhrase as problem:
        raise NotSound(_unreadable(phrases.content_of(version), problem)) from problem


class _Looking:
    """Which of these lists' phrases are in a text, whatever is said around them."""

    def __init__(self, lists: Sequence[SiteList]) -> None:
        groups = [phrase_compiling.group_of(one) for one in lists if one.phrases]
        self.phrases = [(one.key, phrase) for one in lists for phrase in one.phrases]
        self._matcher = beside.matcher_of(groups)
        self._spelling = shipped().spelling.knowing(self._matcher.words())

    def found(self, text: str) -> set[int]:
        """Numbers of the phrases in this text."""
        reading = read((text,), self._spelling)
        return {one.number for one in self._matcher.matches(reading.words, reading.ends)[0]}

    def shares(self, messages: Sequence[str]) -> dict[int, float]:
        """The share of ordinary sentences, or of these messages if that is more, that each phrase finds."""
        known = phrase_smoke.sentences()
        found: dict[int, float] = {}
        for texts in ((*known.must_not_flag, *known.ordinary), messages):
            if len(texts) >= FEWEST_READ:
                counts = Counter(number for text in texts for number in self.found(text))
                found |= {at: max(found.get(at, 0.0), count / len(texts)) for at, count in counts.items()}
        return found


def _newest(most: int) -> Iterator[tuple[int, str]]:
    """Keys and words of what was said last where everybody reads."""
    rows = Message.objects.exclude(room__kind=Room.Kind.CONVERSATION).filter(withdrawn_at=None)
    return rows.order_by("-pk").values_list("pk", "body")[:most].iterator()


def _unfilled(content: Content) -> Iterator[Problem]:
    for one in content.lists:
        if not one.phrases:
            says = _now("“%(list)s” has no phrases yet. Nothing would be found.") % {"list": one.name}
            yield Problem("empty", says, one.key)


def _gone(content: Content) -> Iterator[Problem]:
    for one in content.weights:
        if not phrases.is_shipped(one.group, one.phrase):
            says = _now("The release has “%(phrase)s” no more.") % {"phrase": one.phrase or one.group}
            yield Problem("gone", says, one.group, one.phrase)


def _unreadable(content: Content, first: BadPhrase) -> list[Problem]:
    """One problem for each list that can't be read; the first one again when only all of them are too much."""
    found = [problem for one in content.lists if one.phrases and (problem := _trouble(one))]
    return found or [Problem("costly", _now("All phrases together: %(why)s.") % {"why": first})]


def _trouble(one: SiteList) -> Problem | None:
    try:
        beside.compiled(beside.Extra("draft", [phrase_compiling.group_of(one)]))
    except BadPhrase as problem:
        code = "bad-phrase" if problem.phrase else "costly"
        return Problem(code, f"{problem.phrase or one.name}: {problem}", one.key, problem.phrase)
    return None


def _wide(content: Content) -> Iterator[Problem]:
    lists = [one for one in content.lists if one.phrases]
    if not lists:
        return
    looking = _Looking(lists)
    shares = looking.shares([words for _, words in _newest(CHECKED)])
    languages = {one.key: one.language for one in lists}
    sound = {(one.key, each) for one in phrases.content_of(phrases.in_force()).lists for each in one.phrases}
    for number, (key, phrase) in enumerate(looking.phrases):
        if (share := shares.get(number, 0.0)) >= MUCH:
            says = _now("This pattern would match almost everything (%(share)d %%).") % {"share": round(100 * share)}
            yield Problem("everything", says, key, phrase)
        elif number in shares or (key, phrase) in sound:
            continue  # it finds something, or was looked at before it was put in force
        elif not any(number in looking.found(one) for one in _forms(phrase, languages[key])):
            yield Problem("nothing", _now("This pattern finds nothing, not even its own words."), key, phrase)


def _forms(phrase: str, language: str) -> Iterator[str]:
    return (one.replace(variants.GAP, " ") for one in variants.written_out(phrase, language, 8))


def _examples(content: Content, detector: Detector) -> Iterator[Problem]:
    for one in content.lists:
        for sentence in one.must:
            if not _finds(one, detector.screen(sentence)):
                yield Problem("example", _now("Not found, and must be: “%s”") % sentence, one.key)
        for sentence in one.must_not:
            if _finds(one, detector.screen(sentence)):
                yield Problem("example", _now("Found, and must not be: “%s”") % sentence, one.key)


def _finds(one: SiteList, finding: Finding) -> bool:
    """Whether a sign of this list is left once context was heard."""
    beginning = f"{one.language}.site-{one.key}."
    return any(each.kind == "sign" and each.rule.startswith(beginning) and each.after for each in finding.reasons)


def smoke_problems(broken: Sequence[phrase_smoke.Broken]) -> Iterator[Problem]:
    """Broken sentences of the smoke list, as problems."""
    for one in broken:
        wanted = _now("flagged") if one.must_flag else _now("left alone")
        says = _now("The smoke list is broken: “%(sentence)s” must be %(wanted)s, and is %(got)s.")
        yield Problem("smoke", says % {"sentence": one.sentence, "wanted": wanted, "got": one.got})
