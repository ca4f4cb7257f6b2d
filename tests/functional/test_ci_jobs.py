"""The actions, and the workflows of the guide: each script as it stands, in a small project, on a real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.ci_jobs import ROOT, GithubJob, Runners, load
from tests.support.project import Project

GUIDE = ROOT / "tests" / "guide" / "ci"
ACTION = {"uses": "OWNER/snipproof/prove@FULL_COMMIT", "id": "prove"}
CHECKOUT = {"uses": "actions/checkout@FULL_COMMIT"}
PAGE = """\
import First from '!!raw-loader!/snippets/py/first.py';
import Second from '!!raw-loader!/snippets/py/second.py';

<FilteredTextBlock text={First} startMarker="# START first" endMarker="# END first" language="py" />
<FilteredTextBlock text={Second} startMarker="# START second" endMarker="# END second" language="py" />
"""
SOURCE = """\
import urllib.request
# START NAME
reply = urllib.request.urlopen("http://localhost:8080/v1/meta")
print(reply.status)
# END NAME
# START Expected NAME results
# 200
# END Expected NAME results
"""
SUITE = """\
flavour: py
language: python
sources: ['*.py']
bindings:
  - find: http://localhost:8080
    replace: "{weaviate.url}"
"""


@pytest.fixture
def runners(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Runners:
    """Machines on which the session's server is known, and a tree with two Sources."""
    project.write("snippets/py/suite.yaml", SUITE)
    for name in ("first", "second"):
        project.write(f"snippets/py/{name}.py", SOURCE.replace("NAME", name))
    project.write("docs/page.mdx", PAGE)
    address = project.services.weaviate
    variables = {
        "SNIPPROOF_WEAVIATE_URL": address.url,
        "SNIPPROOF_WEAVIATE_GRPC": f"{address.grpc_host}:{address.grpc_port}",
        "PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:randomly -p no:cacheprovider -p no:xdist",
        "SNIPPROOF_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
    }
    return Runners(tmp_path_factory.mktemp("ci"), project.pytester.path, variables)


def files(folder: Path) -> list[str]:
    """Return the names of what is in ``folder``."""
    return sorted(path.name for path in folder.iterdir())


def ran(report: Path) -> int:
    """Return how many Snippets a report has; all of them have to have passed."""
    snippets = json.loads(report.read_text(encoding="utf-8"))["snippets"]
    assert {snippet["outcome"] for snippet in snippets} == {"passed"}
    return len(snippets)


def states(folder: Path) -> list[str]:
    """Return what the manifest in ``folder`` reports about each block."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [block["proven"]["state"] for block in manifest["references"]]


@pytest.mark.slow
def test_the_action_proves(runners: Runners, project: Project) -> None:
    """What it installs, restores, saves, writes and uploads, when the docs are right and when they are wrong."""
    job = GithubJob(runners, {})
    assert job.run([CHECKOUT, ACTION]), runners.output
    outputs = job.context["steps"]["prove"]["outputs"]
    assert runners.installed == [f"install --quiet --disable-pip-version-check {ROOT}[weaviate,languages,report]"]
    assert (runners.restored, outputs["cache-hit"]) == ([outputs["cache-key"]], "false")
    assert runners.caches == {outputs["cache-key"]}
    assert ran(Path(outputs["report"])) == 2
    assert files(runners.artifacts / "snippets") == ["report.html", "report.json"]
    assert Path(outputs["page"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Everything that readers see is proven" in runners.summary
    assert "removed 0 entries, 0.0 MB; left: 0 entries, 0.0 MB" in runners.output
    assert "::error" not in runners.output

    project.write("snippets/py/second.py", SOURCE.replace("NAME", "second").replace("# 200", "# 201"))
    project.write("more.txt", "typing_extensions\n")
    runners.summary = ""
    given = {
        "artifact": "once more", "arguments": "-k\nsecond and not first", "paths": "snippets/py\n",
        "requirements": "more.txt", "cache-max-age": "1h",
    }  # fmt: skip
    job = GithubJob(runners, {})
    assert not job.run([CHECKOUT, {**ACTION, "with": given}])
    assert runners.installed[1].endswith("[weaviate,languages,report] -r more.txt")
    assert job.context["steps"]["prove"]["outputs"]["cache-hit"] == "true"  # and nothing was saved again
    assert "1 failed, 1 deselected" in runners.output
    assert "::error file=snippets/py/second.py,line=" in runners.output
    assert "second" in runners.summary
    assert (runners.artifacts / "once more" / "report.html").exists()

    (prove,) = (step for step in load(ROOT / "prove" / "action.yml")["runs"]["steps"] if step["name"] == "Prove")
    assert "--snippets-require" in prove["run"]
    job.context["inputs"] = {"root": ".", "paths": "snippets", "shard": "1/2", "durations": "more.txt"}
    assert not job.run([prove])
    assert "not a run report" in runners.output


@pytest.mark.slow
def test_the_action_reports_a_failure_of_the_infrastructure(runners: Runners, project: Project) -> None:
    """Nothing is run then, and there is nothing to upload; an input cannot become a part of a script."""
    job = GithubJob(runners, {})
    project.write("snippets/py/suite.yaml", SUITE.replace("python", "go") + "lock: go.sum\n")
    project.write("snippets/py/go.sum", "")
    runners.variables = {**runners.variables, "PATH": f"{runners.programs()}:/usr/bin:/bin"}
    hostile = '$(touch hacked)"; touch hacked; echo "'
    given = {"cache": "false", "shard": hostile, "artifact": hostile, "arguments": hostile, "durations": hostile}
    assert not job.run([CHECKOUT, {**ACTION, "with": given}])
    assert "::error title=snipproof::Nothing was proven: snipproof provision failed with exit code 69" in runners.output
    assert "failed: no 'go' on the PATH" in runners.output
    assert "pytest" not in runners.output.rpartition("Nothing was proven")[2]
    assert (runners.restored, runners.caches) == ([], set())
    assert not list(runners.folder.rglob("hacked"))


@pytest.mark.slow
def test_the_workflow_with_shards(runners: Runners) -> None:
    """Each job runs on a machine of its own, and the site is built with a manifest that marks both blocks as proven.

    If the artifact of a shard is missing, the report fails, but is written; no site is built with it.
    """
    jobs = runners.github(GUIDE / "shards.yml")
    assert jobs == dict.fromkeys(("plan", "prove", "report", "site"), True), runners.output
    assert files(runners.artifacts) == ["proven", "snippets-1-of-5", "snippets-2-of-5"]
    assert (
        files(runners.artifacts / "snippets-1-of-5") == files(runners.artifacts / "snippets-2-of-5") == ["report.json"]
    )
    assert [ran(runners.artifacts / f"snippets-{number}-of-5" / "report.json") for number in (1, 2)] == [1, 1]
    assert states(runners.artifacts / "proven") == ["proven", "proven"]
    assert "npm ci\nnpm run build\n" in runners.output
    assert (len(runners.caches), len(runners.restored)) == (1, 2)

    for name in ("proven", "snippets-2-of-5"):
        (runners.artifacts / name).rename(runners.folder / name)
    assert not GithubJob(runners, {}).run(load(GUIDE / "shards.yml")["jobs"]["report"]["steps"])
    assert "1 of 2 Snippets were run in no part" in runners.output
    assert files(runners.artifacts / "proven") == ["report.html", "report.json"]


@pytest.mark.slow
def test_the_jobs_of_gitlab(runners: Runners) -> None:
    """Each machine finds its own shard."""
    assert runners.gitlab(GUIDE / "gitlab.yml", parallel=2) == {"prove": True, "report": True}, runners.output
    kept = runners.folder / "kept"
    assert files(kept / "prove") == ["report-1.json", "report-2.json"]
    assert files(kept / "report") == ["manifest.json", "report.html", "report.json"]
    assert states(kept / "report") == ["proven", "proven"]
    assert runners.installed[0] == "install snipproof[weaviate,languages]"
