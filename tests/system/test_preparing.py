"""A first start prepares everything, a second one nothing, and a change is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from community.serving import preparing

MANIFEST = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[str]:
    """The management commands that were called; none of them runs."""
    called: list[str] = []
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(preparing, "call_command", lambda name, **_: called.append(name))
    monkeypatch.setattr(preparing, "_database_is_there", lambda: True)
    monkeypatch.setattr(preparing, "has_demo", lambda: True)
    return called


def test_the_first_start_prepares_everything_and_the_second_nothing(done: list[str]):
    assert preparing.prepare(print, with_demo=True)
    assert done == ["migrate", "collectstatic", "demo"]
    assert not preparing.prepare(print, with_demo=True)
    assert len(done) == 3


def test_a_changed_file_is_noticed(done: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    watched = tmp_path / "part.css"
    watched.write_text("one")
    monkeypatch.setattr(preparing, "_watched", lambda: iter([watched]))
    preparing.prepare(print, with_demo=False)
    watched.write_text("another")
    assert preparing.prepare(print, with_demo=False)
    assert done == ["migrate", "collectstatic"] * 2


def test_a_failed_preparation_is_done_again(done: list[str], monkeypatch: pytest.MonkeyPatch):
    def fails(_name: str, **_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(preparing, "call_command", fails)
        with pytest.raises(ConnectionError):
            preparing.prepare(print, with_demo=True)
    assert preparing.prepare(print, with_demo=True)


def test_uncollected_files_are_noticed_where_pages_need_them(settings: Any, tmp_path: Path):
    settings.STATIC_ROOT = tmp_path
    assert preparing.is_collected()  # plain files are found where they lie
    settings.STORAGES = {**settings.STORAGES, **MANIFEST}
    assert not preparing.is_collected()
    (tmp_path / "staticfiles.json").write_text("{}")
    assert preparing.is_collected()
