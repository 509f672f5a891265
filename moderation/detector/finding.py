"""What a screening found: how soon someone must look, what about, where in the text, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How soon a moderator must look. From `MODERATE` up, a message is flagged."""

    NONE = 0
    LOW = 1
    MODERATE = 2
    HIGH = 3
    IMMINENT = 4

    @classmethod
    def named(cls, name: str) -> Severity:
        """The severity that files and messages call by this lower-case name. Raises KeyError for any other."""
        return cls[name.upper()]

    @property
    def label(self) -> str:
        """Its lower-case name, as written in lexicons and in the output of `classify`."""
        return self.name.lower()


class Category(StrEnum):
    """What a finding is about. `NONE` when there is nothing to say."""

    NONE = "none"
    DISTRESS = "distress"
    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    METHOD_SEEKING = "method_seeking"
    GOODBYE = "goodbye"
    ENCOURAGEMENT = "encouragement"
    THIRD_PARTY = "third_party"
    ABUSE = "abuse"
    EATING_DISORDER = "eating_disorder"
    PSYCHOSIS = "psychosis"
    VIOLENCE = "violence"


@dataclass(frozen=True)
class Span:
    """A piece of the original text: `text[start:end]` of message number `message` (0 is the oldest one read)."""

    message: int
    start: int
    end: int


@dataclass(frozen=True)
class Reason:
    """One thing that spoke for or against the level.

    `kind` is `sign` (a phrase of a lexicon), `context` (what lowered or raised it) or `model` (an n-gram that carried
    the score). `rule` names the phrase with the version of its list, or the n-gram with the version of the model.
    `weight` is the n-gram's signed share of the model's log-odds, 0 for phrases.
    """

    kind: str
    rule: str
    says: str
    span: Span
    category: Category = Category.NONE
    before: Severity = Severity.NONE
    after: Severity = Severity.NONE
    weight: float = 0.0


@dataclass(frozen=True)
class Finding:
    """A sieve's answer about one message, never a diagnosis.

    `score` is the calibrated chance, between 0 and 1, that a moderator should look, for a community in which one
    message of 500 needs it; it ranks messages more finely than `severity`.
    """

    severity: Severity = Severity.NONE
    score: float = 0.0
    category: Category = Category.NONE
    categories: tuple[Category, ...] = ()
    spans: tuple[Span, ...] = ()
    reasons: tuple[Reason, ...] = ()
    version: str = ""
    details: tuple[Span, ...] = ()  # how, how much, where: what others must not read

    @property
    def is_flag(self) -> bool:
        """Whether a moderator should look."""
        return self.severity >= Severity.MODERATE
