"""`.env.example` names exactly the variables that the settings read, and nothing else reads any."""

from __future__ import annotations

import ast
import os
import re
import secrets
import subprocess
import sys

from tests.system import source

SETTINGS = source.ROOT / "community" / "settings.py"
READERS = {"str", "bool", "int", "list", "float", "json"}


def read_by_settings() -> set[str]:
    """Names given to `env.…("NAME")` and `secret("NAME")` in the settings."""
    calls = [node for node in ast.walk(source.tree(SETTINGS)) if isinstance(node, ast.Call) and node.args]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str) and _reads(call.func)
    }


def _reads(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "secret"
    return isinstance(function, ast.Attribute) and function.attr in READERS


def in_example() -> list[str]:
    """Names at the beginning of the example's lines."""
    return re.findall(r"^(?:# )?([A-Z_]+)=", (source.ROOT / ".env.example").read_text(), re.MULTILINE)


# The tests and `make check` set it; it means nothing to a site.
ONLY_FOR_TESTS = {"TEST_DATABASE"}


def test_the_example_names_every_variable_once_and_no_other():
    named = in_example()
    assert len(named) == len(set(named))
    assert set(named) == read_by_settings() - ONLY_FOR_TESTS


def test_the_example_holds_no_key():
    text = (source.ROOT / ".env.example").read_text()
    assert re.search(r"^SECRET_KEY=$", text, re.MULTILINE)
    assert re.search(r"^FIELD_KEYS=$", text, re.MULTILINE)


def test_a_site_with_the_example_and_two_keys_of_its_own_passes_every_check():
    values = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (source.ROOT / ".env.example").read_text(), re.MULTILINE))
    values |= {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": secrets.token_urlsafe(48)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=source.ROOT,
        env={"PATH": os.environ["PATH"], **values},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_only_the_settings_read_the_environment():
    allowed = {"community/settings.py", "community/asgi.py"}
    readers = {
        str(path.relative_to(source.ROOT))
        for path in source.modules()
        if re.search(r"os\.environ|os\.getenv|environs", path.read_text())
    }
    assert readers <= allowed
