"""A database with all tables and nothing in them, made once for a whole run: to migrate takes longer than a hundred tests."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests import servers

NAME = "TEST_TEMPLATE"  # the variable that tells every pytest of a run where it is


def make(directory: Path) -> Path:
    """Migrates a new SQLite file. Raises `CannotStart` when that fails."""
    path = directory / "empty.sqlite3"
    env = servers.web_environment(directory, "http://127.0.0.1:8000")
    servers.manage("migrate", "--verbosity=0", env={**env, "DATABASE_URL": f"sqlite:///{path}"})
    with closing(sqlite3.connect(path)) as line:
        line.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def found() -> Path | None:
    """The file of this run; None for a pytest that was started by itself."""
    named = os.environ.get(NAME)
    return Path(named) if named else None
