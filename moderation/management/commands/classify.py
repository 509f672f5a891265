"""`manage.py classify`: what the detector makes of a text, for a person; or of many, as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.detector import Finding, screen
from moderation.detector.explanation import in_words


class Command(BaseCommand):
    """Reads nothing from the database and writes nothing to it."""

    help = "Classify a text, or JSON lines from standard input."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", help="one message; the answer is explained in words")
        parser.add_argument("--jsonl", action="store_true", help='read {"id", "text"} or {"id", "messages": [...]}')

    def handle(self, *_args: Any, text: str | None, jsonl: bool, **_options: Any) -> None:
        """Answers the text, or each line of standard input as it comes. Raises CommandError without either."""
        if jsonl:
            for answer in answers(sys.stdin.buffer, self._complain):
                self.stdout.write(answer)
        elif text is None:
            raise CommandError('Say what to classify: manage.py classify "text", or --jsonl')
        else:
            self.stdout.write(in_words(screen(text), (text,)))

    def _complain(self, number: int, problem: str) -> None:
        self.stderr.write(f"line {number}: {problem}")


def answers(lines: Iterable[bytes], complain: Any) -> Iterator[str]:
    """One JSON line for each good line, in order. Bad ones are told to `complain` by number, without their text."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            name, messages = _parsed(line)
        except (ValueError, TypeError, KeyError, RecursionError) as problem:
            complain(number, f"not understood ({type(problem).__name__})")
            continue
        yield json.dumps({"id": name, **answer(messages)})


def _parsed(line: bytes) -> tuple[Any, list[str]]:
    row = json.loads(line)
    messages = row["messages"] if "messages" in row else [row["text"]]
    if not messages or not isinstance(messages, list) or not all(isinstance(one, str) for one in messages):
        raise ValueError
    return row["id"], messages


def answer(messages: list[str]) -> dict[str, Any]:
    """The finding about the last of these messages, as plain values. Each span is [message, start, end]."""
    finding: Finding = screen(messages[-1], before=messages[:-1])
    return {
        "level": finding.severity.label,
        "score": finding.score,
        "category": finding.category,
        "spans": [[one.message, one.start, one.end] for one in finding.spans],
        "reasons": [_plain(one) for one in finding.reasons],
    }


def _plain(reason: Any) -> dict[str, Any]:
    span = [reason.span.message, reason.span.start, reason.span.end]
    shown = {"kind": reason.kind, "rule": reason.rule, "says": reason.says, "span": span}
    if reason.kind == "model":
        return {**shown, "weight": reason.weight}
    return {**shown, "before": reason.before.label, "after": reason.after.label}
