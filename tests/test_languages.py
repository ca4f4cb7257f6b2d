"""Languages: the rows, and the entry points that they are found by."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator

import pytest

from snipproof import languages
from snipproof.errors import SettingsError
from snipproof.languages import Language, comment_tokens, displayed, is_program, language_of_file, of_file, runnable

ZIG = Language("zig", "Zig", (".zig",), ("zig",), ("//",), runner="zig_lang:Runner", compiles=True)


@pytest.fixture
def _fresh() -> Iterator[None]:
    """Look the entry points up again, before and after."""
    caches = (languages.languages, languages._names_by_display_language, languages._names_by_extension)
    caches += (languages.displayed, languages.of_file)  # type: ignore[assignment]
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def with_entry_point(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Make ``value`` an entry point in addition to the installed ones."""
    installed = importlib.metadata.entry_points
    further = importlib.metadata.EntryPoint("zig", value, languages.ENTRY_POINT_GROUP)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: [*installed(group=group), further])


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.PY", "python"), ("x.mts", "typescript"), ("A.java", "java"), ("x.cs", "csharp"), ("x.zig", ""), ("py", "")],
)
def test_a_file_has_the_language_of_its_extension(path: str, name: str) -> None:
    assert of_file(path) == name
    row = language_of_file(path)
    assert (row.name if row else "") == name


def test_a_display_language_may_have_any_case() -> None:
    assert [displayed(word) for word in ("PyIndent", "tsv2", "goraw", "C#", "text")] == [
        "python", "typescript", "go", "csharp", "",
    ]  # fmt: skip


def test_languages_without_a_compiler_come_first() -> None:
    assert list(runnable()) == ["python", "typescript", "go", "java"]


def test_extensions_and_display_languages_belong_to_one_language() -> None:
    rows = languages.languages().values()
    for words in ([row.extensions for row in rows], [row.display_languages for row in rows]):
        flat = [word for group in words for word in group]
        assert len(flat) == len(set(flat))
        assert all(word == word.lower() for word in flat)


def test_an_unknown_language_has_no_comments_and_no_programs() -> None:
    assert comment_tokens("cobol") == ()
    assert not is_program("cobol")


@pytest.mark.usefixtures("_fresh")
def test_another_distribution_adds_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with_entry_point(monkeypatch, f"{__name__}:ZIG")
    monkeypatch.setitem(__import__("sys").modules, __name__, __import__("types").SimpleNamespace(ZIG=ZIG))
    assert list(runnable()) == ["python", "typescript", "go", "java", "zig"]
    assert of_file("x.zig") == displayed("zig") == "zig"
    assert comment_tokens("zig") == ("//",)


@pytest.mark.usefixtures("_fresh")
def test_another_distribution_runs_a_language_that_has_no_runner_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row counts, whichever entry point is found first; a second row with a Runner is a mistake."""
    row = languages.SHELL._replace(runner="other:Runner")
    installed = importlib.metadata.entry_points
    monkeypatch.setitem(__import__("sys").modules, __name__, __import__("types").SimpleNamespace(ROW=row))
    further = importlib.metadata.EntryPoint("shell", f"{__name__}:ROW", languages.ENTRY_POINT_GROUP)
    for first, last in (((further,), ()), ((), (further,))):
        monkeypatch.setattr(
            importlib.metadata, "entry_points", lambda *, group, a=first, b=last: [*a, *installed(group=group), *b]
        )
        languages.languages.cache_clear()
        assert languages.languages()["shell"] is row
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda *, group: [*installed(group=group), further, further]
    )
    languages.languages.cache_clear()
    with pytest.raises(SettingsError, match="repeats the language 'shell'"):
        languages.languages()


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("no_such_module:ZIG", "failed to load: ModuleNotFoundError"),
        ("snipproof.model:Suite", "is not a snipproof Language but <class"),
        ("snipproof.languages:GO", "repeats the language 'go'"),
    ],
)
def test_an_invalid_entry_point_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str, problem: str) -> None:
    with_entry_point(monkeypatch, value)
    with pytest.raises(SettingsError) as error:
        languages.languages()
    assert f"the entry point {value!r}" in error.value.message
    assert problem in error.value.message
    assert "update or uninstall" in error.value.hint
