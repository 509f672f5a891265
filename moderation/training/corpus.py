"""The data that training and evaluation read: a folder of JSON lines, one file for each source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

EXAMPLES = "examples"
# Sentences of our own that nothing learns from. Nobody reads their texts while writing phrases; who wrote “fresh” and
# “verify” wrote phrases as well, who wrote the others wrote nothing else. “allusive” avoids the usual words on purpose.
UNSEEN, FRESH, VERIFY, JUDGE, ALLUSIVE = "unseen", "fresh", "verify", "judge", "allusive"
KEPT = (UNSEEN, FRESH, VERIFY, JUDGE, ALLUSIVE)
RISK = {"crisis", "moderate", "high", "imminent"}
NORMAL = {"unlabelled_normal", "none"}


@dataclass(frozen=True)
class Text:
    """One text, or several messages of one person in a row, with its label and where it comes from."""

    id: str
    messages: tuple[str, ...]
    label: str
    source: str
    held_out: bool
    accept: tuple[str, ...] = ()
    kind: str = ""
    category: str = ""
    language: str = ""

    @property
    def is_risk(self) -> bool:
        """Whether a moderator should look, by its label."""
        return self.label in RISK

    @property
    def needs_flag(self) -> bool:
        """Whether no level below moderate counts as right."""
        return bool(self.accept) and not {"none", "low"} & set(self.accept)


def read(folder: Path) -> Iterator[Text]:
    """Every labelled text of a folder, file by file in order of name, line by line."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield _text(json.loads(line), path.stem)


def kept() -> Iterator[Text]:
    """The hand-written cases that come with the project to measure with, and are never learnt from."""
    for name in KEPT:
        with (Path(__file__).parent / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield replace(_text({**row, "label": row["level"]}, name), held_out=True)


def _text(row: dict[str, Any], source: str) -> Text:
    examples = source == EXAMPLES
    messages = row.get("messages") or [row["text"]]
    return Text(
        id=str(row["id"]),
        messages=tuple(messages),
        label=row["level"] if examples else row["label"],
        source=source,
        held_out=held_out(str(row["id"])) if examples else row.get("split") == "valid",
        accept=tuple(row.get("accept", ())),
        kind=row.get("kind", ""),
        category=row.get("category", ""),
        language=row.get("lang", ""),
    )


def held_out(name: str) -> bool:
    """Whether a hand-written case is kept for measuring: two in ten, by checksum of its id."""
    return int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(), 16) % 10 in (2, 3)
