"""Whether a text of the site's own phrases is sound, what a phrase would find, and a text tried on a draft."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from community.models import Member
from community.refusals import Refusal
from moderation.detector import Finding
from moderation.models import PhraseVersion


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a version cannot be handed in. `says` is a sentence for people; `list` and `phrase` where it is about one.

    Codes: bad-phrase, everything, nothing, costly, example, smoke, gone (the release has that phrase no more).
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
    """What stands in the way of handing it in; empty when it is sound. About a second of work."""
    raise NotImplementedError


def preview(by: Member, phrase: str, language: str) -> Preview:
    """What this phrase would find. Raises `NotYours`."""
    raise NotImplementedError


def try_text(by: Member, text: str, version: PhraseVersion | None = None) -> Tried:
    """A text read now, and by a version; nothing of it is kept. Raises `NotYours`."""
    raise NotImplementedError
