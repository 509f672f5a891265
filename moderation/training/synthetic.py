"""Sentences made from the lexicons' own phrases, and harmless ones made from frames: our words, no member's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from moderation.detector.finding import Severity
from moderation.detector.phrases import Node, PhraseReader

FRAMES = ("{}", "{}", "{}", "honestly {}", "{} i guess", "hey, {}", "sorry but {}", "{} and i needed to say it")
FILLER = ("it", "this", "now", "me", "so", "the")
THINGS = "homework laundry traffic monday meetings revision dishes chemistry spreadsheets the printer rehearsal".split()
HARMLESS = (
    "this {} is killing me lol", "i am dying of laughter at this {}", "i could murder a sandwich after {}",
    "how do i kill the process that runs {}", "my phone died during {}", "dead tired after {}, see you tomorrow",
    "i would rather die than miss {} again haha", "we wiped on the last boss because of {}", "i cut my hair before {}",
    "please don't hurt yourself, we are here for you", "have you called the helpline yet?", "reading a novel about {}",
    "the film about {} was so sad i cried", "three years clean today and grateful",
    "i started new tablets, any nausea?",
    "starving, what is for dinner after {}", "he is a beast at {}, absolutely slayed", "goodbye all, back tomorrow",
    "does anyone want to play after {}", "can a moderator pin the thread about {}", "i hurt my back doing {}",
    "me muero de risa con {}", "me muero de hambre", "este examen me mata", "hasta manana a todos", "que pereza {}",
)  # fmt: skip


def risky(sources: Mapping[str, Mapping[str, Any]], each: int = 6, seed: int = 4) -> Iterator[str]:
    """Sentences that phrases of moderate severity or above match, `each` for every phrase."""
    random = Random(seed)  # noqa: S311  (the same sentences every time is the point)
    for language, source in sorted(sources.items()):
        reader = PhraseReader(language, source["slots"], lambda token: (token,))
        for group in source["signs"]:
            if Severity.named(group["severity"]) < Severity.MODERATE:
                continue
            for phrase in group["phrases"]:
                sequence = reader.read(phrase)
                for _ in range(each):
                    yield random.choice(FRAMES).format(" ".join(_say(sequence, reader, random)))


def harmless(each: int = 4, seed: int = 5) -> Iterator[str]:
    """Sentences that sound dangerous and are not."""
    random = Random(seed)  # noqa: S311  (the same sentences every time is the point)
    for frame in HARMLESS:
        for _ in range(each):
            yield frame.format(random.choice(THINGS))


def _say(sequence: Sequence[Node], reader: PhraseReader, random: Random) -> Iterator[str]:
    for node in sequence:
        kind = node[0]
        if kind in ("word", "prefix"):
            yield node[1]
        elif kind == "gap" and random.random() < 0.3:
            yield random.choice(FILLER)
        elif kind in ("any", "slot"):
            choices = node[1] if kind == "any" else reader.slots[node[1]]
            spare = [one for one in choices if not one]
            brief = bool(spare) and random.random() < 0.6
            yield from _say(spare[0] if brief else random.choice(choices), reader, random)
