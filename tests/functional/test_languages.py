"""Suites of several languages in one run, as their users see them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("go")]

PYTHON = "# START a\nx = 1\n# END a\n"
GO = """\
package snippets

import "testing"

func Test{name}(t *testing.T) {{
	// START {name}
	x := {value}
	// END {name}
	_ = x
}}
"""


@pytest.fixture
def both(project: Project) -> Project:
    """A project with a Suite of Python and one of Go."""
    project.write("snippets/py/source.py", PYTHON)
    project.write("snippets/go/suite.yaml", "flavour: go\nlanguage: go\nsources: ['*_test.go']\nlock: go.mod\n")
    project.write("snippets/go/go.mod", "module example.org/snippets\n\ngo 1.22\n")
    project.write("snippets/go/one_test.go", GO.format(name="One", value="1"))
    return project


def without_go(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a PATH on which everything is found but Go."""
    folder = project.pytester.path / "bin"
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(os.pathsep)):
        for tool in Path(place).glob("*") if Path(place).is_dir() else ():
            if tool.name not in ("go", "gofmt"):
                (folder / tool.name).unlink(missing_ok=True)
                (folder / tool.name).symlink_to(tool)
    monkeypatch.setenv("PATH", str(folder))
    assert shutil.which("go") is None


def test_interpreted_languages_come_first(both: Project) -> None:
    """They are proven while compilers work; within a language the order stays that of the Suites."""
    result = both.prove("-v")
    result.stdout.fnmatch_lines(["snippets/py/source.py::a PASSED*", "snippets/go/one_test.go::One PASSED*"])
    result.stdout.fnmatch_lines(["snipproof: 2 snippets proven, 0 expectations matched*"])
    assert result.ret == 0


def test_the_first_verdict_does_not_wait_for_the_last_compiler(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a compiler is at work, Python Sources are proven."""
    folder, go = both.pytester.path / "slow", shutil.which("go")
    folder.mkdir()
    shim = folder / "go"
    shim.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = test ]; then\n'
        f"  for _ in $(seq 600); do [ -e {both.pytester.path}/proven ] && break; sleep 0.1; done\n"
        f"  [ -e {both.pytester.path}/proven ] || exit 9\n"
        "fi\n"
        f'exec {go} "$@"\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    proven = f"open({str(both.pytester.path / 'proven')!r}, 'w').close()\n"
    result = both.prove("-v", source=PYTHON + proven)
    result.assert_outcomes(passed=2)


def test_a_missing_toolchain_is_a_skip_with_a_reason(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other languages are proven; the summary names what is missing and what to install.

    The ledger of known failures demands nothing of a language that could not run.
    """
    without_go(both, monkeypatch)
    settings = both.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text() + "known-failures = 'known.toml'\n")
    entry = '[snippets."snippets/go/one_test.go::One"]\noutcome = "blocked"\nreason = "why"\n'
    floors = "".join(f'[floor."snippets/{name}/suite.yaml"]\nsnippets = 1\n' for name in ("go", "py"))
    both.write("known.toml", entry + floors)
    monkeypatch.delenv("SNIPPROOF_RUN_REQUIRE", raising=False)
    result = both.prove("-rs")
    result.stdout.fnmatch_lines(
        [
            "snipproof: 1 skipped: go: no 'go' on the PATH: install Go*",
            "snipproof: 1 snippet proven, 1 skipped, 0 expectations matched*",
            "SKIPPED*snippets/go/one_test.go:6: go: no 'go' on the PATH: install Go*",
        ]
    )
    assert result.ret == 0


def test_a_required_toolchain_that_is_missing_is_an_error(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI nothing may be skipped silently: it is a failure of the machine, not of the docs."""
    without_go(both, monkeypatch)
    result = both.prove("--snippets-require")
    result.stdout.fnmatch_lines(["*no 'go' on the PATH*", "*hint: install*", "snipproof: infrastructure failure*"])
    assert result.ret == 69
    monkeypatch.setenv("SNIPPROOF_RUN_REQUIRE", "1")
    assert both.prove().ret == 69


def test_nothing_but_missing_toolchains_is_red(both: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in which every Snippet was skipped has proven nothing."""
    without_go(both, monkeypatch)
    monkeypatch.delenv("SNIPPROOF_RUN_REQUIRE", raising=False)
    result = both.prove("-k", "One")
    result.stdout.fnmatch_lines(["snipproof: every Snippet was skipped: nothing is proven"])
    assert result.ret == 1


def test_one_broken_file_does_not_hide_the_others(both: Project) -> None:
    """A Source that its compiler refuses is red at its line; the others of its package are proven."""
    both.write("snippets/go/two_test.go", GO.format(name="Two", value="undefined"))
    result = both.prove("-v")
    result.stdout.fnmatch_lines(
        [
            "snippets/go/one_test.go::One PASSED*",
            "snippets/go/two_test.go::Two FAILED*",
            "snippets/go/two_test.go:7:1 FAILED `Two`: go: undefined: undefined",
        ]
    )
    result.assert_outcomes(passed=2, failed=1)


def test_an_error_of_the_services_does_not_wait_for_the_compilers(
    both: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun in the background ends with the run: wrong usage is reported at once."""
    folder = both.pytester.path / "slow"
    folder.mkdir()
    (folder / "go").write_text("#!/bin/sh\n[ $1 = version ] && exec echo go1.26.0\nsleep 400\n")
    (folder / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SNIPPROOF_WEAVIATE_URL", raising=False)
    begin = time.monotonic()
    result = both.pytester.runpytest_subprocess("snippets", "--snippets-weaviate", "url")
    result.stderr.fnmatch_lines(["ERROR: command line: mode url requires an address"])
    assert (result.ret, time.monotonic() - begin < 30) == (pytest.ExitCode.USAGE_ERROR, True)


def test_only_what_is_selected_is_built(both: Project) -> None:
    """A broken Source that is not selected is ignored."""
    both.write("snippets/go/two_test.go", GO.format(name="Two", value="undefined"))
    both.prove("-k", "One").assert_outcomes(passed=1)


def test_workers_prove_several_languages(both: Project) -> None:
    """Each worker builds what it gets."""
    for number in range(3):
        both.write(f"snippets/go/more{number}_test.go", GO.format(name=f"More{number}", value=number))
    result = both.prove("-n", "2")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["snipproof: 5 snippets proven*"])
