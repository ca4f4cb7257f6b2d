"""The files that other repositories use: the pre-commit hook and the GitHub actions. test_ci_jobs runs workflows."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import yaml

from snipproof.cli import check
from snipproof.cli.main import build_parser

ROOT = Path(__file__).parents[1]


def load(name: str) -> Any:
    """Return the YAML file ``name`` of this repository."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_hook_runs_an_existing_command() -> None:
    """Its entry parses, and its pattern matches pages, Sources and settings."""
    (hook,) = load(".pre-commit-hooks.yaml")
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("snipproof-check", "python", False)
    program, *arguments = hook["entry"].split()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert program in scripts
    assert build_parser().parse_args(arguments).run is check.run
    for path in ("docs/a.mdx", "a.md", "x/a.py", "a.mts", "a.tsx", "a.go", "A.java", "A.cs", "a.sh", "snipproof.toml",
                 "x/suite.yaml", "pyproject.toml", "snipproof-baseline.jsonl"):  # fmt: skip
        assert re.search(hook["files"], path), path
    for path in ("a.png", "package.json", "mysuite.yaml", "docs/a.mdx.bak"):
        assert not re.search(hook["files"], path), path


ACTIONS = ("action.yml", "prove/action.yml")
WORKFLOWS = ("check.yml", "prove.yml", "shards.yml")
GUIDE = "tests/guide/ci"


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_pins_what_it_uses(name: str) -> None:
    """Other actions, only GitHub's, by a full commit; no expression in a script; each input is declared and used."""
    action = load(name)
    assert action["runs"]["using"] == "composite"
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"\binputs\.([\w-]+)", text)) == set(action["inputs"])
    steps = {step["id"] for step in action["runs"]["steps"] if "id" in step}
    assert set(re.findall(r"\bsteps\.([\w-]+)", text)) == steps
    for step in action["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/(cache/restore|cache/save|upload-artifact)@[0-9a-f]{40}", step["uses"])
            assert re.search(rf"{step['uses']} # v\d+\.\d+\.\d+\n", text)
        else:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]
            assert set(re.findall(r"\$\{?([A-Z_]+)\b", step["run"])) <= {*step["env"], *GIVEN}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (wanted,) = re.findall(r"\[([a-z,]+)\]\"", text)
    assert set(wanted.split(",")) <= set(extras)


GIVEN = ("RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RANDOM")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_of_the_guide_uses_what_exists(name: str) -> None:
    """Our actions with their inputs, in the comments too; no expression in a script; no permission but to read."""
    workflow = load(f"{GUIDE}/{name}")
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert step.get("uses", "actions/@FULL_COMMIT").endswith("@FULL_COMMIT")
    text = (ROOT / GUIDE / name).read_text(encoding="utf-8")
    found = re.findall(r"OWNER/snipproof(/\w+)?@FULL_COMMIT(?:\n +# with: (.*))?", text)
    assert found
    for folder, given in found:
        action = load(f"{folder.strip('/') or '.'}/action.yml")
        assert set(yaml.safe_load(given or "{}")) <= set(action["inputs"])


def test_the_hook_of_the_guide_exists() -> None:
    (known,) = load(".pre-commit-hooks.yaml")
    (repository,) = load(f"{GUIDE}/pre-commit.yml")["repos"]
    assert repository["hooks"] == [{"id": known["id"]}]


@pytest.mark.parametrize(("end", "code"), [("# END a", 0), ("# END b", 1)])
@pytest.mark.parametrize("baseline", ["", "known.jsonl"])
def test_the_action_checks(tmp_path: Path, end: str, code: int, baseline: str) -> None:
    """Its script in bash: a finding is an annotation and fails the job, unless the baseline lists it."""
    site = tmp_path / "a site; echo"
    (site / "docs").mkdir(parents=True)
    block = f'<FilteredTextBlock text={{A}} startMarker="# START a" endMarker="{end}" language="py" />'
    (site / "docs" / "a.md").write_text(f'import A from "!!raw-loader!/a.py";\n\n{block}\n', encoding="utf-8")
    (site / "a.py").write_text("# START a\nx = 1\n# END a\n", encoding="utf-8")
    program = tmp_path / "snipproof" / "bin" / "snipproof"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m snipproof "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    given = {"RUNNER_TEMP": str(tmp_path), "ROOT": str(site), "BASELINE": str(tmp_path / baseline) if baseline else ""}
    environment = {**os.environ, **given, "GITHUB_WORKSPACE": str(tmp_path)}
    if baseline:
        subprocess.run(
            [program, "check", "--root", site, "--baseline", given["BASELINE"], "--update-baseline"], check=True
        )
    sleep(0.1)  # what changed a moment ago is not kept
    (script,) = (step["run"] for step in load("action.yml")["runs"]["steps"] if step["name"] == "Check")
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if baseline else code), done.stderr
    _require_kept(site, [str(part) for part in command], environment, done)
    assert ("::error file=a site; echo/docs/a.md,line=3," in done.stdout) == bool(code and not baseline)


def _require_kept(
    site: Path, command: list[str], environment: dict[str, str], first: subprocess.CompletedProcess[str]
) -> None:
    """Check that the next run, in a fresh checkout with the folder that the action restores, prints the kept result."""
    (kept,) = (site / ".snipproof-cache").glob("check-*.json")
    text = kept.read_text(encoding="utf-8")
    copy = site.with_name("copy")
    shutil.copytree(site, copy)
    shutil.rmtree(site)
    copy.rename(site)
    data = json.loads(text)
    kept.write_text(json.dumps({**data, "lines": [*data["lines"], "from the cache"]}), encoding="utf-8")
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (first.returncode, first.stdout + "from the cache\n")
