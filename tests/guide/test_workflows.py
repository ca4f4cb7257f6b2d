"""The workflows of the guide: their scripts run as on a runner, and what they use of this repository exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.guide import EXAMPLES, ROOT, workflows

EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
HEAD = "pip() { :; }\n"  # the package is there already


def load(path: Path) -> Any:
    """Return a YAML file; an input that stands in a comment counts, too."""
    return yaml.safe_load(path.read_text(encoding="utf-8").replace("# with:", "with:"))


class Runner:
    """Runs the jobs of a workflow in copies of a project, each with what the expressions of its steps mean."""

    def __init__(self, project: Path, folder: Path, environment: dict[str, str]) -> None:
        self.project = project
        self.folder = folder
        self.environment = environment
        self.outputs: dict[str, str] = {}

    def run(self, name: str, job: dict[str, Any]) -> None:
        """Run a job, once for each entry of its matrix."""
        if "matrix" not in job.get("strategy", {}):
            return self._run(name, job, {})
        matrix = json.loads(self._expanded(job["strategy"]["matrix"], {}))
        for index, entry in enumerate(matrix["include"]):
            values = {f"matrix.{key}": str(value) for key, value in entry.items()}
            self._run(f"{name}-{index}", job, {**values, "strategy.job-index": str(index)})
        return None

    def _run(self, name: str, job: dict[str, Any], values: dict[str, str]) -> None:
        checkout = self.folder / name
        shutil.copytree(self.project, checkout)
        for step in job["steps"]:
            given = {key: self._expanded(str(value), values) for key, value in step.get("with", {}).items()}
            if "run" in step:
                self._script(self._expanded(step["run"], values), checkout)
            elif step["uses"].startswith("actions/upload-artifact@"):
                shutil.copytree(checkout, self.folder / "artifacts" / given["name"], ignore=_all_but(given["path"]))
            elif step["uses"].startswith("actions/download-artifact@"):
                shutil.copytree(self.folder / "artifacts", checkout / given["path"])
        for output, value in job.get("outputs", {}).items():
            self.outputs[f"needs.{name}.outputs.{output}"] = self._expanded(value, {})

    def _script(self, script: str, checkout: Path) -> None:
        written = checkout / "output"
        variables = {"GITHUB_OUTPUT": str(written), "GITHUB_STEP_SUMMARY": str(checkout / "summary.md")}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", HEAD + script],
            cwd=checkout,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        for line in written.read_text("utf-8").splitlines() if written.exists() else []:
            name, _, value = line.partition("=")
            self.outputs[f"steps.plan.outputs.{name}"] = value

    def _expanded(self, text: str, values: dict[str, str]) -> str:
        known = self.outputs | values
        return EXPRESSION.sub(lambda found: known[re.sub(r"^fromJSON\((.*)\)$", r"\1", found[1])], text)


def _all_but(name: str) -> Any:
    return lambda _, names: [other for other in names if not Path(other).match(name)]


@pytest.mark.slow
@pytest.mark.parametrize("workflow", workflows(), ids=lambda path: str(path.name))
def test_the_scripts_of_a_workflow_succeed(workflow: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    """Each in the order of the file; a job of shards writes a report that covers all Snippets."""
    project = workflow.parents[2]
    runner = Runner(project, tmp_path, environment)
    for name, job in load(workflow)["jobs"].items():
        runner.run(name, job)
    reports = [path for path in tmp_path.glob("*/report.json") if path.with_name("report.html").exists()]
    for report in reports:
        found = json.loads(report.read_text(encoding="utf-8"))
        assert (found["run"]["complete"], len(found["snippets"])) == (True, 2)
    assert len(reports) == (workflow.name != "check.yml")


@pytest.mark.parametrize("workflow", workflows(), ids=lambda path: str(path.name))
def test_what_a_workflow_uses_exists(workflow: Path) -> None:
    """The inputs of our action, and the extras of the package. Actions of others are pinned by a commit."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for job in load(workflow)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("OWNER/snipproof@"):
                assert set(step.get("with", {})) <= set(load(ROOT / "action.yml")["inputs"])
            assert step.get("uses", "@FULL_COMMIT").endswith("@FULL_COMMIT")
            for named in re.findall(r"snipproof\[([\w,]+)\]", step.get("run", "")):
                assert set(named.split(",")) <= set(extras)


def test_the_hook_of_pre_commit_exists() -> None:
    hooks = {hook["id"] for hook in load(ROOT / ".pre-commit-hooks.yaml")}
    for repo in load(EXAMPLES / "ci" / ".pre-commit-config.yaml")["repos"]:
        assert {hook["id"] for hook in repo["hooks"]} <= hooks
