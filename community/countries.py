"""Names of countries by their codes, in the language of the page."""

from __future__ import annotations

from django_countries import countries

from community.resource_content import ANYWHERE


def name_of(code: str) -> str:
    """The name of a country; empty where there is none of this code, and for entries that are for everywhere."""
    return "" if code in ("", ANYWHERE) else str(countries.name(code))


def is_country(code: str) -> bool:
    """True for a code in capitals that some country has."""
    return len(code) == 2 and code.isupper() and bool(name_of(code))
