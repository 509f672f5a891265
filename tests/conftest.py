"""What every test gets: empty limits, a closed network, silence in the log; and real servers on request."""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests import servers, template


def pytest_configure(config: pytest.Config) -> None:
    """No test talks to anybody but this machine."""
    config.addinivalue_line("markers", "logs_errors(reason): this test makes errors on purpose; they are in the log")
    socket.socket.connect = _only_here(socket.socket.connect)  # type: ignore[method-assign]
    _let_tests_empty_what_stays()
    _let_a_database_take_its_time_to_go()


def _let_a_database_take_its_time_to_go() -> None:
    """The site's three seconds for a statement are too few for `DROP DATABASE` on a machine whose disk is busy."""
    from django.db.backends.base.creation import BaseDatabaseCreation

    destroy = BaseDatabaseCreation._destroy_test_db

    def in_peace(self: Any, name: str, verbosity: int) -> None:
        options = self.connection.settings_dict["OPTIONS"]
        if self.connection.vendor == "postgresql":
            self.connection.settings_dict["OPTIONS"] = {**options, "options": "-c statement_timeout=60000"}
        destroy(self, name, verbosity)

    BaseDatabaseCreation._destroy_test_db = in_peace  # type: ignore[method-assign]


def _let_tests_empty_what_stays() -> None:
    """The database refuses to delete some rows; emptying it after a test lifts that for a moment.

    The roles, which a migration makes, are back at once, so that the order of tests changes nothing.
    """
    from django.contrib.auth.models import Group
    from django.db.backends.base.operations import BaseDatabaseOperations

    from community import append_only
    from community.access import ROLES

    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_all(self: Any, statements: Any) -> None:
        append_only.lift(self.connection)
        try:
            flush(self, statements)
        finally:
            append_only.guard(self.connection)
        Group.objects.using(self.connection.alias).bulk_create(Group(name=role) for role in ROLES)

    BaseDatabaseOperations.execute_sql_flush = flush_all  # type: ignore[method-assign]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A skipped test is a test that did not run: `make test` does not forgive it unless told to."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and os.environ.get("FORBID_SKIPS") and exitstatus == 0:
        reporter.write_line("Some tests were skipped, and ALLOW_MISSING is not set.", red=True)
        session.exitstatus = 1


def _only_here(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise AssertionError(f"A test wanted to talk to {address[0]}: tests use no network")
        return connect(self, address)

    return guarded


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- The tables --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """With a database that was made for the whole run, each worker has a copy of it instead of migrating its own."""
    from django.db import connection

    if source := _to_copy():
        shutil.copy(source, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """The copy is taken as it is; what is missing in it is migrated as ever."""
    return django_db_keepdb or bool(_to_copy())


def _to_copy() -> Path | None:
    from django.db import connection

    return template.found() if connection.vendor == "sqlite" else None


# --- Before and after each test ---------------------------------------------------------------


@pytest.fixture(autouse=True)
def _limits_are_empty() -> Iterator[None]:
    from django.core.cache import cache

    from chat.services import room_guard
    from community import readiness, throttle
    from community.services import directory
    from moderation.services import thresholds

    throttle.forget_all()
    room_guard.forget()
    directory.forget()
    thresholds.forget()
    cache.clear()
    yield
    readiness.stop_draining()


@pytest.fixture(autouse=True)
def _reading_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a batch may take longer than it may in a room; tests about that name their own budget."""
    from moderation.services import screening

    monkeypatch.setattr(screening, "BUDGET_SECONDS", 60.0)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_errors_in_the_log(request: pytest.FixtureRequest) -> Iterator[None]:
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    yield
    logging.getLogger().removeHandler(errors)
    if errors.seen and not request.node.get_closest_marker("logs_errors"):
        pytest.fail("Unexpected errors in the log:\n" + "\n".join(errors.seen), pytrace=False)


# --- Rows for many tests ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that fixtures of a module make after this one are there for all its tests, and gone after the last.

    Each sees them as they were made. Tests that want an empty database stand above the first that asks.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def demo_community(rows_of_module: None) -> Iterator[None]:
    """The demo, loaded once for those tests of a module that ask for it."""
    from django.core.management import call_command
    from django.test import override_settings

    with override_settings(DEMO=True):
        call_command("demo")
        yield


# --- Real servers -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def server_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where servers keep their logs and data for the length of the run."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def shared_postgres(server_directory: Path) -> Iterator[servers.Postgres]:
    """A PostgreSQL for the whole run; tests that hurt it start their own."""
    one = servers.Postgres(server_directory)
    with servers.ended(one):
        yield one.start()


@pytest.fixture(scope="session")
def shared_valkey(server_directory: Path) -> Iterator[servers.Valkey]:
    """A Valkey for the whole run; tests that hurt it start their own."""
    one = servers.Valkey(server_directory)
    with servers.ended(one):
        yield one.start()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[servers.Valkey]:
    """A Valkey to kill, freeze and empty."""
    one = servers.Valkey(tmp_path)
    with servers.ended(one):
        yield one.start()


@pytest.fixture(scope="session")
def empty_sqlite(server_directory: Path) -> Path:
    """An SQLite file with all tables and nothing in them, to be copied."""
    return template.found() or template.make(server_directory)


@pytest.fixture(scope="session")
def empty_postgres(shared_postgres: servers.Postgres, server_directory: Path) -> str:
    """The name of a PostgreSQL database with all tables and nothing in them, to be copied."""
    shared_postgres.sql("CREATE DATABASE empty")
    env = servers.web_environment(server_directory, "http://127.0.0.1:8000")
    servers.manage("migrate", "--verbosity=0", env={**env, "DATABASE_URL": shared_postgres.url("empty")})
    return "empty"


class Site:
    """One or more web processes over one database, and a way to put rows into it."""

    def __init__(self, webs: list[servers.Web], database_url: str, blocker: Any) -> None:
        self.webs = webs
        self.database_url = database_url
        self._blocker = blocker

    def __getattr__(self, name: str) -> Any:
        """With one process, the site is the process: `site.url`, `site.kill9()` …"""
        return getattr(self.webs[0], name)

    def do(self, work: Callable[[], Any]) -> Any:
        """What `work()` returns, run on the site's own database in a thread of its own."""
        box: list[Any] = []
        thread = threading.Thread(target=self._run, args=(work, box), name="rows for the site")
        thread.start()
        thread.join()
        if isinstance(box[0], BaseException):
            raise box[0]
        return box[0]

    def _run(self, work: Callable[[], Any], box: list[Any]) -> None:
        from django.contrib.auth import base_user
        from django.db import connections
        from django.test import override_settings

        from community.settings import PASSWORD_HASHERS

        try:
            # Hashed as the site does it, so that people made here can sign in there.
            with (
                self._blocker.unblock(),
                override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS),
                mock.patch.object(base_user, "make_password", _hashed),
            ):
                connections["default"] = _line_to(self.database_url)
                try:
                    box.append(work())
                finally:
                    connections["default"].close()
        except BaseException as error:  # raised again by `do`
            box.append(error)


@functools.cache
def _hashed(password: str | None) -> str:
    """The hash of a password, made once: all members made for a site have the same one, and it is slow on purpose."""
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def _line_to(url: str) -> Any:
    import dj_database_url
    from django.db import connections
    from django.db.utils import load_backend

    settings = {**connections["default"].settings_dict, **dj_database_url.parse(url)}
    settings["CONN_MAX_AGE"] = 0
    settings["OPTIONS"] = (
        {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA foreign_keys=ON;"}
        if settings["ENGINE"].endswith("sqlite3")
        else {}
    )
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")


@pytest.fixture
def start_web(tmp_path: Path, empty_sqlite: Path, django_db_blocker: Any) -> Iterator[Callable[..., Site]]:
    """Starts a site of one web process with its own SQLite file: `start_web(server="uvicorn", env={…})`."""
    started: list[servers.Process] = []

    def start(*, server: str = "daphne", env: dict[str, str] | None = None, arguments: tuple[str, ...] = ()) -> Site:
        path = tmp_path / f"site{len(started)}.sqlite3"
        shutil.copy(empty_sqlite, path)
        url = f"sqlite:///{path}"
        more = ("--server", server, *arguments)
        web = servers.Web(tmp_path, f"web{len(started)}", env={"DATABASE_URL": url, **(env or {})}, arguments=more)
        started.append(web)
        return Site([web.start()], url, django_db_blocker)

    try:
        yield start
    finally:
        with servers.ended(*started):
            pass


@pytest.fixture
def web(start_web: Callable[..., Site]) -> Site:
    """One web process under Daphne with its own SQLite file."""
    return start_web()


@pytest.fixture
def web_pair(
    tmp_path: Path,
    shared_postgres: servers.Postgres,
    empty_postgres: str,
    valkey: servers.Valkey,
    django_db_blocker: Any,
) -> Iterator[Site]:
    """Two web processes, one PostgreSQL database, one Valkey (`web_pair.valkey`) of their own."""
    name = f"site_{os.getpid()}_{valkey.port}"
    shared_postgres.sql(f"CREATE DATABASE {name} TEMPLATE {empty_postgres}")
    env = {"DATABASE_URL": shared_postgres.url(name), "REDIS_URL": valkey.url}
    webs = [servers.Web(tmp_path, f"web{number}", env=env) for number in range(2)]
    try:
        site = Site([one.start() for one in webs], env["DATABASE_URL"], django_db_blocker)
        site.valkey = valkey
        yield site
    finally:
        with servers.ended(*webs):
            pass
        shared_postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site_over(tmp_path: Path, django_db_blocker: Any) -> Iterator[Callable[..., Site]]:
    """`site_over(env, rows_in=url)` starts one web process over a database that the test made; `port` chooses one."""
    started: list[servers.Process] = []

    def start(env: dict[str, str], *, rows_in: str, port: int = 0) -> Site:
        web = servers.Web(tmp_path, f"web{len(started)}", env=env, port=port)
        started.append(web)
        return Site([web.start()], rows_in, django_db_blocker)

    yield start
    with servers.ended(*started):
        pass


@pytest.fixture
async def open_socket() -> AsyncIterator[Callable[..., Any]]:
    """`await open_socket(url, cookie)` is a `SocketClient`; all of them are closed after the test."""
    from tests.sockets import SocketClient

    opened: list[SocketClient] = []

    async def open_one(url: str, cookie: str = "", **how: Any) -> SocketClient:
        opened.append(await SocketClient.connect(url, cookie, **how))
        return opened[-1]

    yield open_one
    for one in opened:
        await one.line.close()
