"""Other people's servers, played by the test: a push service that its browser can read, and one that takes letters."""

from __future__ import annotations

import email
import json
import socketserver
import struct
import threading
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from community import webpush


@dataclass
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Browser:
    """A subscription, and the private half that reads what is sent to it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes !!"
        self._public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": webpush.encoded(self._public), "auth": webpush.encoded(self._auth)}

    def read(self, body: bytes) -> dict[str, str]:
        """What the page's service worker would be given (RFC 8291, from the other side)."""
        salt, (size, length) = body[:16], struct.unpack("!IB", body[16:21])
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = self._derived(shared, self._auth, b"WebPush: info\x00" + self._public + theirs, 32)
        key = self._derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = self._derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain[-1:] == b"\x02"
        return json.loads(plain[:-1])

    @staticmethod
    def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class PushService:
    """A push service on this machine. `status` is what it answers from now on."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/push/abc"
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.heard.append(Heard(self.path, dict(self.headers), body))
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class MailServer:
    """Takes letters by SMTP. With `is_away` it refuses them, as a server in trouble does."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], Message]] = []
        self.is_away = False

    def __enter__(self) -> Self:
        mail = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                mail._speak(self)

        socketserver.ThreadingTCPServer.daemon_threads = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.port = self._server.server_address[1]
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _speak(self, line: Any) -> None:
        to: list[str] = []
        line.wfile.write(b"220 here\r\n")
        for raw in line.rfile:
            word = raw.decode().strip().upper()
            if word.startswith("RCPT"):
                to.append(raw.decode().split("<")[1].split(">")[0])
            if word == "DATA":
                line.wfile.write(b"354 go on\r\n")
                self._take(line, to)
            elif word.startswith("MAIL") and self.is_away:
                line.wfile.write(b"451 later\r\n")
            else:
                line.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 yes\r\n")

    def _take(self, line: Any, to: list[str]) -> None:
        body = b"".join(iter(line.rfile.readline, b".\r\n"))
        self.letters.append((list(to), email.message_from_bytes(body)))
        line.wfile.write(b"250 taken\r\n")
