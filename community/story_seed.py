"""The stories and articles that come with the demo community, read from `seed/stories`. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from community.story_content import Text

FOLDER = Path(__file__).with_name("seed") / "stories"
MARK = "+++\n"


@dataclass(frozen=True, slots=True)
class Seed:
    """One text of the demo: who it is by, how many days ago it came out, and what it says."""

    key: str
    byline: str
    days_ago: int
    content: Text
    shows_a_line: bool = False


@cache
def bylines() -> dict[str, dict[str, Any]]:
    """Whom readers are told wrote and reviewed them, by key: fields of `Byline`."""
    return dict(tomllib.loads((FOLDER / "bylines.toml").read_text(encoding="utf-8")))


def seeds() -> Iterator[Seed]:
    """Every text, in the order of its file's name."""
    for path in sorted(FOLDER.glob("*.md")):
        yield _seed(path)


def _seed(path: Path) -> Seed:
    _, head, body = path.read_text(encoding="utf-8").split(MARK, 2)
    said = tomllib.loads(head)
    byline, days_ago = said.pop("byline"), said.pop("days_ago")
    shows_a_line = said.pop("shows_a_line", False)
    content = msgspec.convert({**said, "body": body.strip()}, Text)
    return Seed(path.stem, byline, days_ago, content, shows_a_line)
