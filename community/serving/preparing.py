"""Everything a first start needs, skipped when nothing has changed since: tables, files, the demo community."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands

WATCHED = ("migrations/*.py", "static/**/*", "seed/**/*", "management/commands/demo*.py", "demo*.py")


def prepare(say: Callable[[str], object], *, with_demo: bool) -> bool:
    """Migrates, collects static files and loads the demo. False when the last time still holds."""
    stamp = Path(settings.VAR_DIR) / "prepared"
    print_now = fingerprint(with_demo=with_demo)
    if stamp.exists() and stamp.read_text() == print_now and _database_is_there():
        return False
    stamp.unlink(missing_ok=True)
    say("Preparing tables, static files and the demo (only when something changed) …")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if with_demo and has_demo():
        call_command("demo", verbosity=0)
    stamp.write_text(print_now)
    return True


def has_demo() -> bool:
    """True when a demo community can be loaded."""
    return "demo" in get_commands()


def is_collected() -> bool:
    """True when pages will find their style sheets and scripts."""
    by_manifest = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    return not by_manifest or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()


def fingerprint(*, with_demo: bool) -> str:
    """A hash that changes when tables, static files, seeds or the database address do."""
    digest = hashlib.sha256(f"{settings.DATABASE_URL} {with_demo}".encode())
    for path in sorted(set(_watched())):
        seen = path.stat()
        digest.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _watched() -> Iterator[Path]:
    yield Path(settings.BASE_DIR) / "requirements.txt"
    for app in apps.get_app_configs():
        if Path(settings.BASE_DIR) in Path(app.path).parents and "site-packages" not in app.path:
            for pattern in WATCHED:
                yield from (path for path in Path(app.path).glob(pattern) if path.is_file())


def _database_is_there() -> bool:
    # An SQLite file that was deleted has to be made again; anything else is asked by `serve` itself.
    name = settings.DATABASES["default"]["NAME"]
    return not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") or Path(name).exists()
