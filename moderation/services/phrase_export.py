"""The site's own rules as text to take elsewhere: in JSON, or in TOML as the release's lists are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moderation import phrase_content
from moderation.models import PhraseVersion
from moderation.services import phrases

FORMAT = "commonlight-phrases-1"


def as_json(version: PhraseVersion | None) -> str:
    """What a version says; nothing at all for none. Lists, examples and weights, nobody's name, no member's words."""
    return json.dumps(_said(version), ensure_ascii=False, indent=2) + "\n"


def as_toml(version: PhraseVersion | None) -> str:
    """The same as TOML."""
    return "\n".join(_toml(_said(version))) + "\n"


def _said(version: PhraseVersion | None) -> dict[str, Any]:
    head = {"format": FORMAT, "version": version.number if version and version.number else 0}
    return {**head, **phrase_content.written(phrases.content_of(version))}


def _toml(said: Mapping[str, Any]) -> Iterator[str]:
    tables = {name: one for name, one in said.items() if one and isinstance(one, (list, tuple))}
    yield from (f"{name} = {_value(one)}" for name, one in said.items() if name not in tables)
    for name, several in tables.items():
        for table in several:
            yield f"\n[[{name}]]"
            yield from (f"{key} = {_value(one)}" for key, one in table.items())


def _value(one: Any) -> str:
    """A string, number, truth or row of strings. What JSON writes of these is TOML, but for one character."""
    return json.dumps(one, ensure_ascii=False).replace("\x7f", "\\u007f")
