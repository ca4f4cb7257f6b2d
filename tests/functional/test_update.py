"""``--snippets-update`` as a writer uses it: what is written, what never is, and what the run reports."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.java_suite import JUPITER, LAUNCHER, pom
from tests.support.typescript_suite import PACKAGES

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

SOURCE = """\
import json
# START first
print(json.dumps({"distance": 0.08741231, "title": "A cat", "id": 7}))
# END first
# START second
print("one")
print("two")
# END second

# START Expected first results {of: first}
# {
#   // how far
#   "distance": 0.0613,
#   "id": ...,
#   "title": "A c..."
# }
# END Expected first results
'''
# START Expected second results {of: second}
one
three
# END Expected second results
'''
"""
UPDATED = SOURCE.replace("0.0613", "0.0874").replace("\nthree", "\ntwo")


@pytest.fixture(autouse=True)
def _pages(project: Project) -> None:
    """A site whose only page shows no Snippet."""
    project.write("docs/page.md", "# Page\n")


def source_of(project: Project) -> Path:
    """The Suite's one Source."""
    return project.pytester.path / "snippets/py/source.py"


def test_an_update_writes_what_differs_and_nothing_else(project: Project) -> None:
    """The changed lines are written, the run is green and reports it; a second run has nothing to write."""
    result = project.prove("--snippets-update", "-v", source=SOURCE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "snippets/py/source.py::first UPDATED*",
            "snippets/py/source.py::second UPDATED*",
            "snipproof: 2 expectations updated in 1 file: snippets/py/source.py (+2 -2)",
            "*2 updated in*",
        ]
    )
    assert source_of(project).read_text(encoding="utf-8") == UPDATED
    again = project.prove("--snippets-update")
    again.assert_outcomes(passed=2)
    again.stdout.no_fnmatch_line("*updated*")
    assert source_of(project).read_text(encoding="utf-8") == UPDATED
    project.prove().assert_outcomes(passed=2)


def test_without_the_option_nothing_is_written_or_loaded(project: Project) -> None:
    """A plain run is red and imports nothing that writes Expectations."""
    project.pytester.makeconftest(
        "import sys\ndef pytest_sessionfinish():\n"
        "    assert not sys.modules.keys() & {'snipproof.update.review', 'snipproof.pytest_plugin.updates'}\n"
    )
    result = project.prove(source=SOURCE)
    result.assert_outcomes(failed=2)
    assert source_of(project).read_text(encoding="utf-8") == SOURCE


def test_workers_propose_and_the_controller_writes(project: Project) -> None:
    """Two workers, two Sources: both are written once, and only at the end."""
    project.write("snippets/py/one.py", SOURCE)
    project.write("snippets/py/two.py", SOURCE)
    result = project.prove("--snippets-update", "-n", "2")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["snipproof: 4 expectations updated in 2 files: snippets/py/one.py (+2 -2), snippets/py/two.py (+2 -2)"]
    )
    for name in ("one", "two"):
        assert (project.pytester.path / f"snippets/py/{name}.py").read_text(encoding="utf-8") == UPDATED


@pytest.mark.parametrize(
    ("args", "order"),
    [(("-p", "no:xdist"), "no:randomly"), (("--randomly-seed=2",), "no:xdist"), (("--lf", "-x"), "no:randomly")],
)
def test_it_works_however_the_run_is_ordered(project: Project, args: tuple[str, ...], order: str) -> None:
    """Random order, ``-x`` and ``--lf`` update the same lines."""
    if "--lf" in args:
        project.prove(source=SOURCE).assert_outcomes(failed=2)
    assert project.prove("--snippets-update", *args, source=SOURCE, order=order).ret == 0
    assert source_of(project).read_text(encoding="utf-8") == UPDATED


def test_only_what_is_selected_is_updated(project: Project) -> None:
    """``-k`` leaves the Expectations of other Snippets alone."""
    assert project.prove("--snippets-update", "-k", "second", source=SOURCE).ret == 0
    assert source_of(project).read_text(encoding="utf-8") == SOURCE.replace("\nthree", "\ntwo")


def test_a_snippet_that_failed_proposes_nothing(project: Project) -> None:
    """A Snippet that raised is not updated, while the others are."""
    source = SOURCE.replace('print("two")', 'raise OSError("gone")')
    result = project.prove("--snippets-update", source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*1 failed, 1 updated*"])
    assert source_of(project).read_text(encoding="utf-8") == source.replace("0.0613", "0.0874")


def test_never_under_ci(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI proves what is there; the option is an error before anything runs."""
    monkeypatch.setenv("CI", "true")
    result = project.prove("--snippets-update", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --snippets-update writes into your Sources, which is never done under CI*"])
    assert source_of(project).read_text(encoding="utf-8") == SOURCE


def test_a_file_that_changed_meanwhile_is_left_alone(project: Project) -> None:
    """What a person wrote while the Snippets ran is not lost."""
    project.pytester.makeconftest(
        "import pytest\ndef pytest_runtest_logreport(report):\n"
        "    if report.when == 'call' and report.passed:\n"
        f"        open({str(source_of(project))!r}, 'a').write('# mine\\n')\n"
    )
    result = project.prove("--snippets-update", "-k", "first", source=SOURCE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["snipproof: snippets/py/source.py:13 not updated: the file changed since it was read: run again"]
    )
    assert source_of(project).read_text(encoding="utf-8") == SOURCE + "# mine\n"


def test_snippets_that_do_not_agree_write_nothing(project: Project) -> None:
    """One block of two Snippets: each gives something else, and both are named."""
    source = (
        "# START one\nprint([1, 2])\n# END one\n# START two\nprint([1, 3])\n# END two\n"
        "# START Expected results {of: [one, two]}\n# [1, 4]\n# END Expected results\n"
    )
    result = project.prove("--snippets-update", "--junitxml=junit.xml", source=source)
    assert result.ret == 1
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*source.py:1:1 FAILED snippets/py/source.py:8 not updated: the Snippets whose * do not agree: *",
            "snipproof: snippets/py/source.py:8 not updated: the Snippets whose * do not agree: *",
            "snipproof: 0 snippets proven, 2 failed, 0 expectations matched*",
        ]
    )
    assert 'failures="2"' in (project.pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "::one gave `# [1, 2]`, but snippets/py/source.py::two gave `# [1, 3]`" in result.stdout.str()
    assert source_of(project).read_text(encoding="utf-8") == source
    source = source.replace("[1, 4]", "[1, 3]")
    result = project.prove("--snippets-update", source=source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*one gave `# [[]1, 2[]]`, but snippets/py/source.py::two gave what is shown"])
    assert source_of(project).read_text(encoding="utf-8") == source


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("os.environ['TOKEN_OF_MINE']", "the output contains the value of TOKEN_OF_MINE, which is in `run.env`*"),
        ("'sk-' + 'a1B2c3D4e5F6g7H8i9J0kLmN'", "the output contains what looks like an API key"),
        (
            "__import__('base64').b64encode(b'user:' + os.environb[b'TOKEN_OF_MINE']).decode()",
            "the output contains the value of *",
        ),
        ("'# END Expected results'", "a line of the output would be taken for a marker: *"),
        ("'a' + chr(27)", "the output contains the control character U+001B"),
    ],
)
def test_what_is_never_written(project: Project, monkeypatch: pytest.MonkeyPatch, printed: str, reason: str) -> None:
    """Secrets, keys and what would break the Source are refused, red and with the reason."""
    monkeypatch.setenv("TOKEN_OF_MINE", "s3cr3t-of-mine")
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.snipproof.run]\nenv = ['TOKEN_OF_MINE']\n")
    source = (
        f"import os\n# START one\nprint({printed})\n# END one\n"
        "# START Expected results {of: one}\n# nothing\n# END Expected results\n"
    )
    result = project.prove("--snippets-update", source=source)
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"snippets/py/source.py:6 not updated: {reason}"])
    result.stdout.no_fnmatch_line("*s3cr3t-of-mine*")
    assert source_of(project).read_text(encoding="utf-8") == source


def test_line_ends_byte_order_mark_and_mode_stay(project: Project) -> None:
    """Every byte that is not part of a changed value is the same afterwards."""
    path = source_of(project)
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    path.chmod(0o755)
    result = project.prove("--snippets-update")
    assert result.ret == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + UPDATED.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o755
    assert sorted(each.name for each in path.parent.iterdir() if each.suffix != ".pyc") == ["source.py", "suite.yaml"]


def test_a_link_is_followed_inside_the_root_only(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The file that a link means is written, unless it lies elsewhere."""
    inside = project.write("shared/real.py", SOURCE)
    source_of(project).symlink_to(inside)
    assert project.prove("--snippets-update").ret == 0
    assert source_of(project).is_symlink()
    assert inside.read_text(encoding="utf-8") == UPDATED
    source_of(project).unlink()
    outside = tmp_path_factory.mktemp("elsewhere") / "real.py"
    outside.write_text(SOURCE, encoding="utf-8")
    source_of(project).symlink_to(outside)
    project.prove("--snippets-update")
    assert outside.read_text(encoding="utf-8") == SOURCE


def test_a_review_needs_a_terminal(project: Project) -> None:
    """Without one nobody can confirm a change."""
    result = project.prove("--snippets-update=review", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --snippets-update=review confirms each change on a terminal*"])


def on_a_terminal(project: Project, answers: str, *args: str) -> tuple[int, str]:
    """Run a review on a terminal of its own; returns the exit code and what was on the screen."""
    address = project.services.weaviate
    command = [
        *(sys.executable, "-m", "pytest", "-p", "no:randomly", "snippets", "--snippets-update=review"),
        *("--snippets-weaviate-url", address.url),
        *("--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"),
        *args,
    ]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, *command],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=project.pytester.path, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    screen = b""
    answered = 0
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            new = os.read(ours, 65536)
        except OSError:  # what ends a terminal on Linux
            break
        if not new:
            break
        screen += new
        while answered < screen.count(b"[q]uit: ") and answered < len(answers):
            os.write(ours, f"{answers[answered]}\n".encode())
            answered += 1
    code = process.wait(timeout=30)
    os.close(ours)
    return code, screen.decode()


_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.mark.parametrize(
    ("answers", "written", "code"),
    [
        ("yy", UPDATED, 0),
        ("a", UPDATED, 0),
        ("ny", SOURCE.replace("\nthree", "\ntwo"), 1),
        ("yq", SOURCE.replace("0.0613", "0.0874"), 1),
        ("?q", SOURCE, 1),
    ],
)
def test_a_review_shows_each_change_and_waits_for_an_answer(
    project: Project, answers: str, written: str, code: int
) -> None:
    """Only what was accepted is written; what was declined is red."""
    project.write("snippets/py/source.py", SOURCE)
    found, screen = on_a_terminal(project, answers, *(("-n", "2") if answers == "a" else ()))
    assert found == code, screen
    assert source_of(project).read_text(encoding="utf-8") == written
    assert "snippets/py/source.py:13 `Expected first results`: $.distance: expected 0.0613" in screen
    assert '-#   "distance": 0.0613,' in screen
    assert '+#   "distance": 0.0874,' in screen
    assert ("you declined it" in screen) is bool(code)
    assert (" failed" in screen) is bool(code), "what was declined is not counted as updated"


TABS = """\
import One from '!!raw-loader!/snippets/py/one.py';
import Two from '!!raw-loader!/snippets/py/two.py';

<Tabs>
<TabItem value='one'>

<FilteredTextBlock text={One} startMarker="# START a" endMarker="# END a" language="py" />

</TabItem>
<TabItem value='two'>

<FilteredTextBlock text={Two} startMarker="# START a" endMarker="# END a" language="py" />

</TabItem>
</Tabs>

<FilteredTextBlock text={One} startMarker="# START Expected a" endMarker="# END Expected a" language="json" />
"""


@pytest.mark.parametrize(("second", "code"), [("0.0874", 0), ("0.5", 1), ("0.0613", 1)])
def test_one_block_for_all_tabs_needs_them_to_agree(project: Project, second: str, code: int) -> None:
    """A block after a group of tabs is updated from all of them, proven on several workers, or from none."""
    snippet = "# START a\nprint({})\n# END a\n"
    block = "# START Expected a {{of: a, from: stdout}}\n# [{}]\n# END Expected a\n"
    one = snippet.format("[0.08741]") + block.format("0.0613")
    two = snippet.format(f"[{second}]")
    project.write("docs/page.md", TABS)
    path = project.write("snippets/py/one.py", one)
    project.write("snippets/py/two.py", two)
    result = project.prove("--snippets-update", "-n", "2")
    assert result.ret == code
    assert path.read_text(encoding="utf-8") == (one if code else one.replace("0.0613", "0.0874"))
    if code:
        result.stdout.fnmatch_lines(
            ["snipproof: snippets/py/one.py:5 not updated: the Snippets whose * do not agree: *"]
        )
        assert "snippets/py/one.py::a gave `# [0.0874]`" in result.stdout.str()
        shown = "what is shown" if second == "0.0613" else "`# [0.5000]`"
        assert f"snippets/py/two.py::a gave {shown}" in result.stdout.str()


def in_languages(text: str) -> dict[str, str]:
    """Return a Source in each language whose one Snippet raises an error; ``text`` is the message that it shows."""
    block = f"\n// START Expected x results {{of: x, from: error}}\n{text}\n// END Expected x results\n"
    start, end, message = "// START x {raises: bread}", "// END x", r"no bread in \"2\" shops:\n  - rye"
    python = f'# START x {{raises: bread}}\nraise ValueError("{message}")\n# END x\n'
    go = f'package docs\nimport "testing"\nfunc TestX(t *testing.T) {{\n{start}\nt.Fatal("{message}")\n{end}\n}}\n'
    main = f'package main\nimport "log"\nfunc main() {{\n{start}\nlog.Fatal("{message}")\n{end}\n}}\n'
    test = f'@Test void x() {{\n{start}\nthrow new RuntimeException("{message}");\n{end}\n}}\n'
    return {
        "py/source.py": f"{python}'''{block}'''\n",
        "ts/source.ts": f'{start}\nthrow new Error("{message}");\n{end}\n/*{block}*/\n',
        "go/source_test.go": f"{go}/*{block}*/\n",
        "go/main/main.go": f"{main}/*{block}*/\n",
        "java/src/test/java/XTest.java": f"import org.junit.jupiter.api.*;\nclass XTest {{\n{test}}}\n/*{block}*/\n",
    }


@pytest.mark.toolchain("go", "node", "npm", "javac", "java", "mvn")
def test_the_message_of_an_error_is_updated_in_every_language(project: Project) -> None:
    """The whole message is written, on several lines."""
    suites = {
        "ts": "language: typescript\nsources: ['*.ts']\nlock: package-lock.json\n",
        "go": "language: go\nsources: ['*_test.go', 'main/*.go']\nlock: go.mod\n",
        "java": "language: java\nsources: ['src/test/java/*.java']\nlock: pom.xml\n",
    }
    for name, suite in suites.items():
        project.write(f"snippets/{name}/suite.yaml", f"flavour: {name}\n{suite}")
    project.write("snippets/go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    project.write("snippets/java/pom.xml", pom(JUPITER, LAUNCHER))
    for path in PACKAGES.iterdir():
        project.write(f"snippets/ts/{path.name}", path.read_text())
    for name, text in in_languages("no milk").items():
        project.write(f"snippets/{name}", text)
    result = project.prove("--snippets-update")
    result.stdout.fnmatch_lines(["snipproof: 5 expectations updated in 5 files: *"])
    for name, text in in_languages('no bread in "2" shops:\n  - rye').items():
        assert (project.pytester.path / "snippets" / name).read_text(encoding="utf-8") == text
    assert result.ret == 0
