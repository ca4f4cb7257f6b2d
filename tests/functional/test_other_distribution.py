"""A language of another distribution is checked and proven like those of this package."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.support import toy_distribution

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

SOURCE = """\
# START greet
print hello
# END greet
# START Expected greet results
# hello
# END Expected greet results
print hidden
# START broken
fail there is no such thing
# END broken
# START late
print late
# END late
"""
PAGE = """\
import FilteredTextBlock from '@site/src/components/FilteredTextBlock';
import Toy from '!!raw-loader!/snippets/toy/hello.toy';

# Greeting

<FilteredTextBlock text={Toy} startMarker="# START greet" endMarker="# END greet" language="LANGUAGE" />
"""


@pytest.fixture
def toy(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one Source of the language, and the distribution on the path of every Python."""
    toy_distribution.install(project.pytester.path / "site-packages")
    monkeypatch.setenv("PYTHONPATH", str(project.pytester.path / "site-packages"), prepend=os.pathsep)
    (project.pytester.path / "snippets/py/suite.yaml").unlink()
    project.write("snippets/toy/suite.yaml", "flavour: toy\nlanguage: toy\nsources: ['*.toy']\n")
    project.write("snippets/toy/hello.toy", SOURCE)
    return project


def check(project: Project, language: str) -> subprocess.CompletedProcess[str]:
    """Run ``snipproof check`` on a Page that shows the Source as ``language``."""
    project.write("docs/page.mdx", PAGE.replace("LANGUAGE", language))
    command = [sys.executable, "-m", "snipproof", "check", "--no-cache"]
    return subprocess.run(command, cwd=project.pytester.path, capture_output=True, text=True, check=False)


def test_its_sources_are_proven(toy: Project) -> None:
    """A Snippet that runs passes with its output, one that fails is red at its line, one after it is blocked."""
    result = toy.prove("-v")
    result.stdout.fnmatch_lines(
        [
            "snipproof: toy: nothing to install",
            "snippets/toy/hello.toy::greet PASSED*",
            "snippets/toy/hello.toy::broken FAILED*",
            "snippets/toy/hello.toy::late BLOCKED*",
            "snippets/toy/hello.toy:9:1 FAILED `broken`: ToyError: there is no such thing",
            ">    9 | fail there is no such thing",
            "snipproof: 1 snippet proven, 1 failed, 1 blocked, 1 expectation matched, Weaviate 1.39.0 (url)",
        ]
    )
    assert result.ret == 1


def test_its_output_is_compared(toy: Project) -> None:
    """An Expectation that shows something else is red at its line."""
    toy.write("snippets/toy/hello.toy", SOURCE.replace("# hello", "# goodbye"))
    result = toy.prove("-k", "greet")
    result.stdout.fnmatch_lines(["snippets/toy/hello.toy:5:1 FAILED `greet`: expected output differs*"])
    assert result.ret == 1


def test_it_is_proven_before_languages_with_a_compiler(toy: Project) -> None:
    """The row decides the place: its Sources come before those of Go, whatever the names of the Suites."""
    toy.write("snippets/a-go/suite.yaml", "flavour: go\nlanguage: go\nsources: ['*_test.go']\nlock: go.mod\n")
    toy.write("snippets/a-go/go.mod", "module example.org/snippets\n\ngo 1.22\n")
    toy.write("snippets/a-go/one_test.go", "package a\n// START one\n// END one\n")
    result = toy.pytester.runpytest_subprocess("--collect-only", "-q", "snippets", "-p", "no:randomly")
    result.stdout.fnmatch_lines(["snippets/toy/hello.toy::greet", "snippets/a-go/one_test.go::one"])


def test_check_knows_it(toy: Project) -> None:
    """A Page may show it under its own name only."""
    done = check(toy, "toy")
    assert (done.returncode, done.stdout + done.stderr) == (0, done.stdout), done.stdout + done.stderr
    done = check(toy, "python")
    assert done.returncode == 1
    assert "docs/page.mdx:6:" in done.stdout
    assert "Toy" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("toy_lang:ToyRunner", "no_such_module:ToyRunner", "failed to import: ModuleNotFoundError*no_such_module*"),
        ("toy_lang:ToyRunner", "toy_lang:NoRunner", "failed to import: AttributeError*NoRunner*"),
        ("toy_lang:ToyRunner", "toy_lang:TOY", "is not a snipproof Runner but *"),
    ],
)
def test_a_runner_that_is_missing_is_named_with_its_distribution(
    toy: Project, old: str, new: str, problem: str
) -> None:
    """It is a settings error that names the distribution and its entry point."""
    module = toy.pytester.path / "site-packages/toy_lang.py"
    module.write_text(module.read_text().replace(f'runner="{old}"', f'runner="{new}"'))
    result = toy.prove()
    message = f"the runner '{new}' of the entry point 'toy' of toy-lang in the group 'snipproof.languages' {problem}"
    result.stderr.fnmatch_lines([f"ERROR: {message}", "  hint: update or uninstall toy-lang"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result = toy.prove("-n", "1")
    result.stdout.fnmatch_lines([f"*{message}"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
