"""Who may import whom (docs/architecture.md): the contracts hold, and none was left out."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.system import source

CONTRACTS = tomllib.loads((source.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_every_import_contract_is_kept():
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=source.ROOT,
        env={**os.environ, "PYTHONPATH": str(source.ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_every_app_has_exhaustive_layers():
    exhaustive = {app for one in CONTRACTS if one.get("exhaustive") for app in one["containers"]}
    assert exhaustive == set(source.APPS)


def test_only_consumers_and_hub_know_channels_and_only_text_knows_bleach():
    ignored = {line for one in CONTRACTS if one["id"] in ("channels", "text") for line in one["ignore_imports"]}
    assert {line.split(" -> ")[0] for line in ignored} <= {
        "chat.hub", "chat.backbone", "chat.consumers", "community.asgi", "community.text",
    }  # fmt: skip
