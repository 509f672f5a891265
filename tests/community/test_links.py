"""The link checker says what it found, ends in time, and cannot be used to reach inside."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import link_pages, links, outgoing
from community.link_rounds import APART, Known, after, due
from community.links import State, look

PUBLIC = "93.184.215.14"
NOW = dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC)
Answering = Callable[[BaseHTTPRequestHandler], None]


class Net:
    """An internet on this machine: every public address is one server here, and each connect is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.answers, self.heard = folder, {}, []  # type: ignore[var-annotated]
        self.names: dict[str, str] = {}
        self.connects: list[str] = []
        self.ended = threading.Event()
        self.ports = {80: self._serve()}

    def _serve(self, context: ssl.SSLContext | None = None) -> int:
        net = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                net.heard.append((self.path, dict(self.headers)))
                with_ = net.answers.get(self.path)
                with_(self) if with_ else say(self, 404)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass

        server = Server(("127.0.0.1", 0), Handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self.servers = [*getattr(self, "servers", []), server]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server.server_port

    def secure(self, name: str = "help.example.org", *, days: int = 30) -> Path:
        """Opens port 443 with a certificate signed by itself; gives its file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(until - dt.timedelta(days=60)).not_valid_after(until)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        file = self.folder / "both.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self.ports[443] = self._serve(context)
        return file

    def find(self, host: str, port: int, **_: Any) -> list[Any]:
        try:
            address = str(outgoing.ipaddress.ip_address(host))
        except ValueError:
            address = self.names.get(host, PUBLIC)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self, target: tuple[str, int], timeout: float) -> socket.socket:
        self.connects.append(target[0])
        made = socket.socket()
        made.settimeout(timeout)
        try:
            made.connect(("127.0.0.1", self.ports[target[1]]))
        except OSError:
            made.close()
            raise
        return made

    def close(self) -> None:
        self.ended.set()
        for one in self.servers:
            one.shutdown()
            one.server_close()


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Net]:
    made = Net(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", made.find)
    monkeypatch.setattr(socket, "create_connection", made.connect)
    yield made
    made.close()


def say(to: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    to.send_response(status)
    for name, value in {"Content_Type": "text/html", **headers}.items():
        to.send_header(name.replace("_", "-"), value)
    to.end_headers()
    with contextlib.suppress(OSError):
        to.wfile.write(body)


def saying(status: int = 200, body: bytes = b"<title>Help</title>", **headers: str) -> Answering:
    return lambda to: say(to, status, body, **headers)


def raw(data: bytes) -> Answering:
    return lambda to: to.wfile.write(data) and None


URL = "http://help.example.org/a"


@pytest.mark.parametrize(("answer", "state"), [
    (saying(), State.INSECURE), (saying(404), State.GONE), (saying(410), State.GONE), (saying(500), State.UNREACHABLE),
    (saying(503), State.LATER), (saying(200, b"<h1>Seite nicht gefunden</h1>"), State.SOFT_MISSING),
    (saying(302, Location="/"), State.SOFT_MISSING), (saying(302, Location="/a"), State.TOO_MANY_REDIRECTS),
    (saying(302, Location="http://10.0.0.1/"), State.NOT_PUBLIC), (saying(301, Location="http://169.254.169.254/x"), State.NOT_PUBLIC),
    (saying(302, Location="http://inner.example.org/x"), State.NOT_PUBLIC), (saying(302, Location="http://help.example.org:22/"), State.NOT_PUBLIC),
    (saying(302, Location="file:///etc/passwd"), State.NOT_AN_ADDRESS), (saying(302, Location="http://[x/"), State.NOT_AN_ADDRESS),
    (saying(302, Location="http://a:b@help.example.org/"), State.NOT_AN_ADDRESS), (saying(302, Location="//own.example.org/x"), State.NOT_PUBLIC),
    (raw(b""), State.UNREACHABLE), (raw(b"nonsense\r\n\r\n"), State.UNREACHABLE), (raw(b"HTTP/1.1 2x0 ok\r\n\r\n"), State.UNREACHABLE),
    (raw(b"HTTP/1.1 200 ok\r\n" + b"A: b\r\n" * 500), State.UNREACHABLE), (raw(b"HTTP/1.1 200 ok\r\nA: " + b"b" * 70_000), State.UNREACHABLE),
    (raw(b"HTTP/1.1 200 ok\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), State.UNREACHABLE),
    (saying(200, b"x" * 3_000_000), State.INSECURE), (saying(200, b"\xff\xfe", Content_Type="text/html; charset=base64"), State.INSECURE),
    (saying(200, b"not gzip", Content_Encoding="gzip"), State.INSECURE),
])  # fmt: skip
def test_an_answer_is_read_for_what_it_says(net: Net, answer: Answering, state: State):
    net.answers.update({"/a": answer, "/": saying()})
    net.names["inner.example.org"] = "10.1.2.3"
    verdict = look(URL, own=["own.example.org"])
    assert verdict.state == state
    assert verdict.sentence
    assert set(net.connects) == {PUBLIC}


@pytest.mark.parametrize(
    "name", ["base64", "rot13", "undefined", "idna", "punycode", "unicode_escape", "zip", "none", "utf-16", "shift_jis"]
)
def test_no_charset_is_an_accident(name: str):
    assert isinstance(link_pages.text_of(b"<title>\xff\x00\\x", {"content-type": f"text/html; charset={name}"}), str)


def test_a_small_body_that_unpacks_to_a_huge_one_is_read_to_the_limit():
    bomb = gzip.compress(b"x" * 20_000_000)
    assert len(link_pages.text_of(bomb, {"content-encoding": "gzip"})) == link_pages.MOST_BYTES


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 ok\r\n", b"HTTP/1.1 200 ok\r\nContent-Length: 99\r\n\r\nx", b""])
def test_a_site_that_dawdles_is_left(net: Net, begun: bytes):
    def dawdle(to: BaseHTTPRequestHandler) -> None:
        to.wfile.write(begun)
        while not net.ended.wait(0.05):
            to.wfile.write(b"A")

    net.answers["/a"] = dawdle
    assert look(URL, seconds=0.4).state == State.TIMED_OUT


def test_a_site_that_says_nothing_when_greeted_in_tls_is_left(net: Net):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        net.ports[443] = silent.getsockname()[1]
        assert look("https://help.example.org/", seconds=0.3).state == State.TIMED_OUT


def test_nobody_there_is_unreachable(net: Net):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        net.ports[80] = gone.getsockname()[1]
    assert look(URL).state == State.UNREACHABLE


@pytest.mark.parametrize(
    ("name", "days", "kind"),
    [("help.example.org", 30, "signed by itself"), ("help.example.org", -1, "signed by itself|expired")],
)
def test_a_certificate_that_nobody_vouches_for_is_named(net: Net, name: str, days: int, kind: str):
    net.secure(name, days=days)
    verdict = look("https://help.example.org/")
    assert verdict.state == State.INSECURE
    assert any(one in verdict.sentence for one in kind.split("|"))


@pytest.mark.parametrize(
    ("name", "days", "kind"), [("other.example.org", 30, "another name"), ("help.example.org", -1, "expired")]
)
def test_a_certificate_that_is_vouched_for_can_still_be_wrong(
    net: Net, monkeypatch: pytest.MonkeyPatch, name: str, days: int, kind: str
):
    monkeypatch.setenv("SSL_CERT_FILE", str(net.secure(name, days=days)))
    assert kind in look("https://help.example.org/").sentence


def test_moving_for_good_is_told_apart_from_moving_for_now(net: Net, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(net.secure()))
    new = "https://help.example.org/new"
    net.answers.update(
        {
            "/a": saying(301, Location=new),
            "/b": saying(302, Location="/new"),
            "/new": saying(),
            "/down": saying(302, Location=URL),
        }
    )
    assert look(URL) == links.Verdict(State.MOVED, new, 200)
    assert look("https://help.example.org/b").state == State.OK
    assert look(new).state == State.OK
    assert "from https to http" in look("https://help.example.org/down").sentence


def test_a_look_is_polite(net: Net):
    net.answers["/a"] = saying(429, Retry_After="999999")
    assert (
        look(URL, agent=links.agent_for("https://c.example", "a@c.example\r\nX: y")).retry_after == links.LATEST_SECONDS
    )
    headers = net.heard[0][1]
    assert headers["User-Agent"] == "link check (+https://c.example; a@c.exampleX: y)"
    assert not {"Cookie", "Referer"} & set(headers)


def test_a_name_in_another_script_is_asked_for_in_ascii(net: Net):
    net.answers["/%C3%BC"] = saying()
    assert look("http://bücher.example/ü").address == "http://xn--bcher-kva.example/%C3%BC"


INNER = ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.1", "[::1]", "[::7f00:1]", "[::ffff:127.0.0.1]", "[fec0::1]", "[64:ff9b::a00:1]",
         "[2002:7f00:1::]", "[fe80::1%251]", "localhost", "169.254.169.254", "10.0.0.1", "127。0。0。1", "100.64.0.1", "help.example.org:8080", "u@help.example.org"]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=60), st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "ftp", "HTTP", "gopher"]), st.sampled_from(INNER) | st.text(max_size=20) | st.ip_addresses().map(str), st.text(max_size=10))))  # fmt: skip
def test_a_hostile_address_never_raises_and_reaches_nothing_inside(net: Net, url: str):
    if 443 not in net.ports:
        net.secure()
    net.names.update({"0x7f.1": "127.0.0.1", "127.0x1": "127.0.0.1"})
    assert isinstance(look(url, seconds=5).sentence, str)
    assert all(outgoing.is_public(one) for one in net.connects)


@pytest.mark.parametrize("host", INNER)
def test_an_inner_address_is_not_connected_to(net: Net, host: str):
    net.names["0x7f.1"] = "127.0.0.1"
    assert look(f"http://{host}/").state in (State.NOT_PUBLIC, State.NOT_AN_ADDRESS)
    assert net.connects == []


def test_a_round_asks_each_host_once_and_no_more_than_the_night_allows():
    several = [Known(f"https://{host}.example/{n}") for host in "abc" for n in range(3)]
    assert len({one.url[:10] for one in due(several, NOW)}) == len(due(several, NOW)) == 3
    assert len(due(several, NOW, most=10, looked_tonight=9)) == 1
    assert due(several, NOW, busy=["a.example"], asked={"b.example": NOW - APART / 2})[0].url == "https://c.example/0"


def test_failures_wait_longer_each_time_and_the_third_in_a_row_is_broken():
    link, at, waits = Known("https://a.example/"), NOW, []
    for _ in range(3):
        assert not link.is_broken
        link = after(link, at, failed=True)
        hours = next(n for n in range(1, 999) if due([link], at + dt.timedelta(hours=n)))
        waits.append(hours)
        at += dt.timedelta(hours=hours)
    assert link.is_broken
    assert waits == sorted(set(waits))
    assert not after(link, at, failed=False).failures


def test_a_host_that_asked_for_time_is_given_it_and_it_is_no_failure():
    link = after(Known("https://a.example/", failures=2), NOW, failed=False, retry_after=3 * 86400)
    assert link.failures == 2
    assert due([link], NOW + dt.timedelta(days=2, hours=23)) == []
    assert due([link], NOW + dt.timedelta(days=3)) == [link]
