"""Which address is counted: only our own proxies are believed (S6)."""

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from community.addresses import client_address

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "counted"),
    [(0, [], PEER), (0, ["203.0.113.5"], PEER), (1, [], PEER), (1, ["203.0.113.5"], "203.0.113.5"),
     (1, ["10.0.0.1, 203.0.113.5"], "203.0.113.5"), (2, ["10.0.0.1, 203.0.113.5, 198.51.100.2"], "203.0.113.5"),
     (1, ["10.0.0.1", "203.0.113.5"], "203.0.113.5"), (2, ["203.0.113.5"], PEER), (1, [""], PEER), (1, ["nonsense"], PEER),
     (1, ["10.0.0.1, "], PEER)],
)  # fmt: skip
def test_s6_only_what_our_own_proxies_wrote_is_believed(settings, trusted, forwarded, counted):
    settings.TRUSTED_PROXIES = trusted
    assert client_address(PEER, forwarded) == counted


def test_s6_a_household_with_ipv6_is_one_address():
    assert client_address("2001:db8:1:2:aaaa::1", []) == client_address("2001:db8:1:2:bbbb::9", []) == "2001:db8:1:2::"
    assert client_address("2001:db8:1:3::1", []) != client_address("2001:db8:1:2::1", [])


def test_s6_ipv4_neighbours_on_a_socket_for_both_kinds_are_not_one_household():
    assert client_address("::ffff:192.0.2.1", []) == PEER
    assert client_address("::ffff:192.0.2.2", []) != PEER


@how(max_examples=200)
@given(st.lists(st.text(max_size=30), max_size=4))
def test_s6_without_proxies_of_our_own_no_header_changes_anything(forwarded):
    assert client_address(PEER, forwarded) == PEER
