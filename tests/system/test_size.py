"""Code that fits into a head: short functions, short modules, pages that arrive quickly."""

from __future__ import annotations

import ast
import gzip
from pathlib import Path

import pytest

from tests.system import source

LONGEST_FUNCTION = 40
LONGEST_MODULE = 250  # lines of code
SCRIPT_LIMIT = 90 * 1024  # bytes, compressed, of all pages for everybody; what one page may load, test_look.py says
STYLE_LIMIT = 45 * 1024


@pytest.mark.parametrize("path", source.modules(), ids=lambda path: str(path.relative_to(source.ROOT)))
def test_a_module_is_short_and_says_what_it_is(path: Path):
    assert source.lines_of_code(path) <= LONGEST_MODULE, "name the two things inside, and part them"
    assert not path.read_text().strip() or ast.get_docstring(source.tree(path)), "a module begins with a sentence"


@pytest.mark.parametrize("path", source.modules(), ids=lambda path: str(path.relative_to(source.ROOT)))
def test_functions_are_short_and_public_ones_say_what_one_gets(path: Path):
    functions = list(source.functions(path))
    long = [name for name, node in functions if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION]
    spoken = [(name, node) for name, node in functions if _is_public(name) and not _only_names_a_shape(node)]
    silent = [name for name, node in spoken if not ast.get_docstring(node)]
    assert not long, f"longer than {LONGEST_FUNCTION} lines: {long}"
    assert not silent, f"public, without a docstring: {silent}"


# Django says what these are for; overriding them needs a word only where it surprises.
HOOKS = {
    "ready",
    "handle",
    "add_arguments",
    "clean",
    "dispatch",
    "form_valid",
    "form_invalid",
    "get_context_data",
    "to_python",
    "to_url",
}


def _is_public(name: str) -> bool:
    # What a private class does is its module's business.
    return not any(part.startswith("_") for part in name.split(".")) and name.rpartition(".")[2] not in HOOKS


def _only_names_a_shape(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return isinstance(node.body[-1], ast.Expr) and getattr(node.body[-1].value, "value", None) is ...


@pytest.mark.parametrize(("kind", "limit"), [("js", SCRIPT_LIMIT), ("css", STYLE_LIMIT)])
def test_all_scripts_and_styles_together_are_small(kind: str, limit: int):
    found = [path for app in source.APPS for path in (source.ROOT / app / "static").rglob(f"*.{kind}")]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in found) <= limit


def test_nothing_is_left_for_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "pragma: " + "no cover", "debug" + "ger;")
    paths = [
        *source.modules(*source.APPS, "tests", "bench"),
        *(path for app in source.APPS for path in (source.ROOT / app / "static").rglob("*.js")),
    ]
    found = [f"{path.name}: {word}" for path in paths for word in words if word in path.read_text(encoding="utf-8")]
    assert not found
