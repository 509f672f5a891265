"""`manage.py classify`, `train_detector` and `evaluate_detector`."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from moderation.detector import model, ngrams
from moderation.training import corpus, regression, synthetic
from tests.moderation.detector.sentences import FLAGGED, LEFT_ALONE
from tests.system import source


def classify(lines: list[str], monkeypatch) -> tuple[list[dict], str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode("utf-8", "surrogatepass"))))
    call_command("classify", "--jsonl", stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_json_lines_are_answered_with_level_score_category_spans_and_reasons(monkeypatch):
    lines = [
        json.dumps({"id": 1, "text": "i truly want to die"}),
        json.dumps({"id": "b", "messages": ["i truly want", "to die"]}),
    ]
    answers, complaints = classify(lines, monkeypatch)
    assert [one["id"] for one in answers] == [1, "b"]
    assert all(one.keys() == {"id", "level", "score", "category", "spans", "reasons"} for one in answers)
    assert [one["level"] for one in answers] == ["high", "high"]
    assert answers[1]["spans"] == [[0, 0, 12], [1, 0, 6]]
    assert not complaints


def test_bad_lines_are_told_by_number_without_their_text_and_do_not_stop_it(monkeypatch):
    bad = ["{secret", '{"id": 1}', '{"id": 2, "messages": []}', '{"id": 3, "text": 5}', "[]", '"secret"', "\ud800"]
    answers, complaints = classify([*bad, json.dumps({"id": "good", "text": "hello"})], monkeypatch)
    assert [one["id"] for one in answers] == ["good"]
    assert [line.split(":")[0] for line in complaints.splitlines()] == [f"line {n}" for n in range(1, len(bad) + 1)]
    assert "secret" not in complaints


def test_a_text_is_explained_to_a_person():
    out = io.StringIO()
    call_command("classify", "I truly want to die", stdout=out)
    assert out.getvalue().startswith("high (suicide")
    assert "'I truly want to die'" in out.getvalue()


def test_without_a_text_it_asks_for_one():
    with pytest.raises(CommandError):
        call_command("classify")


def test_neither_numpy_nor_django_is_needed_to_screen():
    code = "import sys; from moderation.detector import screen; screen('hello'); print({'django', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=source.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def data(tmp_path):
    rows = [{"id": f"r{n}", "text": text, "label": "crisis"} for n, text in enumerate(FLAGGED[:40])]
    rows += [{"id": f"n{n}", "text": text, "label": "unlabelled_normal"} for n, text in enumerate(LEFT_ALONE[:60])]
    rows = [{**row, "split": "valid" if at % 3 == 0 else "train"} for at, row in enumerate(rows)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_training_twice_writes_the_same_bytes_and_a_small_file(data, monkeypatch):
    few = list(synthetic.own())[::40]  # all of them, and all steps, take minutes
    monkeypatch.setattr(synthetic, "own", lambda: iter(few))
    monkeypatch.setattr(regression, "STEPS", 8)
    written = []
    for name in ("one.bin", "two.bin"):
        call_command("train_detector", data=data, out=data / name, stdout=io.StringIO())
        written.append((data / name).read_bytes())
    assert written[0] == written[1]
    assert len(written[0]) < 1_000_000
    assert model.dump(model.load(written[0])) == written[0]


def test_training_on_nothing_is_refused(tmp_path):
    with pytest.raises(CommandError):
        call_command("train_detector", data=tmp_path, out=tmp_path / "m.bin")


def test_an_evaluation_prints_figures_and_no_text(data):
    out = io.StringIO()
    call_command("evaluate_detector", data=data, stdout=out)
    assert "at 0.1 %" in out.getvalue()
    assert [name for name in corpus.KEPT if f"Hand-written cases, {name}: " not in out.getvalue()] == []
    assert not [text for text in FLAGGED[:40] if len(text) > 12 and text in out.getvalue()]


def test_the_shipped_model_is_small_and_whole():
    content = model.FILE.read_bytes()
    assert len(content) < 1_000_000
    assert len(model.load(content).risk.weights) == ngrams.BUCKETS


@pytest.mark.parametrize("content", [b"", b"nonsense", model.FILE.read_bytes()[:5000]])
def test_a_broken_model_is_refused(content: bytes):
    with pytest.raises(ValueError, match=r"."):
        model.load(content)


def test_reading_data_keeps_labels_and_splits(data):
    texts = list(corpus.read(data))
    assert sum(one.is_risk for one in texts) == 40
    assert {one.held_out for one in texts} == {True, False}
