"""How a case is named in an address."""

from __future__ import annotations


class CaseToken:
    """The token of a case: 22 characters that tell nothing."""

    regex = r"[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
