"""A message read with the phrases in force and with those of a draft.

Most messages hold no phrase that the two have differently. A small matcher of just those phrases finds out, in a
fraction of a reading; where nothing differs, both readings are the same (a test proves it), and the stored one will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from moderation.detector import Detector, Finding, Severity, lexicon
from moderation.detector.beside import matcher_of
from moderation.detector.reading import read
from moderation.phrase_content import Content, SiteList
from moderation.services import phrase_compiling, phrases

ENDLESS = 1 << 62  # what is compared was bounded when it was written


@dataclass(frozen=True, slots=True)
class Side:
    """A text of the phrases, and the detector that reads with it."""

    content: Content
    detector: Detector


@dataclass(frozen=True, slots=True)
class Compared:
    """Levels of now and of the draft, what it is about, the draft's lists that were found, and others beside them."""

    was: int
    becomes: int
    category: str = ""  # of the side that found more
    lists: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()  # lists and groups in force that find what new phrases find


@dataclass(frozen=True, slots=True)
class _Phrase:
    key: str  # of the draft's list; empty for a phrase of the release, or one that is taken away
    differs: bool
    is_new: bool


class Comparison:
    """Compares readings. `now` and `draft` read with the release and their own content."""

    def __init__(self, now: Side, draft: Side) -> None:
        self._now, self._draft = now.detector, draft.detector
        self.version = now.detector.version  # of the readings that need not be made again
        self._phrases: list[_Phrase] = []
        groups = [phrase_compiling.group_of(one) for one in self._lists(now.content, draft.content)]
        groups += list(self._released(now.content, draft.content))
        self._matcher = matcher_of(groups, most_work=ENDLESS)
        before, after = now.detector.spelling, draft.detector.spelling
        self._spelling = before.knowing(after.apart)
        self._apart = before.apart ^ after.apart

    def compare(self, text: str, before: Sequence[str], stored: tuple[int, str] | None) -> Compared:
        """Both readings of a message, with what its author said just before. `stored`: level and category, as read by
        the version in force; what a heavy day made of a low reading is said of both then.
        """
        found, differs = self._found(text, before)
        lists = frozenset(self._phrases[one].key for one in found if self._phrases[one].key)
        if differs:
            return self._both(text, before, stored, found, lists)
        if stored is None:
            now = self._now.screen(text, before=before)
            stored = int(now.severity), str(now.category)
        return Compared(stored[0], stored[0], stored[1], lists)

    def _found(self, text: str, before: Sequence[str]) -> tuple[set[int], bool]:
        found: set[int] = set()
        differs = False
        for texts in ((text,), (*before, text)) if before else ((text,),):
            reading = read(texts, self._spelling)
            found.update(one.number for one in self._matcher.matches(reading.words, reading.ends)[0])
            differs = differs or not self._apart.isdisjoint(reading.words)
        return found, differs or any(self._phrases[one].differs for one in found)

    def _both(
        self, text: str, before: Sequence[str], stored: tuple[int, str] | None, found: set[int], lists: frozenset[str]
    ) -> Compared:
        now, draft = (one.screen(text, before=before) for one in (self._now, self._draft))
        was, becomes = int(now.severity), int(draft.severity)
        if stored and stored[0] == Severity.MODERATE and was == Severity.LOW:  # a heavy day
            was, becomes = stored[0], max(becomes, stored[0]) if becomes else becomes
        about = draft if becomes >= was else now
        beside = _groups(now) if any(self._phrases[one].is_new for one in found) else frozenset()
        return Compared(was, becomes, str(about.category) if max(was, becomes) else "", lists, beside)

    def _lists(self, now: Content, draft: Content) -> Iterator[SiteList]:
        """Every list of either, to be matched; those of the draft first."""
        was = {one.key: one for one in now.lists}
        for one in draft.lists:
            old = was.get(one.key)
            same = old is not None and _meaning(old) == _meaning(one)
            known = frozenset(old.phrases) if old else frozenset()
            self._phrases += [_Phrase(one.key, not (same and each in known), each not in known) for each in one.phrases]
            yield one
        kept = {one.key: one for one in draft.lists}
        for one in now.lists:
            left = frozenset(kept[one.key].phrases) if one.key in kept else frozenset()
            gone = tuple(each for each in one.phrases if each not in left)
            self._phrases += [_Phrase("", differs=True, is_new=False)] * len(gone)
            yield replace(one, phrases=gone)

    def _released(self, now: Content, draft: Content) -> Iterator[dict[str, object]]:
        """Phrases of the release that weigh differently in the two."""
        was, becomes = (_weights(one) for one in (now, draft))
        for rule in lexicon.shipped().rules:
            keys = (rule.group, rule.phrase), (rule.group, "")
            before, after = (one.get(keys[0], one.get(keys[1])) for one in (was, becomes))
            if before != after:
                self._phrases.append(_Phrase("", differs=True, is_new=False))
                own = SiteList("release", rule.language, "", "", "distress", "low", phrases=(rule.phrase,))
                yield phrase_compiling.group_of(own)


def _meaning(one: SiteList) -> tuple[object, ...]:
    severity = "low" if one.context else one.severity
    return one.language, one.category, severity, one.person, one.negatable


def _weights(content: Content) -> dict[tuple[str, str], str]:
    return {(one.group, one.phrase): one.severity for one in content.weights if phrases.is_shipped(one.group)}


def _groups(found: Finding) -> frozenset[str]:
    signs = (one.rule for one in found.reasons if one.kind == "sign" and one.after)
    return frozenset(one.rpartition("@")[0].rpartition(".")[0] for one in signs)
