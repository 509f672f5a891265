"""Alive and ready: what a watcher is told, and what strangers are not."""

from __future__ import annotations

from typing import Any

import pytest

from community import readiness


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The checks of readiness, to add to."""
    kept = dict(readiness._probes)
    monkeypatch.setattr(readiness, "_probes", kept)
    return kept


@pytest.mark.django_db
def test_a_fresh_process_is_alive_and_ready(client: Any):
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_f2_a_draining_process_is_alive_but_not_ready(client: Any):
    readiness.begin_draining()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize("check", [lambda: False, lambda: 1 / 0])
def test_w4_a_failing_check_makes_it_unready_and_strangers_are_not_told_why(client: Any, probes: Any, check: Any):
    probes["secret-part"] = check
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert b"secret-part" not in answer.content


@pytest.mark.django_db
def test_neither_is_kept_by_a_cache(client: Any):
    for path in ("/health/live", "/health/ready"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_w1_neither_takes_a_post(client: Any):
    assert client.post("/health/live").status_code == 405


async def test_drains_run_together_and_a_hanging_one_is_left_behind(monkeypatch: pytest.MonkeyPatch):
    import asyncio

    done: list[str] = []

    async def quick() -> None:
        done.append("quick")

    async def hanging() -> None:
        await asyncio.Event().wait()

    async def broken() -> None:
        raise ValueError("on purpose")

    monkeypatch.setattr(readiness, "_drains", [hanging, broken, quick])
    await readiness.drain(within_seconds=0.05)
    assert done == ["quick"]
