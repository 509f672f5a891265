"""Every promise of this release is proved by a test that carries its code in its name."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.system import source

PROMISES = [
    *(f"R{number}" for number in range(1, 10)),
    *(f"S{number}" for number in range(1, 8)),
    *("A1", "A2", "A3", "A4", "A5", "A6", "A8", "D6", "F6"),
    *(f"B{number}" for number in range(1, 9)),
    *(f"W{number}" for number in range(1, 5)),
    *(f"M{number}" for number in range(1, 5)),
]


@cache
def codes_in_names() -> set[str]:
    """Promise codes in the names of test functions: `test_r1_…`, `test_…_b2_…`."""
    names = [
        name.rpartition(".")[2]
        for path in source.modules("tests")
        if path.name.startswith("test_")
        for name, _node in source.functions(path)
    ]
    words = [word for name in names if name.startswith("test_") for word in name.split("_")]
    return {word.upper() for word in words if re.fullmatch(r"[rsabwfdm]\d", word)}


@pytest.mark.parametrize("code", PROMISES)
def test_a_test_is_named_after(code: str):
    assert code in codes_in_names()


DOCUMENT = source.ROOT / "docs" / "promises.md"


def rows() -> dict[str, set[str]]:
    """The document's table: code → files of tests."""
    found = re.findall(r"^\| ([A-Z]\d) \| .*? \| (.*?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {code: set(re.findall(r"`([^`]+)`", files)) for code, files in found}


def test_the_document_names_exactly_the_files_that_hold_a_test_of_each_promise():
    named: dict[str, set[str]] = {}
    for path in source.modules("tests"):
        for name, _node in source.functions(path) if path.name.startswith("test_") else ():
            words = name.rpartition(".")[2].split("_")
            for word in words if words[0] == "test" else ():
                if re.fullmatch(r"[rsabwfdm]\d", word):
                    named.setdefault(word.upper(), set()).add(str(path.relative_to(source.ROOT / "tests")))
    assert rows() == named
    assert set(PROMISES) <= rows().keys()
