"""Public holidays of a country, for services that close on them (nation-wide ones; a region may have more)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=400)
def days_of(country: str, year: int) -> frozenset[date]:
    """The nation-wide public holidays of a year; empty where nobody listed them."""
    import holidays  # here, because few pages need its tables

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def in_country(country: str) -> Callable[[date], bool]:
    """A question about one day in this country: is it a public holiday?"""
    return lambda day: day in days_of(country, day.year)
