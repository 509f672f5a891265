"""The project's own source, as the tests about it see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
APPS = ("community", "chat", "moderation")


def modules(*folders: str) -> list[Path]:
    """Python files of the apps (or of these folders), without migrations."""
    found = (path for folder in folders or APPS for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of a module and every method of its classes, with its full name. Inner ones belong to theirs."""
    yield from _functions(tree(path), "")


def _functions(node: ast.AST, within: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{within}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{child.name}", child


def lines_of_code(path: Path) -> int:
    """Lines that say something to the machine: neither empty, nor comment, nor docstring."""
    text = path.read_text(encoding="utf-8")
    lines = {number for number, line in enumerate(text.splitlines(), 1) if line.strip() and line.strip()[0] != "#"}
    return len(lines - _docstring_lines(tree(path)))


def _docstring_lines(node: ast.AST) -> set[int]:
    found: set[int] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            one
        ):
            found |= set(range(one.body[0].lineno, (one.body[0].end_lineno or 0) + 1))
    return found
