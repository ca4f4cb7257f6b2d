"""The plugin works as pytest users expect of any plugin."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

SOURCE = "from pathlib import Path\nwith open({log!r}, 'a') as f: f.write('run ')\n" + "".join(
    f"# START s{n}\nx = {n}\n# END s{n}\n" for n in range(3)
)


@pytest.fixture
def log(project: Project) -> str:
    """Return a file to which every run of a Source adds a word."""
    return str(project.pytester.path / "log")


def runs(log: str) -> int:
    """How often a Source ran."""
    return len(Path(log).read_text(encoding="utf-8").split())


def test_a_source_runs_once(project: Project, log: str) -> None:
    """Three Snippets of one Source cost one run."""
    project.prove(source=SOURCE.format(log=log)).assert_outcomes(passed=3)
    assert runs(log) == 1


def test_select_one_and_give_a_source_by_its_path(project: Project, log: str) -> None:
    """``path::name`` selects one Snippet, and a path never imports a Source as a test module."""
    project.write("snippets/py/source.py", SOURCE.format(log=log))
    project.prove("snippets/py/source.py::s1").assert_outcomes(passed=3)
    result = project.pytester.runpytest_subprocess("--collect-only", "-q", "snippets/py/source.py::s1")
    result.stdout.fnmatch_lines(["snippets/py/source.py::s1", "1 test collected*"])
    assert runs(log) == 1


def test_collecting_runs_nothing(project: Project, log: str) -> None:
    """``--collect-only`` starts no server and executes no Source, also when it is called like a test."""
    project.write("snippets/py/test_source.py", SOURCE.format(log=log))
    result = project.pytester.runpytest_subprocess("--collect-only", "-q", "--doctest-modules", "snippets")
    result.stdout.fnmatch_lines(["snippets/py/test_source.py::s0", "3 tests collected*"])
    assert not (project.pytester.path / "log").exists()
    result.stdout.no_fnmatch_line("*weaviate*")


def test_last_failed_and_exit_first(project: Project) -> None:
    """``-x`` stops at the first failure; ``--lf`` runs what failed or was blocked."""
    bad = "# START a\nx = 1 / 0\n# END a\n# START b\nx += 1\n# END b\n"
    result = project.prove("-x", source=bad)
    result.assert_outcomes(failed=1)
    project.prove().stdout.fnmatch_lines(["*1 failed, 1 blocked*"])
    good = bad.replace("1 / 0", "1 / 1")
    project.prove("--lf", source=good).assert_outcomes(passed=2)


def test_random_order_changes_nothing(project: Project, log: str) -> None:
    """Items in another order give the same results from one run."""
    result = project.prove(
        "-p", "no:cacheprovider", "--randomly-seed=3", order="no:xdist", source=SOURCE.format(log=log)
    )
    result.assert_outcomes(passed=3)
    assert runs(log) == 1


def test_no_other_plugin_is_needed(project: Project) -> None:
    """Without pytest-xdist, and with unknown markers refused, a Source is proven as usual."""
    result = project.prove("-p", "no:xdist", "--strict-markers", "-W", "error", source="# START a\nx = 1\n# END a\n")
    result.assert_outcomes(passed=1)


def test_without_the_extra_the_way_out_is_named(project: Project) -> None:
    """The light package alone cannot run snippets: the error names what to install, without a traceback."""
    project.write("block.py", "import sys\nsys.modules['filelock'] = None\n")
    project.write("snippets/py/source.py", "# START a\nx = 1\n# END a\n")
    result = project.pytester.runpytest_subprocess("-p", "block", "snippets")
    result.stderr.fnmatch_lines(["ERROR: running snippets requires filelock: pip install 'snipproof[[]weaviate]'"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_without_the_plugin_nothing_is_collected(project: Project, log: str) -> None:
    """``-p no:snipproof`` leaves no trace of us."""
    project.write("snippets/py/source.py", SOURCE.format(log=log))
    result = project.pytester.runpytest_subprocess("-p", "no:snipproof", "snippets")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_without_a_suite_the_plugin_loads_nothing(pytester: pytest.Pytester) -> None:
    """A project that is not ours pays nothing: none of our other modules is imported."""
    pytester.makepyfile(
        "import sys\n"
        "def test_modules():\n"
        "    ours = {name for name in sys.modules if name.startswith('snipproof')}\n"
        "    light = 'pytest_plugin pytest_plugin.plugin config errors model server_settings text'.split()\n"
        "    assert ours <= {'snipproof', *(f'snipproof.{name}' for name in light)}\n"
        "    assert not {'grpc', 'docker', 'onnxruntime', 'weaviate', 'testcontainers'} & set(sys.modules)\n"
    )
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_xdist_keeps_a_source_on_one_worker(project: Project, log: str) -> None:
    """Two workers, two Sources: each Source runs once, and the controller adds up."""
    project.write("snippets/py/one.py", SOURCE.format(log=log))
    project.write("snippets/py/two.py", SOURCE.format(log=log))
    project.write("tests/test_more.py", "def test_more():\n    pass\n")
    result = project.prove("-n", "2", "tests")
    result.assert_outcomes(passed=7)
    result.stdout.fnmatch_lines(["snipproof: 6 snippets proven, 0 expectations matched*"])
    assert runs(log) == 2


def test_junit_has_the_snippet_and_its_own_time(project: Project) -> None:
    """Each Snippet is a test case with its id, its outcome and the time between its markers."""
    source = "import time\n# START a\nx = 1\n# END a\ntime.sleep(1)\n# START b\ntime.sleep(0.3)\n# END b\n"
    project.prove("--junitxml=junit.xml", "-o", "junit_duration_report=call", source=source).assert_outcomes(passed=2)
    cases = {case.get("name"): case for case in ET.parse(project.pytester.path / "junit.xml").iter("testcase")}  # noqa: S314
    assert 0.3 <= float(cases["b"].get("time", "0")) < 1
    properties = {p.get("name"): p.get("value") for p in cases["b"].iter("property")}
    assert properties["snippet"] == "snippets/py/source.py::b"
    assert properties["outcome"] == "passed"
    assert (properties["suite"], properties["flavour"]) == ("snippets/py/suite.yaml", "py")
    assert (properties["line"], properties["statements"], properties["lines never run"]) == ("6", "1", "")


def test_what_a_source_leaves_in_weaviate_is_removed(project: Project) -> None:
    """A collection that one Source makes is gone before the next Source runs."""
    make = (
        f"import requests\nurl = {project.services.weaviate.url!r}\n# START a\n"
        "assert requests.get(url + '/v1/schema').json()['classes'] == []\n"
        "assert requests.post(url + '/v1/schema', json={'class': 'Left'}).ok\n# END a\n"
    )
    project.write("snippets/py/one.py", make)
    project.write("snippets/py/two.py", make)
    project.prove().assert_outcomes(passed=2)


def test_fixtures_of_a_suite_are_set_up(project: Project) -> None:
    """A Suite's fixtures come from the project's conftest, and their errors have no traceback of snipproof."""
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(suite.read_text() + "fixtures: [ready]\n")
    project.pytester.makeconftest(
        "import pytest\n@pytest.fixture(scope='session')\ndef ready(snippet_services):\n"
        "    open('ready', 'w').write(snippet_services.weaviate.version)\n"
    )
    project.prove(source="# START a\nx = 1\n# END a\n").assert_outcomes(passed=1)
    assert (project.pytester.path / "ready").read_text() == "1.39.0"


def test_workers_share_a_server_that_the_environment_names(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a server is given, one worker alone proves on it: two would change it under each other's hands."""
    address = project.services.weaviate
    monkeypatch.setenv("SNIPPROOF_WEAVIATE_URL", address.url)
    monkeypatch.setenv("SNIPPROOF_WEAVIATE_GRPC", f"{address.grpc_host}:{address.grpc_port}")
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(suite.read_text() + "fixtures: [worker]\n")
    project.pytester.makeconftest(
        "import os, pytest\n@pytest.fixture(scope='session')\ndef worker():\n"
        "    open('workers', 'a').write(os.environ['PYTEST_XDIST_WORKER'] + ' ')\n"
    )
    for name in ("one", "two"):
        project.write(f"snippets/py/{name}.py", "import time\n# START a\ntime.sleep(1)\n# END a\n")
    result = project.pytester.runpytest_subprocess("snippets", "-n", "2")
    result.assert_outcomes(passed=2)
    assert len((project.pytester.path / "workers").read_text().split()) == 1
