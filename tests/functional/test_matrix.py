"""``pytest --snippets-matrix``: every Suite in several versions of the server."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.project import SUITE

from snipproof.cli.main import main
from snipproof.config import load_settings
from snipproof.services.weaviate.binary import cached_binary

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

REAL = "1.37.14"
SETTINGS = """
[tool.snipproof]
pages = ['docs']
suites = ['snippets/*/suite.yaml']
known-failures = 'known.toml'
cache-dir = 'cache'

[tool.snipproof.weaviate]
mode = 'embedded'
obtain = ['cache']

[tool.snipproof.services.second]
ports = ['8090:50052']

[tool.snipproof.matrix]
servers = ['1.39.0', '9.9.9', '8.8.8']
clients = { py = { '4.20' = 'no.txt' } }
"""
KNOWN = """
[snippets."snippets/py/fails.py::fails"]
outcome = "failed"
kind = "ZeroDivisionError"
reason = "why not"
"""
PY = """
flavour: py
language: python
sources: [one.py, two.py, fails.py]
chains: [[one.py, two.py]]
seed: [data.json]
bindings:
  - {find: "http://localhost:8080", replace: "{weaviate.url}", optional: true}
"""
SEED = {"collection": {"class": "Seeded"}}
ONE = """
import requests
# START create
print(requests.post("http://localhost:8080/v1/schema", json={"class": "Made"}).status_code)
# END create
'''
# START Expected create results
200
# END Expected create results
'''
"""
TWO = """
import requests
# START read::all
found = requests.get("http://localhost:8080/v1/schema").json()["classes"]
print(sorted({each["class"] for each in found} & {"Made", "Seeded", "Other"}))
# END read::all
'''
# START Expected read::all results
["Made", "Seeded"]
# END Expected read::all results
'''
"""
DOCUMENTED = """
flavour: doc
language: python
sources: ['*.py']
services: [weaviate, second]
network: auto
fixtures: [marked]
bindings:
  - {find: "http://localhost:8080", replace: "{weaviate.url}"}
  - {find: "http://localhost:8090", replace: "{services.second.url}"}
"""
WHERE = """
import requests
# START where
for address in ("http://localhost:8080", "http://localhost:8090"):
    print(requests.get(f"{address}/v1/schema/Mark").json().get("description"))
# END where
"""
CONFTEST = """
import pytest
from snipproof.services.weaviate.server import call

@pytest.fixture(scope="session")
def marked(snippet_states):
    for state in snippet_states.values():
        state.keep(lambda at: call(at, "POST", "/v1/schema", {"class": "Mark", "description": str(at.port)}))
"""
PAGE = """import One from "!!raw-loader!/snippets/py/one.py";

<FilteredTextBlock text={One} startMarker="# START create" endMarker="# END create" language="py" />
<FilteredTextBlock text={One} startMarker="# START Expected create" endMarker="# END Expected create" language="json" />
"""


@pytest.fixture
def varied(project: Project, binary: Path) -> Project:
    """A project that is proven with two versions, which are one binary under two names, and one that cannot be had."""
    project.write("pyproject.toml", SETTINGS)
    project.write("known.toml", KNOWN)
    project.write("snippets/py/suite.yaml", PY)
    project.write("snippets/py/data.json", json.dumps(SEED))
    project.write("snippets/py/one.py", ONE)
    project.write("snippets/py/two.py", TWO)
    project.write("snippets/py/fails.py", "# START fails\n1 / 0\n# END fails\n")
    project.write("snippets/doc/suite.yaml", DOCUMENTED)
    project.write("snippets/doc/where.py", WHERE)
    project.write("docs/p.mdx", PAGE)
    project.pytester.makeconftest(CONFTEST)
    for version in ("1.39.0", "9.9.9"):
        folder = project.pytester.path / "cache/weaviate" / version / binary.parent.name
        folder.mkdir(parents=True)
        for name in (binary.name, "record.json"):
            try:
                os.link(binary.parent / name, folder / name)
            except OSError:  # on another device
                shutil.copy2(binary.parent / name, folder / name)
    return project


def prove(project: Project, *options: str) -> pytest.RunResult:
    return project.pytester.runpytest_subprocess("-p", "no:randomly", "snippets", *options)


def read(project: Project, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project.pytester.path / name).read_text(encoding="utf-8"))
    return found


def test_every_suite_with_every_version(varied: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each combination has its own items, state and servers; what cannot be had is an error of its own items only."""
    last_run = varied.pytester.path / ".snipproof-cache/last-run.json"
    last_run.parent.mkdir()
    last_run.write_text("what an editor shows")
    result = prove(varied, "--snippets-matrix=all", "--snippets-report=r.json", "-v")
    assert last_run.read_text() == "what an editor shows"  # it shows one Outcome of each Snippet
    text = "\n".join(result.outlines)
    report = read(varied, "r.json")
    found = {each["id"].partition("::")[2]: each for each in report["snippets"]}
    own = {"1.39.0": "passed", "9.9.9": "passed", "8.8.8": "error", "1.39.0-4.20": "error", "9.9.9-4.20": "error"}
    for name in ("create", "read::all"):
        assert {label: found[f"{name}[{label}]"]["outcome"] for label in own} == own, text
    assert (found["fails[9.9.9]"]["outcome"], result.parseoutcomes()["xfailed"]) == ("failed", 2)
    places = [found[f"where[{version}]"] for version in ("1.39.0", "9.9.9")]
    assert [each["outcome"] for each in places] == ["passed", "passed"], text
    assert places[0]["output"]["digest"] != places[1]["output"]["digest"]
    assert not report["run"]["complete"]
    assert "pyproject.toml:16:31 weaviate in version 8.8.8: failed to obtain a Weaviate 8.8.8 server binary" in text
    assert "pyproject.toml:17:20 lock file 'no.txt' not found" in text
    assert "snippets/py/two.py::read::all[8.8.8] SKIPPED" in text
    # The marks of both servers differ, so no version's output is written.
    wrong = WHERE + "'''\n# START Expected where results\n1\n2\n# END Expected where results\n'''\n"
    varied.write("snippets/doc/where.py", wrong)
    result = prove(varied, "--snippets-matrix=SERVER=9.9.9", "-k", "where")
    result.stdout.fnmatch_lines(["*docs are not: pytest --snippets-matrix --snippets-update snippets/doc/where.py"])
    monkeypatch.delenv("CI", raising=False)
    result = prove(varied, "--snippets-matrix=all", "--snippets-update", "-k", "where and not 8.8.8")
    assert result.parseoutcomes()["failed"] == 2, result.outlines
    result.stdout.fnmatch_lines(["*where[[]1.39.0[]] gave `*`, but *where[[]9.9.9[]] gave `*"])
    assert (varied.pytester.path / "snippets/doc/where.py").read_text() == wrong


def test_a_job_for_each_version_and_what_pytest_selects(
    varied: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their reports merge to one that sets marks; a run without the option is as before."""
    root = varied.pytester.path
    text = (root / "pyproject.toml").read_text().replace(", '8.8.8'", "").partition("clients =")[0]
    varied.write("pyproject.toml", text)
    shutil.rmtree(root / "snippets/doc")
    plain = prove(varied, "--collect-only", "-q")
    plain.stdout.fnmatch_lines(["snippets/py/one.py::create", "snippets/py/two.py::read::all", "3 tests collected*"])
    chosen = prove(varied, "--collect-only", "-q", "--snippets-matrix=all", "-k", "9.9.9", "--snippets-shard=1/2")
    names = ["snippets/py/one.py::create[[]9.9.9[]]", "snippets/py/two.py::read::all[[]9.9.9[]]"]
    chosen.stdout.fnmatch_lines([*names, "2/6 tests collected*"])
    wrong = varied.pytester.runpytest_subprocess("--snippets-matrix", "snippets")
    wrong.stderr.fnmatch_lines(["*'snippets' is not SERVER=VERSION; a path must stand before --snippets-matrix*"])
    monkeypatch.delenv("CI", raising=False)
    refused = varied.pytester.runpytest_subprocess("snippets", "--snippets-matrix=all", "--snippets-update-ledger")
    refused.stderr.fnmatch_lines(["*--snippets-update-ledger cannot be used with --snippets-matrix*"])
    first = ("--snippets-report=1.json", "-n", "2", "--dist=loadgroup")
    prove(varied, "--snippets-matrix", "SERVER=1.39.0", *first).assert_outcomes(passed=2, xfailed=1)
    second = prove(varied, "--snippets-matrix", "SERVER=9.9.9", "--snippets-report=2.json")
    second.assert_outcomes(passed=2, xfailed=1)
    monkeypatch.chdir(root)
    assert main(["report", "merge", "1.json", "2.json", "--output", "r.json"]) == 0
    assert main(["extract", "--report", "r.json", "--output", "m.json"]) == 0
    for block in read(varied, "m.json")["references"]:
        assert block["proven"]["state"] == "proven"
        assert block["proven"]["snippets"] == ["snippets/py/one.py::create"]
    assert main(["report", "merge", "1.json", "--output", "r.json"]) == 1
    assert "snippets/py/one.py::create[9.9.9]" in capsys.readouterr().err
    varied.write("snippets/py/one.py", ONE.replace("\n200\n", "\n201\n"))
    prove(varied, "--snippets-matrix=all", "-x").assert_outcomes(failed=1)
    last = prove(varied, "--snippets-matrix=all", "--lf", "--collect-only", "-q")
    last.stdout.fnmatch_lines(["snippets/py/one.py::create[[]1.39.0[]]", "1 test collected*"])


def test_two_real_versions(project: Project) -> None:
    """A block that is right for one of them only is not proven; the ledger may list it for that version."""
    settings = load_settings(project.pytester.path, overrides={"weaviate.version": REAL})
    if not cached_binary(settings).is_file():
        pytest.skip(f"Weaviate {REAL} is not in the cache, and building it takes minutes")
    project.write(
        "pyproject.toml",
        "[tool.snipproof]\npages = ['docs']\nsuites = ['snippets/*/suite.yaml']\nknown-failures = 'known.toml'\n"
        f"[tool.snipproof.weaviate]\nmode = 'embedded'\n[tool.snipproof.matrix]\nservers = ['1.39.0', '{REAL}']\n",
    )
    project.write(
        "known.toml",
        f'[snippets."snippets/py/a.py::version[{REAL}]"]\noutcome = "failed"\nkind = "expected output differs"\n'
        'reason = "shows the newest version"\n',
    )
    project.write(
        "snippets/py/suite.yaml",
        "flavour: py\nlanguage: python\nsources: ['*.py']\nbindings:\n"
        '  - {find: "http://localhost:8080", replace: "{weaviate.url}"}\n',
    )
    project.write(
        "snippets/py/a.py",
        "import requests\n# START version\nprint(requests.get('http://localhost:8080/v1/meta').json()['version'])\n"
        "# END version\n'''\n# START Expected version results\n1.39.0\n# END Expected version results\n'''\n",
    )
    result = prove(project, "--snippets-matrix=all", "--snippets-report=r.json", "-rx")
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "snipproof: 1 snippet proven, 1 known failure, 1 expectation matched, *1.39.0*and*1.37.14*",
            "XFAIL snippets/py/a.py::version[[]1.37.14[]] - shows the newest version",
        ]
    )
    servers = {each["server"]["version"]: each["outcome"] for each in read(project, "r.json")["snippets"]}
    assert servers == {"1.39.0": "passed", REAL: "failed"}


def test_each_client_has_an_environment_of_its_own(project: Project) -> None:
    """With versions of clients alone the server is as it is, and the Suite's own lock file adds nothing to names."""
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.snipproof.matrix]\nclients = { py = { '4.20' = 'other.txt' } }\n")
    project.write("snippets/py/suite.yaml", SUITE + "lock: own.txt\n")
    project.write("snippets/py/own.txt", "# of the Suite\n")
    project.write("other.txt", "# of another client\n")
    source = "import sys\n# START where\nprint(sys.prefix)\n# END where\n"
    result = project.prove("--snippets-matrix=all", "--snippets-report=r.json", "-v", source=source)
    result.assert_outcomes(passed=2)
    own, other = read(project, "r.json")["snippets"]
    assert [own["id"], other["id"]] == [f"snippets/py/source.py::{name}" for name in ("where", "where[4.20]")]
    assert ("combination" in own, other["combination"]) == (False, {"server": None, "client": "4.20"})
    assert own["output"]["digest"] != other["output"]["digest"]
