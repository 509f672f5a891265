"""Medians and intervals are exact, and what is left out can't be worked out from what is shown."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.services import figures
from moderation.services.figures import quantile, share, shown, tens, wilson

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, too
seconds = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


def by_counting(values: list[int], tenths: int) -> float:
    """Between neighbours in proportion, in whole tenths: no fractions of two."""
    ranked, place = sorted(values), tenths * (len(values) - 1)
    low, rest = divmod(place, 10)
    above = ranked[min(low + 1, len(ranked) - 1)]
    return ranked[low] + rest * (above - ranked[low]) / 10


@calm
@given(seconds)
def test_the_median_and_nine_of_ten_are_what_counting_gives(values):
    assert quantile(values, 0.5) == median(values)
    assert quantile(values, 0.9) == pytest.approx(by_counting(values, 9))
    assert sum(one <= quantile(values, 0.9) + 1e-6 for one in values) >= int(0.9 * (len(values) - 1)) + 1


def test_of_nothing_there_is_no_median():
    assert quantile([], 0.5) is None


def test_the_interval_is_wilsons():
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20)[0] == 0.0


@calm
@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_lies_around_its_share(part, more):
    whole = part + more
    low, high = wilson(part, whole)
    assert 0 <= low <= high <= 1
    assert not whole or low <= part / whole + 1e-9 <= high + 2e-9


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_whoever_knows_the_rule_can_work_out_no_small_cell_from_what_is_shown(cells):
    """Every table of so many cells: those that look the same leave each hidden small cell more than one possibility."""
    least, most = 4, 7
    alike = defaultdict(list)
    for table in product(range(most + 1), repeat=cells):
        found = shown({str(place): count for place, count in enumerate(table)}, least=least)
        alike[tuple(found.cells.values()), found.total].append(table)
    for (said, _total), tables in alike.items():
        for place, one in enumerate(said):
            small = {table[place] for table in tables if 0 < table[place] < least}
            assert not small or (one is None and len({table[place] for table in tables}) > 1), (said, tables)


@calm
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60)))
def test_no_cell_below_ten_is_shown_and_a_sum_only_where_it_gives_nothing_away(counts):
    found = shown(counts)
    assert all(one is None or one == 0 or one >= figures.FEW for one in found.cells.values())
    assert all(one in (None, counts[name]) for name, one in found.cells.items())
    assert found.total == (None if None in found.cells.values() else sum(counts.values()))
    assert tens(counts).total is None
    assert all(one is None or one % 10 == 0 for one in tens(counts).cells.values())


@calm
@given(st.integers(0, 300), st.integers(0, 300))
def test_a_share_with_few_on_one_side_is_only_a_bound_that_holds(part, rest):
    whole = part + rest
    found = share(part, whole)
    if whole < figures.FEW:
        assert found is None
        return
    assert found.low - 0.51 <= 100 * part / whole <= found.high + 0.51
    few_on_a_side = 0 < part < figures.FEW or 0 < rest < figures.FEW
    assert not few_on_a_side or not found.is_exact
    if few_on_a_side:  # every number from 1 to 9 on that side gives the same bound
        same = {share(one if part < figures.FEW else whole - one, whole) for one in range(1, figures.FEW)} - {None}
        assert part >= figures.FEW > rest or same == {found} or whole < 2 * figures.FEW
