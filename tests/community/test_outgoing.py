"""Requests to addresses that browsers name reach public machines only, end in time, and follow nobody."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from community import outgoing
from tests.receivers import PushService


@pytest.mark.parametrize("url", ["http://push.example.net/x", "https://push.example.net:8443/x", "https://127.0.0.1/x", "https://localhost/x",
                                 "https://10.0.0.8/x", "https://192.168.1.1/x", "https://169.254.169.254/latest", "https://[::1]/x",
                                 "https://[::ffff:10.0.0.1]/x", "https://[fd00::1]/x", "https://[fe80::1]/x", "https://[64:ff9b::a00:1]/x",
                                 "https://[2002:7f00:1::]/x", "https://100.64.0.1/x", "https://0.0.0.0/x", "https://224.0.0.1/x",
                                 "https://redis/x", "https://a:b@push.example.net/x", "https://push.example.net/#x", "ftp://push.example.net/",
                                 "https:///x", "https://push.example.net/x y", "https://push.example.net:x/", "https://2130706433/", "",
                                 "https://push.example.net/\r\nX: y"])  # fmt: skip
def test_an_address_that_is_not_public_https_is_refused(url: str):
    with pytest.raises(outgoing.NotPublic):
        outgoing.check(url)


@pytest.mark.parametrize(
    "url", ["https://push.example.net/x?y=z", "https://93.184.215.14/x", "https://[2606:2800:21f:cb07::1]/x"]
)
def test_an_address_of_the_open_internet_is_taken(url: str):
    assert outgoing.check(url).path == "/x"


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_a_public_name_that_leads_into_our_network_is_refused_before_a_line_is_made(
    monkeypatch: pytest.MonkeyPatch, inner: str
):
    family = socket.AF_INET6 if ":" in inner else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(family, socket.SOCK_STREAM, 6, "", (inner, 443))])
    with pytest.raises(outgoing.NotPublic):
        outgoing.post("https://push.example.net/x", body=b"", headers={}, seconds=1)


def test_what_is_sent_arrives_and_the_answer_is_heard():
    with PushService(status=429, headers={"Retry-After": "17", "Location": "http://127.0.0.1:1/"}) as service:
        answer = outgoing.post(service.url, body=b"abc", headers={"TTL": "5"}, seconds=5, anywhere=True)
    assert (answer.status, answer.retry_after) == (429, 17)
    assert [(one.body, one.headers["TTL"]) for one in service.heard] == [(b"abc", "5")]


def test_a_redirect_is_not_followed():
    with PushService() as inner, PushService(status=302, headers={"Location": inner.url}) as outer:
        assert outgoing.post(outer.url, body=b"", headers={}, seconds=5, anywhere=True).status == 302
    assert inner.heard == []


def test_a_service_that_talks_for_ever_is_left_after_a_while():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server,), daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            outgoing.post(
                f"http://127.0.0.1:{server.getsockname()[1]}/", body=b"", headers={}, seconds=0.3, anywhere=True
            )
        assert time.monotonic() - began < 5


def _drip(server: socket.socket) -> None:
    line, _ = server.accept()
    ended = threading.Event()
    with line:
        while not ended.wait(0.05):
            try:
                line.sendall(b"H")
            except OSError:
                return


def test_nobody_there_is_an_error_of_the_line():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionError):
        outgoing.post(f"http://127.0.0.1:{port}/", body=b"", headers={}, seconds=1, anywhere=True)
