"""Suites of this repository with builds that are kept and without: the same verdicts, and no compiler the next time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.project import Project

from snipproof.config import load_settings
from snipproof.processes.cache_folder import cache_folder, environments_folder

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm", "go", "java", "javac", "mvn")]

ROOT = Path(__file__).parents[2]
FLAVOURS = ("go", "java", "typescript-v3")
SETTINGS = "[tool.snipproof]\npages = []\nsuites = ['snippets/*/suite.yaml']\nassets = 'snippets/gallery'\n"
#: Sources that are wrong in the copy: text, and what stands instead of it.
EDITS = {
    "typescript-v3/expected_output.ts": (
        "console.log(response.objects[0]);",
        "const n: number = 'no'; console.log(n);",
    ),
    "java/src/test/java/ExpectedOutputTest.java": (".withFields(meta)", ".withoutFields(meta)"),
    "go/expected_output_test.go": ("count:9", "count:8"),
}
WRAPPER = '#!/bin/sh\necho "{name} $*" >> "{log}"\nexec "{real}" "$@"\n'
COMPILES = ("go test -c", "go vet", "javac -J", "bundle.mjs", "bin/tsc")


@pytest.fixture
def copied(project: Project) -> Project:
    """A project with Suites of this repository, and some of the Sources are wrong."""
    project.write("pyproject.toml", SETTINGS)
    shutil.rmtree(project.pytester.path / "snippets")
    for name in (*FLAVOURS, "gallery"):
        ignored = shutil.ignore_patterns("node_modules", "target")
        shutil.copytree(ROOT / "snippets" / name, project.pytester.path / "snippets" / name, ignore=ignored)
    shutil.copy(ROOT / "conftest.py", project.pytester.path / "conftest.py")
    for name, (old, new) in EDITS.items():
        file = project.pytester.path / "snippets" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        file.write_text(text.replace(old, new), encoding="utf-8")
    return project


def verdicts(report: Path) -> list[tuple[Any, ...]]:
    """Return what a report has about Snippets and Expectations that does not differ from run to run."""
    data = json.loads(report.read_text(encoding="utf-8"))
    snippets = [
        (s["id"], s["outcome"], s["line"], s["error"] and (s["error"]["line"], s["error"]["reason"]))
        for s in data["snippets"]
    ]
    return sorted(snippets, key=str) + sorted([(e["id"], e["outcome"]) for e in data["expectations"]], key=str)


def test_builds_that_are_kept_change_no_verdict(copied: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs: without them, with builds that are new, and with builds that are found again."""
    path = copied.pytester.path
    log = path / "compilers.txt"
    for name in ("go", "javac", "node"):
        wrapper = path / "bin" / name
        wrapper.parent.mkdir(exist_ok=True)
        wrapper.write_text(WRAPPER.format(name=name, log=log, real=shutil.which(name)))
        wrapper.chmod(0o755)
    usual = environments_folder(cache_folder(load_settings(path, environ={})))
    (path / "cache").mkdir()
    (path / "cache" / "environments").symlink_to(usual)
    monkeypatch.setenv("PATH", str(path / "bin"), prepend=":")
    monkeypatch.setenv("SNIPPROOF_CACHE_DIR", str(path / "cache"))
    found = []
    compiled = []
    for number, is_kept in enumerate(("false", "true", "true")):
        monkeypatch.setenv("SNIPPROOF_RUN_BUILD_CACHE", is_kept)
        log.write_text("")
        report = path / f"report-{number}.json"
        result = copied.prove("--snippets-require", f"--snippets-report={report}")
        assert result.ret == 1
        found.append(verdicts(report))
        compiled.append([line for line in log.read_text().splitlines() if any(word in line for word in COMPILES)])
    assert found[0] == found[1] == found[2]
    text = str(found[0])
    assert all(word in text for word in ("tsc: TS2322", "javac: cannot find symbol", "'passed'", "differs"))
    assert compiled[0]
    assert len(compiled[1]) == len(compiled[0])
    assert compiled[2] == []
