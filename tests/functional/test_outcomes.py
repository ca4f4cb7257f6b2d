"""What a writer sees for every kind of Source, run as a writer runs it."""

from __future__ import annotations

import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from tests.support.processes import left_running, with_argument
from tests.support.project import SETTINGS, SUITE

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

GOOD = """\
import json
# START first
print(json.dumps({"distance": 0.05797, "title": "A cat"}))
# END first
x = 1
# START second
y = x + 1
# END second
'''
# START Expected first results {of: first}
{"distance": 0.058, ...}
# END Expected first results
'''
"""


def no_traceback_of_ours(result: pytest.RunResult) -> None:
    """Code of snipproof never shows in what a user reads."""
    for folder in ("pytest_plugin", "run", "services", "processes", "site", "compare", "update"):
        result.stdout.no_fnmatch_line(f"*snipproof/{folder}/*.py*")
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_good_source_is_proven(project: Project) -> None:
    """Every Snippet passes under its stable id, and the summary counts what was proven."""
    result = project.prove("-v", source=GOOD)
    result.stdout.fnmatch_lines(
        [
            "snippets/py/source.py::first PASSED*",
            "snippets/py/source.py::second PASSED*",
            "snipproof: 2 snippets proven, 1 expectation matched, Weaviate 1.39.0 (url)",
        ]
    )
    assert result.ret == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("0.058,", "0.059,", 11, "$.distance: expected 0.059, which was printed with 3 decimals, actual 0.05797"),
        ('{"distance": 0.058, ...}', '{"title": "A dog", ...}', 11, '$.title: expected "A dog", actual "A cat"'),
        (", ...}", "}", 11, '$.title: not expected, but in the actual output: "A cat"'),
        ('{"distance": 0.058, ...}', '{"distance": 0.058, ...', 11, "the block is not the data it shows"),
        ("print(json", "str(json", 11, "JSON expected, but the output is something else"),
    ],
)
def test_a_wrong_expected_block_is_red_at_its_line(
    project: Project, old: str, new: str, line: int, message: str
) -> None:
    """Any literal of a shown output that is not in the real one fails, at the line of the docs."""
    result = project.prove(source=GOOD.replace(old, new))
    assert result.ret == 1
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines_random([f"snippets/py/source.py:{line}:1 FAILED `first`: expected output differs*"])
    assert message in result.stdout.str()
    no_traceback_of_ours(result)


def test_an_exception_fails_its_snippet_and_blocks_the_next(project: Project) -> None:
    """The Snippet that raises is named with its line; one that lacks what it assigns is blocked, not failed."""
    source = "# START a\nok = 1\n# END a\n# START b\nvalue = {}\nx = value['key']\n# END b\n# START c\nz = x\n# END c\n"
    result = project.prove(source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "snippets/py/source.py:6:1 FAILED `b`: KeyError: 'key'",
            ">    6 | x = value['key']",
            "BLOCKED snippets/py/source.py::c - blocked: `b` failed before it (NameError: name 'x' is not defined)",
            "snipproof: 1 snippet proven, 1 failed, 1 blocked, 0 expectations matched*",
        ]
    )
    no_traceback_of_ours(result)


GOES_ON = """\
value = 1
# START fails
known = 1
value = int("no")
late = value
# END fails
assert late
hidden = late

# START lacks a value
print(value)
made = 1
# END lacks a value
# START lacks what a blocked one assigns
print(made)
# END lacks what a blocked one assigns
# START lacks what hidden code assigns
print(hidden)
# END lacks what hidden code assigns
# START runs
print(known)
# END runs
# START has a defect of its own
print(unheard_of)
# END has a defect of its own
# START comes last
print("end")
# END comes last
"""


def test_a_source_goes_on_behind_a_failure(project: Project) -> None:
    """What follows passes, fails by itself, or is blocked by what it lacks: never proven with an older value."""
    result = project.prove("-v", source=GOES_ON)
    result.assert_outcomes(passed=2, failed=2)
    blocked = "snippets/py/source.py::{} - blocked: `fails` failed before it (NameError: name '{}' is not defined)"
    result.stdout.fnmatch_lines(
        [
            "snippets/py/source.py::fails FAILED*",
            "snippets/py/source.py::runs PASSED*",
            "snippets/py/source.py::has a defect of its own FAILED*",
            "snippets/py/source.py::comes last PASSED*",
            "snippets/py/source.py:4:1 FAILED `fails`: ValueError: invalid literal*",
            "snippets/py/source.py:24:1 FAILED `has a defect of its own`: NameError: name 'unheard_of' is not defined",
            "BLOCKED " + blocked.format("lacks a value", "value"),
            "BLOCKED " + blocked.format("lacks what a blocked one assigns", "made"),
            "BLOCKED " + blocked.format("lacks what hidden code assigns", "hidden"),
        ]
    )
    project.write("snippets/py/suite.yaml", f"{SUITE}stop-on-failure: true\n")
    project.prove().stdout.fnmatch_lines(["snipproof: 0 snippets proven, 1 failed, 6 blocked,*"])


@pytest.mark.parametrize("behind", ["hidden()", "import sys\nsys.exit(3)", "def f(:"])
def test_a_source_ends_at_hidden_code_that_fails(project: Project, behind: str) -> None:
    """Nothing is proven behind it; neither behind an exit."""
    source = f"# START a\nx = 1\n# END a\n{behind}\n# START b\ny = 1\n# END b\n"
    result = project.prove(source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["snipproof: * snippet* proven,* 1 failed*"])
    assert "2 snippets proven" not in result.stdout.str()


def test_a_blocked_snippet_alone_is_red(project: Project) -> None:
    """Selecting only a Snippet that is blocked by another one is never green."""
    source = "# START a\nx = 1 / 0\n# END a\n# START b\nz = x\n# END b\n"
    result = project.prove("-k", "b and not a", source=source)
    result.stdout.fnmatch_lines(["*1 deselected, 1 blocked*"])
    assert result.ret == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = '''\n# START a\ncode\n# END a\n'''\n", "it is inside a string literal (snippets/py/source.py:2)"),
        ("if False:\n    # START a\n    x = 1\n    # END a\n", "line 3 never ran (snippets/py/source.py:3)"),
        ("# START a\ndef f():\n    return 1\n# END a\n", "`f` is never called (snippets/py/source.py:2)"),
        (
            "# START a\nx = 1\n# END a\nif x == 2:\n    # START a\n    y = 1\n    # END a\n",
            "as a whole: line 6 never ran (snippets/py/source.py:6)",
        ),
    ],
)
def test_a_snippet_that_never_runs_is_red(project: Project, source: str, reason: str) -> None:
    """Text that is shown but not executed proves nothing."""
    result = project.prove("-rN", source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["snippets/py/source.py N*"])
    assert reason in result.stdout.str()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_module\n# START a\nx = 1\n# END a\n", "source.py:1:1 FAILED `a`: hidden code before it: Mod"),
        (
            "# START a\nx = 1\n# END a\nassert x == 2\n",
            "source.py:4:1 FAILED `a`: hidden code after it: AssertionError",
        ),
        ("# START a\nx = (\n# END a\n", "source.py:2:1 FAILED `a`: SyntaxError: '(' was never closed"),
        ("# START a\nraise SystemExit(3)\n# END a\n", "FAILED `a`: the process ended with exit code 3"),
        ("# START a\nimport os\nos.kill(os.getpid(), 9)\n# END a\n", "FAILED `a`: the process was killed by signal 9"),
    ],
)
def test_a_failure_outside_the_markers_is_red_at_its_line(project: Project, source: str, message: str) -> None:
    """Hidden code, syntax and exit codes fail the Snippet that they belong to."""
    result = project.prove(source=source)
    assert result.ret == 1
    assert message in result.stdout.str()
    no_traceback_of_ours(result)


def test_a_hung_snippet_is_stopped_where_it_stands(project: Project) -> None:
    """A time-out names the line at which the Source hung, and everything it started is gone."""
    source = (
        "import subprocess, sys\n# START a\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(987654)'], start_new_session=True)\n"
        "import time\ntime.sleep(60)\n# END a\n"
    )
    result = project.prove("--snippets-timeout", "1", source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["snippets/py/source.py:5:1 FAILED `a`: still running after 1 s, stopped at snippets/py/source.py:5"]
    )
    assert left_running(with_argument("987654")) == []


def test_a_flood_of_output_is_stopped(project: Project) -> None:
    """A Source that prints without end is stopped at the output limit."""
    result = project.prove(source="# START a\nwhile True:\n    print('x' * 10000)\n# END a\n")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*FAILED `a`: stopped: it printed more than 4,000,000 bytes"])


def test_an_unbound_expectation_is_an_error(project: Project) -> None:
    """Shown output that no Snippet prints is never green; with ``--snippets``, the Snippets are proven nevertheless."""
    result = project.prove(source=GOOD.replace("{of: first}", "{of: frist}"))
    result.stdout.fnmatch_lines(["*snippets/py/source.py:10:* SP301 *frist*", "*first*"])
    assert result.ret == 2
    no_traceback_of_ours(result)
    result = project.prove("--snippets", source=GOOD.replace("{of: first}", "{of: frist}"))
    outcomes = result.parseoutcomes()
    assert outcomes.pop("passed") > 0
    assert outcomes == {"errors": 1}
    assert result.ret == 1


def test_a_source_without_snippets_is_an_error(project: Project) -> None:
    """A Source whose markers were lost is never green."""
    result = project.prove(source="x = 1\n")
    result.stdout.fnmatch_lines(["*snippets/py/source.py:1:1 no Snippet*"])
    assert result.ret == 2


def test_a_suite_without_sources_is_an_error(project: Project) -> None:
    """A glob that matches nothing is never green."""
    result = project.prove()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*snippets/py/suite.yaml:3:*"])


def test_nothing_collected_is_red(project: Project) -> None:
    """Deselecting everything is pytest's exit code 5."""
    assert project.prove("-k", "nothing", source=GOOD).ret == 5


def test_a_settings_typo_is_an_error(project: Project) -> None:
    """A setting that does not exist is named with its place and a guess."""
    project.write("pyproject.toml", "[tool.snipproof]\nsuites = []\n[tool.snipproof.run]\ntimout = 3\n")
    result = project.prove(source=GOOD)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*pyproject.toml:4:1 unknown setting 'run.timout'", "*did you mean 'timeout'?"])


def test_a_binding_that_matches_nothing_is_an_error(project: Project) -> None:
    """An address that is not bound would reach whatever listens there: the binding is named with its place."""
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(
        suite.read_text() + "bindings:\n  - find: 'http://localhost:8080'\n    replace: '{weaviate.url}'\n"
    )
    result = project.prove(source=GOOD)
    result.stdout.fnmatch_lines(["*snippets/py/suite.yaml:5:1 the binding 'http://localhost:8080' matches nothing*"])
    assert result.ret == 2


def test_a_binding_gives_the_real_address(project: Project) -> None:
    """The documented address reaches the running server."""
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(
        suite.read_text() + "bindings:\n  - find: 'http://localhost:8080'\n    replace: '{weaviate.url}'\n"
    )
    source = (
        "# START a\nimport requests\nprint(requests.get('http://localhost:8080/v1/meta').text)\n# END a\n"
        '"""\n# START Expected a results\n{"version": "1.39.0", ...}\n# END Expected a results\n"""\n'
    )
    result = project.prove(source=source)
    result.stdout.fnmatch_lines(["snipproof: 1 snippet proven, 1 expectation matched*"])
    assert result.ret == 0


def test_a_server_that_does_not_start_is_an_infrastructure_failure(project: Project, tmp_path: Path) -> None:
    """An infrastructure failure has an exit code of its own, and shows the tail of the server's log."""
    project.write("snippets/py/source.py", GOOD)
    binary = tmp_path / "weaviate-server"
    binary.write_text("#!/bin/sh\necho the disk is made of cheese\nexit 7\n")
    binary.chmod(0o755)
    project.pytester.makeconftest(f"import os\nos.environ['SNIPPROOF_WEAVIATE_BINARY'] = {str(binary)!r}\n")
    result = project.pytester.runpytest_subprocess("snippets", "--snippets-weaviate", "embedded")
    result.stdout.fnmatch_lines(["*the disk is made of cheese*", "snipproof: infrastructure failure*"])
    assert result.ret == 69
    no_traceback_of_ours(result)


def test_a_mode_without_its_address_is_a_settings_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that shows only when the services start is still wrong usage, with a message."""
    monkeypatch.delenv("SNIPPROOF_WEAVIATE_URL", raising=False)
    project.write("snippets/py/source.py", GOOD)
    result = project.pytester.runpytest_subprocess("snippets", "--snippets-weaviate", "url")
    result.stderr.fnmatch_lines(["ERROR: command line: mode url requires an address", "*hint: set weaviate.url*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    no_traceback_of_ours(result)


def test_a_lock_file_that_cannot_be_installed_is_an_infrastructure_failure(project: Project, tmp_path: Path) -> None:
    """An environment that cannot be made has that exit code too, and shows the end of pip's output."""
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(suite.read_text() + "lock: requirements.lock\n")
    project.write("snippets/py/requirements.lock", "six==1.17.0\n")  # without a hash
    project.write("pyproject.toml", f"{SETTINGS}cache-dir = {str(tmp_path / 'cache')!r}\n")
    result = project.prove(source=GOOD)
    result.stdout.fnmatch_lines(["*requirements.lock:1:1 failed to make the environment: pip failed*", "*--hash*"])
    assert result.ret == 69
    no_traceback_of_ours(result)


def test_a_secret_never_shows(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is given to snippets is masked in every report, but compared as printed; others are not given."""
    monkeypatch.setenv("API_KEY", "sesame-4711")
    monkeypatch.setenv("OTHER_KEY", "not for snippets")
    project.write(
        "pyproject.toml", project.pytester.path.joinpath("pyproject.toml").read_text() + "run.env = ['API_KEY']\n"
    )
    source = (
        "import os\n# START a\nprint(os.environ['API_KEY'], os.environ.get('OTHER_KEY'))\n"
        "raise ValueError(os.environ['API_KEY'])\n# END a\n"
    )
    compared = (
        "import os\n# START b\nprint('key ' + os.environ['API_KEY'])\n# END b\n"
        "# START Expected b results\n# key sesame-4711\n# END Expected b results\n"
    )
    project.write("snippets/py/compared.py", compared)
    result = project.prove("--junitxml=junit.xml", source=source)
    shown = result.stdout.str() + (project.pytester.path / "junit.xml").read_text()
    assert "sesame-4711" not in shown
    assert "ValueError: <API_KEY>" in shown
    assert "<API_KEY> None" in result.stdout.str()
    result.assert_outcomes(passed=1, failed=1)


def test_skipping_every_snippet_is_never_green(project: Project) -> None:
    """A fixture that skips all Snippets leaves nothing proven: red, with a line in the summary."""
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(suite.read_text() + "fixtures: [key]\n")
    project.pytester.makeconftest(
        "import pytest\n@pytest.fixture(scope='session')\ndef key():\n    pytest.skip('no API key')\n"
    )
    result = project.prove(source=GOOD)
    result.stdout.fnmatch_lines(["snipproof: 0 snippets proven, 2 skipped*"])
    assert result.ret == 1


def test_one_skipped_snippet_beside_a_proven_one_is_green(project: Project) -> None:
    """A skip with a reason is allowed, as long as something was proven."""
    project.pytester.makeconftest(
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    items[1].add_marker(pytest.mark.skip(reason='later'))\n"
    )
    result = project.prove(source=GOOD)
    result.stdout.fnmatch_lines(["snipproof: 1 snippet proven, 1 skipped, 1 expectation matched*"])
    assert result.ret == 0


def test_a_server_that_dies_while_a_source_runs_is_an_infrastructure_failure(
    project: Project, settings: Settings, binary: Path, tmp_path: Path
) -> None:
    """A given server that ends half-way is not an error in the docs; the Source runs once, not for each Snippet."""
    # Pytester moves HOME, and with it the cache that the binary is found in.
    settings = settings._replace(weaviate=settings.weaviate._replace(binary=str(binary)))
    with SessionFolder.begin(tmp_path / "runs") as run:
        mortal = Services.start(settings, run, lambda _: None, None)
        address = mortal.weaviate
        (server,) = [
            p
            for p in psutil.process_iter(["cmdline"])
            if f"--port {address.port}" in " ".join(p.info["cmdline"] or ())
            and "keeper.py" not in " ".join(p.info["cmdline"])
        ]
        log = tmp_path / "log"
        source = (
            f"import os\nopen({str(log)!r}, 'a').write('run ')\n# START a\nx = 1\n# END a\n"
            f"# START b\nos.kill({server.pid}, 9)\n# END b\n"
        )
        project.write("snippets/py/source.py", source)
        result = project.pytester.runpytest_subprocess(
            "snippets", "--snippets-weaviate-url", address.url,
            "--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}",
        )  # fmt: skip
        mortal.stop()
    assert result.ret == 69
    assert log.read_text() == "run "
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    no_traceback_of_ours(result)


@pytest.mark.slow
def test_a_full_temporary_folder_is_an_infrastructure_failure(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step fills it, the folder is named, and no Snippet is blamed; one that needs less is proven."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    try:
        for source, code in (
            ("# START a\nprint('x' * 200_000)\n# END a\n", 69),
            ("# START a\nopen('photo', 'wb').write(bytes(200_000))\n# END a\n", 69),
            ("# START a\nprint('x')\n# END a\n", 0),
        ):
            result = project.prove(source=source)
            assert result.ret == code
            if code:
                result.stdout.fnmatch_lines([f"{tmp_path}/snipproof-*/* cannot be used: No space left on device"])
                result.stdout.no_fnmatch_line("*FAILED*")
            no_traceback_of_ours(result)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=False)


HALVES = r"""
import json
photo = json.loads('{"title": "A cat \ud83d"}')
# START show
print(json.dumps(photo))
# END show
EXPECTED = r'''
# START Expected show results
{"title": "A dog \ud83d"}
# END Expected show results
'''
# START same
print(json.dumps(photo))
# END same
EXPECTED = r'''
# START Expected same results
{"title": "A cat \ud83d"}
# END Expected same results
'''
# START raise
raise LookupError(photo["title"])
# END raise
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_half_a_character_is_shown_as_an_escape(project: Project, workers: str) -> None:
    """In an error, in output and in an Expectation: a report of several lines, in the JUnit XML too."""
    result = project.prove("-n", workers, "--junitxml", "junit.xml", source=HALVES)
    result.assert_outcomes(passed=1, failed=2)
    text = result.stdout.str()
    assert "source.py:9:1 FAILED `show`: expected output differs: " in text
    assert 'expected "A dog \\ud83d", actual "A cat \\ud83d"\n\n     6 | # END show\n' in text
    raised = "source.py:21:1 FAILED `raise`: LookupError: A cat \\ud83d\n\n"
    assert raised in text
    assert raised in (project.pytester.path / "junit.xml").read_text(encoding="utf-8")


def test_what_a_source_puts_into_the_temporary_folder_is_gone(project: Project) -> None:
    """A Source has a temporary folder of its own, which goes with its run."""
    place = project.pytester.path / "place"
    source = f"import tempfile\n# START a\nopen({str(place)!r}, 'w').write(tempfile.mkdtemp())\n# END a\n"
    project.prove(source=source).assert_outcomes(passed=1)
    assert not Path(place.read_text()).exists()


def test_errors_on_purpose_and_lines_that_cannot_run(project: Project) -> None:
    """An announced error passes with its message, another one fails, and exceptions to the rule are counted apart."""
    source = """\
        photos = {"cat": 1}
        # START look up {raises: KeyError}
        photos["dog"]
        # END look up
        '''
        # START Expected look up results {from: error}
        'dog'
        # END Expected look up results
        # START Expected look up output {of: look up, from: error}
        'bird'
        # END Expected look up output
        '''
        # START other error {raises: KeyError}
        int("x")
        # END other error
        # START no error {raises: KeyError}
        photos["cat"]
        # END no error
        # START partly {unreached: it waits for a day}
        if photos:
            x = 1
        def tomorrow():
            return 2
        # END partly
        # START never {skip: it deletes the account}
        x = 3
        # END never
        # START behind
        x = 4
        # END behind
        """
    result = project.prove("-rs", source=textwrap.dedent(source))
    result.stdout.fnmatch_lines(
        [
            "*FAILED `look up`: expected error differs: snippets/py/source.py:10 *",
            "*FAILED `other error`: it raises `ValueError: invalid literal*, but its START line has `raises: KeyError`",
            "*FAILED `no error`: it raises no error, but its START line has `raises: KeyError`",
            "snipproof: 1 snippet proven, 3 failed, 1 unreached, 1 skipped, 1 expectation matched*",
        ],
        consecutive=False,
    )
    assert "it waits for a day" in result.stdout.str()
    assert "it deletes the account" in result.stdout.str()
    assert result.ret == 1
