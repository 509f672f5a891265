"""Reads one message for signs that somebody is in danger. Pure: no Django, no network; the same in, the same out.

A sieve, not a diagnosis: it misses people, and it is no substitute for reports by members (docs/detector.md).

    from moderation.detector import screen
    finding = screen("…", before=("what the same author said just before",))
"""

from moderation.detector.finding import Category, Finding, Reason, Severity, Span
from moderation.detector.screening import Detector, screen, shipped, with_phrases

__all__ = ["Category", "Detector", "Finding", "Reason", "Severity", "Span", "screen", "shipped", "with_phrases"]
