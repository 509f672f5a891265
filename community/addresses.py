"""Which address a request comes from, believing only our own proxies."""

from __future__ import annotations

import ipaddress

from django.conf import settings


def client_address(peer: str, forwarded: list[str]) -> str:
    """The address that limits are counted by: an IPv4 address or the /64 network of an IPv6 one.

    `forwarded` are the values of all X-Forwarded-For headers. With n trusted proxies the n-th entry from
    the right was written by our own outermost proxy; everything left of it anyone can make up.
    """
    written = [part.strip() for header in forwarded for part in header.split(",")]
    count = settings.TRUSTED_PROXIES
    believed = written[-count] if 0 < count <= len(written) else peer
    try:
        address = ipaddress.ip_address(believed)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:  # what a socket for both kinds says of an IPv4 neighbour
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
