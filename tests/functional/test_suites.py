"""What is wrong with a Suite is reported once, and none of its Snippets is blamed; no Suite is hidden in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from snipproof.errors import InfrastructureError
from snipproof.pytest_plugin.sharding import find_source

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

GOOD = "# START {0}\nprint('{0}')\n# END {0}\n"
SUITE = "flavour: {0}\nlanguage: python\nsources: ['**/*.py']\n"
SETTINGS = "[tool.snipproof]\npages = []\nsuites = ['**/suite.yaml']\n"


@pytest.fixture
def two(project: Project) -> Project:
    """A project with two Sources in one Suite, and another Suite that is right."""
    project.write("snippets/py/one.py", GOOD.format("one") + GOOD.format("more"))
    project.write("snippets/py/two.py", GOOD.format("two"))
    project.write("snippets/other/suite.yaml", SUITE.format("other"))
    project.write("snippets/other/three.py", GOOD.format("three"))
    return project


def blamed(result: pytest.RunResult) -> bool:
    """Whether a Snippet is reported as failed, or a module of ours is shown."""
    text = result.stdout.str() + result.stderr.str()
    return "FAILED" in text or "Traceback" in text or "src/snipproof" in text


def test_a_binding_that_breaks_the_code_is_one_error(two: Project) -> None:
    two.write(
        "snippets/py/suite.yaml",
        SUITE.format("py") + 'bindings:\n- find: "\'two\'"\n  replace: "\'two"\n  optional: true\n',
    )
    result = two.prove("--continue-on-collection-errors")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["snippets/py/suite.yaml:5:1 the binding \"'two'\" makes valid code invalid: snippets/py/two.py:2 *literal*"]
    )
    assert not blamed(result)
    assert two.prove().ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("fixtures: [gallerie]\n", "snippets/py/suite.yaml:4:12 no fixture 'gallerie' is defined for this Suite"),
        ("options:\n  - -B\n  - --bogus\n", "snippets/py/suite.yaml:6:5 python* refuses the options"),
    ],
)
def test_a_mistake_in_a_suite_file_is_one_error_of_the_settings(two: Project, more: str, message: str) -> None:
    """At its line, with the exit code of pytest for wrong usage; other Suites are proven."""
    two.write("snippets/py/suite.yaml", SUITE.format("py") + more)
    result = two.prove()
    result.assert_outcomes(passed=1, errors=1, skipped=2)
    result.stdout.fnmatch_lines(
        [f"{message}*", "snipproof: 2 skipped: py: not proven because of an error: snippets/py/suite.yaml:*"]
    )
    result.stdout.fnmatch_lines(["snipproof: the settings are wrong, not the documentation (exit code 4)"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not blamed(result)


def test_an_unexpected_exception_names_the_suite(two: Project) -> None:
    """It is an infrastructure failure, reported once; a defect elsewhere has its own exit code."""
    two.write(
        "conftest.py",
        "from snipproof.run.runners.python.runner import PythonRunner\n"
        "build = PythonRunner.build\n"
        "def fail(self, programs):\n"
        "    if self.context.suite.flavour == 'py':\n"
        "        raise ZeroDivisionError('by zero')\n"
        "    build(self, programs)\n"
        "PythonRunner.build = fail\n",
    )
    result = two.prove()
    result.assert_outcomes(passed=1, errors=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "snippets/py/suite.yaml:1:1 failed to prepare the Suite: ZeroDivisionError: by zero",
            "*raised by fail in conf*",
        ]
    )
    assert result.ret == InfrastructureError.exit_code
    assert not blamed(result)
    two.write("snippets/other/three.py", "# START three\n1 / 0\n# END three\n")
    assert two.prove().ret == pytest.ExitCode.TESTS_FAILED


def test_a_missing_variable_is_named(two: Project) -> None:
    """With the setting that passes it on."""
    two.write("snippets/py/one.py", "import os\n# START one\nkey = os.environ['CAT_KEY']\n# END one\n")
    result = two.prove("-k", "one")
    result.stdout.fnmatch_lines(
        [
            "snippets/py/one.py:3:1 FAILED `one`: KeyError: 'CAT_KEY' (the environment variable CAT_KEY, which *3 r*",
            "  hint: set CAT_KEY where pytest runs, and add 'CAT_KEY' to `run.env`*",
        ]
    )


def collected(pytester: pytest.Pytester, *args: str) -> tuple[list[str], list[str]]:
    """Return the ids of what ``pytest ARGS`` collects, and the lines about what it does not."""
    result = pytester.runpytest_subprocess("--collect-only", "-q", "-p", "no:randomly", *args)
    ids = [line for line in result.outlines if "::" in line and not line.startswith("snipproof")]
    return ids, [line for line in result.outlines if line.startswith("snipproof: not collected")]


@pytest.fixture
def hidden(pytester: pytest.Pytester) -> pytest.Pytester:
    """Three Suites; the names of two folders are among those that pytest does not enter. Unit tests are beside them."""
    for folder in ("_code/build", ".docs", "guide"):
        name = folder.strip("._/").replace("/", "")
        (pytester.path / folder / "deep" / "dist").mkdir(parents=True)
        (pytester.path / folder / "suite.yaml").write_text(SUITE.format(name))
        (pytester.path / folder / "deep" / "dist" / "source.py").write_text(GOOD.format("a"))
        (pytester.path / folder / "other").mkdir()
    (pytester.path / "_code/build/suite.yaml").write_text(SUITE.format("code").replace("**", "deep/**"))
    (pytester.path / "_code/build/other/test_unit.py").write_text("def test_unit(): pass\n")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests/test_own.py").write_text("def test_own(): pass\n")
    (pytester.path / "pyproject.toml").write_text(SETTINGS)
    (pytester.path / "pytest.ini").write_text("[pytest]\nnorecursedirs = _* .* build dist\n")
    return pytester


ALL = [f"{folder}/deep/dist/source.py::a" for folder in (".docs", "_code/build", "guide")]


def test_folders_that_pytest_does_not_enter_are_entered_for_sources(hidden: pytest.Pytester) -> None:
    """And for nothing else: unit tests in them stay hidden. What the user chooses is respected in silence."""
    assert collected(hidden) == ([*ALL, "tests/test_own.py::test_own"], [])
    assert collected(hidden, ".") == collected(hidden)
    assert collected(hidden, "_code") == ([ALL[1]], [])
    assert collected(hidden, "guide/deep/dist/source.py") == ([ALL[2]], [])
    assert collected(hidden, "tests") == (["tests/test_own.py::test_own"], [])
    assert collected(hidden, "-k", "own") == (["tests/test_own.py::test_own"], [])
    assert collected(hidden, "--ignore=_code", "--ignore-glob=.d*") == ([ALL[2], "tests/test_own.py::test_own"], [])


def test_what_testpaths_and_collect_ignore_hide_is_reported(hidden: pytest.Pytester) -> None:
    """Once, with the reason and what to do; not if the user names what to run."""
    (hidden.path / "conftest.py").write_text("collect_ignore = ['_code']\n")
    ids, lines = collected(hidden)
    assert ids == [ALL[0], ALL[2], "tests/test_own.py::test_own"]
    (line,) = lines
    start = "snipproof: not collected: _code/build/suite.yaml (1 Source): pytest ignores the folder (`collect_ignore`, "
    assert line == f"{start}or a virtual environment); to prove all Suites: pytest --snippets"
    (hidden.path / "conftest.py").unlink()
    (hidden.path / "pytest.ini").write_text("[pytest]\ntestpaths = tests guide\n")
    ids, lines = collected(hidden)
    assert ids == ["tests/test_own.py::test_own", ALL[2]]
    (line,) = lines
    start = "snipproof: not collected: .docs/suite.yaml (1 Source), _code/build/suite.yaml (1 Source): "
    assert line == f"{start}`testpaths` names other folders; to prove all Suites: pytest --snippets"
    assert collected(hidden, "tests") == (["tests/test_own.py::test_own"], [])


def test_workers_report_what_is_hidden_once(hidden: pytest.Pytester) -> None:
    (hidden.path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    result = hidden.runpytest_subprocess("-n", "2", "-p", "no:randomly")
    result.assert_outcomes(passed=1)
    assert result.stdout.str().count("snipproof: not collected: ") == 1


def test_all_suites_whatever_pytest_is_configured_to_collect(hidden: pytest.Pytester) -> None:
    """`--snippets` collects every Source and nothing else; paths limit it, and only the command line leaves out."""
    venv = hidden.path / "guide"
    (venv / "pyvenv.cfg").touch()  # pytest takes the folder for a virtual environment
    (hidden.path / "conftest.py").write_text("collect_ignore = ['_code']\ncollect_ignore_glob = ['.d*']\n")
    (hidden.path / "pytest.ini").write_text("[pytest]\nnorecursedirs = _* .* deep\ntestpaths = tests\n")
    assert collected(hidden) == (["tests/test_own.py::test_own"], [*collected(hidden)[1]])
    assert collected(hidden, "--snippets") == (ALL, [])
    assert collected(hidden, "--snippets", "_code", "guide") == (ALL[1:], [])
    assert collected(hidden, "--snippets", ALL[2]) == ([ALL[2]], [])
    assert collected(hidden, "--snippets", "--ignore=_code") == ([ALL[0], ALL[2]], [])
    assert collected(hidden, "--snippets", f"--deselect={ALL[0]}", "-k", "not guide") == ([ALL[1]], [])
    assert collected(hidden, "--snippets", "--snippets-shard=2/3")[0] == [ALL[1]]
    (hidden.path / "guide" / "bin").mkdir()
    result = hidden.runpytest_subprocess("--collect-only", "--snippets", "tests")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_all_suites_are_proven_by_workers_and_again_after_a_failure(project: Project, hidden: pytest.Pytester) -> None:
    (hidden.path / "snippets/py/suite.yaml").unlink()
    (hidden.path / "pytest.ini").write_text("[pytest]\nnorecursedirs = *\ntestpaths = tests\n")
    (hidden.path / "guide/deep/dist/source.py").write_text("# START a\n1 / 0\n# END a\n")
    result = hidden.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--snippets", *project.server_options)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.no_fnmatch_line("*not collected*")
    again = hidden.runpytest_subprocess("--lf", "-p", "no:randomly", "--snippets", *project.server_options)
    again.assert_outcomes(failed=1)


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_source_that_cannot_be_collected_keeps_no_other_from_being_proven(
    two: Project, workers: tuple[str, ...]
) -> None:
    two.write("snippets/py/none.py", "print('no Snippet')\n")
    result = two.prove("--snippets", *workers)
    result.assert_outcomes(passed=4, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    if not workers:
        assert two.prove().ret == pytest.ExitCode.INTERRUPTED


def test_a_suite_that_is_not_collected_is_never_green(project: Project, hidden: pytest.Pytester) -> None:
    """A hook that hides it is reported, with exit code 1."""
    (hidden.path / "snippets/py/suite.yaml").unlink()
    (hidden.path / "conftest.py").write_text(
        "import pytest\n"
        "class Nothing(pytest.Directory):\n    def collect(self): return []\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collect_directory(path, parent):\n"
        "    return Nothing.from_parent(parent, path=path) if path.name == 'guide' else None\n"
    )
    for workers in ((), ("-n", "1")):
        result = hidden.runpytest_subprocess("--snippets", "-p", "no:randomly", *workers, *project.server_options)
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(
            ["snipproof: not collected: guide/suite.yaml (1 Source): a plugin or a `conftest.py` hides them"]
        )
        assert result.ret == pytest.ExitCode.TESTS_FAILED
    (hidden.path / "pyproject.toml").write_text("")
    result = hidden.runpytest_subprocess("--snippets")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --snippets: no Suite is configured: *"])


@pytest.fixture
def outside(project: Project) -> Project:
    """A docs tree, and settings with Suites in a folder beside it."""
    project.write("pyproject.toml", "")
    (project.pytester.path / "snippets/py/suite.yaml").unlink()
    code = "# START a\nprint(open('words').read())\n# END a\n# START b\nprint(2)\n# END b\n"
    project.write("site/code/_py/one.py", code)
    project.write("site/code/_py/two.py", code)
    project.write("proofs/snipproof.toml", "root = '../site'\npages = []\nsuites = ['*/suite.yaml']\n")
    project.write(
        "proofs/py/suite.yaml", SUITE.format("py").replace("**", "/**") + "files: {words: words}\nfixtures: [note]\n"
    )
    project.write("proofs/py/words", "miaow")
    project.write(
        "proofs/conftest.py",
        "import pytest\n@pytest.fixture(scope='session')\ndef note():\n    open('note', 'a').write('x')\n",
    )
    return project


def test_settings_and_suites_outside_the_docs_tree(outside: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From above, from beside and from inside; with workers, a Source is not split; the docs tree stays as it is."""
    pytester = outside.pytester
    config = ("--snippets-config", "proofs/snipproof.toml", "-p", "no:cacheprovider", *outside.server_options)
    result = pytester.runpytest_subprocess("--snippets", *config, "-n", "2", "--snippets-report", "run.json")
    result.assert_outcomes(passed=4)
    report = json.loads((pytester.path / "run.json").read_text())
    assert [suite["path"] for suite in report["run"]["suites"]] == ["../proofs/py/suite.yaml"]
    assert {each["id"] for each in report["snippets"]} == {
        f"code/_py/{n}.py::{r}" for n in ("one", "two") for r in "ab"
    }
    assert sorted(path.name for path in (pytester.path / "site").rglob("*")) == ["_py", "code", "one.py", "two.py"]
    monkeypatch.chdir(pytester.path / "proofs")
    (line,) = collected(pytester)[1]
    assert line.startswith(
        "snipproof: not collected: ../proofs/py/suite.yaml (2 Sources): the docs tree is another folder;"
    )
    pytester.runpytest_subprocess("--snippets", *config[2:], "-k", "one").assert_outcomes(passed=2)
    pytester.runpytest_subprocess("--snippets", "../site/code/_py/two.py", *config[2:]).assert_outcomes(passed=2)
    files = [f"../site/code/_py/{name}.py" for name in ("one", "two")]
    listed = pytester.runpytest_subprocess("--snippets", "--rootdir", ".", "--collect-only", "-q", *files, *config[2:])
    listed.stdout.fnmatch_lines_random([f"code/_py/{n}.py::{r}" for n in ("one", "two") for r in "ab"])
    monkeypatch.chdir(pytester.path / "site")
    pytester.runpytest_subprocess(
        "--snippets", "--snippets-config", "../proofs/snipproof.toml", *config[2:]
    ).assert_outcomes(passed=4)
    (pytester.path / "proofs/conftest.py").write_text("import nothing_at_all\n")
    failed = pytester.runpytest_subprocess("--snippets", "--snippets-config", "../proofs/snipproof.toml")
    assert failed.ret == pytest.ExitCode.USAGE_ERROR
    failed.stderr.fnmatch_lines(["ERROR: *conftest.py cannot be imported: ModuleNotFoundError: *"])


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("code/a.py", True),
        ("site/code/a.py", True),
        ("../site/code/a.py", True),
        ("a.py", True),
        ("other/a.py", False),
        ("xcode/a.py", False),
        ("tests/test_a.py", False),
    ],
)
def test_ids_of_sources_whatever_they_are_relative_to(path: str, *, found: bool) -> None:
    """pytest-xdist keeps a Source on one worker by the ids of its items."""
    assert find_source(path, dict.fromkeys(["code/a.py", "code/b.py"])) == ("code/a.py" if found else None)
