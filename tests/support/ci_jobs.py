"""Runs the jobs of a CI system as they stand in a file: each script in bash, with the variables that the system sets.

Of the actions of others only the effect is imitated: a checkout copies the tree, caches are known by their keys, and
artifacts are folders. An action of this repository runs step by step. What this does not know is an error.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_COMPARISON = re.compile(r"(\S+)\s*(==|!=)\s*'([^']*)'")
_OURS = re.compile(r"OWNER/snipproof(/[\w/]+)?@FULL_COMMIT")
_OTHERS = re.compile(r"(actions/[\w/-]+)@(?:FULL_COMMIT|[0-9a-f]{40})")


def load(path: Path) -> Any:
    """Return the YAML file ``path``."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def write_program(path: Path, text: str) -> None:
    """Write a shell script that can be called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@dataclass
class Runners:
    """The machines of a CI system: each job begins on a clean one.

    :param folder: where they are.
    :param tree: what is checked out there.
    :param variables: of their environment.
    :param caches: the keys that were saved; ``restored`` are those that were looked for, in this order.
    :param output: what the scripts printed; ``summary`` is what they wrote for the page of the job.
    """

    folder: Path
    tree: Path
    variables: Mapping[str, str]
    caches: set[str] = field(default_factory=set)
    restored: list[str] = field(default_factory=list)
    output: str = ""
    summary: str = ""
    jobs: int = 0

    @property
    def artifacts(self) -> Path:
        """A folder for each artifact."""
        return self.folder / "artifacts"

    @property
    def installed(self) -> list[str]:
        """The arguments of each ``pip install``."""
        log = self.folder / "pip.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def programs(self) -> Path:
        """Return a folder for the PATH: this snipproof, and programs that only write down how they are called."""
        folder = self.folder / "bin"
        pip = f'echo "$*" >> {shlex.quote(str(self.folder / "pip.log"))}'
        for name, text in {
            "pip": pip,
            "npm": 'test -s manifest.json && echo "npm $*"',
            "snipproof": f'exec "{sys.executable}" -m snipproof "$@"',
            "pytest": f'exec "{sys.executable}" -m pytest "$@"',
            # It makes an environment that has the same programs.
            "python3": 'if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3" && cp -r "$(dirname "$0")" "$3/bin"; '
            f'else exec "{sys.executable}" "$@"; fi',
            "python": f'exec "{sys.executable}" "$@"',
        }.items():
            write_program(folder / name, text)
        return folder

    def github(self, workflow: Path) -> dict[str, bool]:
        """Run all jobs of a workflow, those of a matrix one after the other; return whether each one passed."""
        jobs = load(workflow)["jobs"]
        passed: dict[str, bool] = {}
        outputs: dict[str, Any] = {}
        for name, job in jobs.items():
            needs = [job["needs"]] if "needs" in job else []
            if not all(passed[need] for need in _ancestors(jobs, needs)) and job.get("if") != "always()":
                passed[name] = False
                continue
            context = {"needs": {need: {"outputs": outputs.get(need, {})} for need in needs}}
            matrix = job.get("strategy", {}).get("matrix", {"include": [{}]})
            matrix = json.loads(evaluate(matrix, context)) if isinstance(matrix, str) else matrix
            results = []
            for values in matrix["include"]:
                run = GithubJob(self, {**context, "matrix": values})
                results.append(run.run(job["steps"]))
                outputs[name] = {key: evaluate(text, run.context) for key, text in job.get("outputs", {}).items()}
            passed[name] = all(results)
        return passed

    def gitlab(self, file: Path, parallel: int) -> dict[str, bool]:
        """Run all jobs of GitLab's file, with ``parallel`` machines instead of the number there."""
        data = load(file)
        passed = {}
        (self.folder / "kept").mkdir()
        for name, job in ((name, job) for name, job in data.items() if name != "variables"):
            count = parallel if "parallel" in job else 1
            passed[name] = all(
                self._gitlab_job(name, job, data["variables"], number, count) for number in range(1, count + 1)
            )
        return passed

    def _gitlab_job(self, name: str, job: Mapping[str, Any], given: Mapping[str, str], index: int, count: int) -> bool:
        project = self.folder / f"{name}-{index}"
        kept = self.folder / "kept"
        shutil.copytree(self.tree, project)
        for need in job.get("needs", ()):
            shutil.copytree(kept / need, project, dirs_exist_ok=True)
        env = self.environment() | {"CI_PROJECT_DIR": str(project), "CI": "true"}
        if "parallel" in job:
            env |= {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(count)}
        env |= {key: text.replace("$CI_PROJECT_DIR", str(project)) for key, text in given.items()}
        code, *_ = [
            self.bash("\n".join(job[part]), env, project, "-eo") for part in ("script", "after_script") if part in job
        ]
        for pattern in job["artifacts"]["paths"]:
            for found in project.glob(pattern):
                (kept / name).mkdir(exist_ok=True)
                shutil.copy(found, kept / name)
        return code == 0

    def environment(self) -> dict[str, str]:
        """Return the environment of a machine."""
        kept = ("HOME", "TMPDIR", "PYTHONPATH")
        inherited = {name: text for name, text in os.environ.items() if name in kept or name.startswith("COVERAGE_")}
        # The programs that stand in come first.
        return {**inherited, "PATH": f"{self.programs()}:{os.environ['PATH']}", **self.variables}

    def bash(self, script: str, env: Mapping[str, str], cwd: Path, *options: str) -> int:
        """Run one script and return its exit code."""
        options = (*options, "pipefail") if options == ("-eo",) else options
        command = ["bash", "--noprofile", "--norc", *options, "-c", script]
        done = subprocess.run(
            command, env=dict(env), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        self.output += done.stdout
        return done.returncode


def _ancestors(jobs: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield from _ancestors(jobs, [jobs[name]["needs"]] if "needs" in jobs[name] else [])


class GithubJob:
    """One job, on one machine."""

    def __init__(self, runners: Runners, context: Mapping[str, Any]) -> None:
        runners.jobs += 1
        self._runners = runners
        home = runners.folder / f"job-{runners.jobs}"
        self._workspace, self._temp = home / "work", home / "temp"
        for folder in (self._workspace, self._temp):
            folder.mkdir(parents=True)
        self.context: dict[str, Any] = {
            **context,
            "steps": {},
            "runner": {"temp": str(self._temp), "os": "Linux"},
            "github": {"sha": "0" * 40},
        }

    def run(self, steps: Sequence[Mapping[str, Any]]) -> bool:
        """Run the steps; return whether all of them passed."""
        passed = True
        for step in steps:
            condition = str(step.get("if", ""))
            if not passed and "always()" not in condition:
                continue
            if not holds(condition, self.context):
                continue
            given = {key: evaluate(str(value), self.context) for key, value in step.get("with", {}).items()}
            passed = (self._use(step, given) if "uses" in step else self._script(step)) and passed
        return passed

    def _script(self, step: Mapping[str, Any]) -> bool:
        files = {name: self._temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        env = {
            **self._runners.environment(),
            **{name: str(file) for name, file in files.items()},
            "RUNNER_TEMP": str(self._temp),
            "GITHUB_WORKSPACE": str(self._workspace),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            **{name: evaluate(str(value), self.context) for name, value in step.get("env", {}).items()},
        }
        assert "${{" not in step["run"]
        options = ("-eo",) if step.get("shell") == "bash" else ("-e",)
        code = self._runners.bash(step["run"], env, self._workspace, *options)
        self._keep(step, read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")))
        self._runners.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return code == 0

    def _keep(self, step: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
        if "id" in step:
            self.context["steps"][step["id"]] = {"outputs": dict(outputs)}

    def _use(self, step: Mapping[str, Any], given: Mapping[str, str]) -> bool:
        if ours := _OURS.fullmatch(step["uses"]):
            return self._ours(ROOT / (ours[1] or "").strip("/"), given, step)
        match = _OTHERS.fullmatch(step["uses"])
        assert match, step["uses"]
        actions = {
            "actions/checkout": self._checkout,
            "actions/cache/restore": self._restore,
            "actions/cache/save": self._save,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }
        self._keep(step, actions[match[1]](given) or {})
        return True

    def _checkout(self, _: Mapping[str, str]) -> None:
        shutil.copytree(self._runners.tree, self._workspace, dirs_exist_ok=True)

    def _restore(self, given: Mapping[str, str]) -> dict[str, str]:
        assert given["path"]
        assert given["key"].startswith(given["restore-keys"])
        self._runners.restored.append(given["key"])
        return {"cache-hit": str(given["key"] in self._runners.caches).lower()}

    def _save(self, given: Mapping[str, str]) -> None:
        assert given["path"]
        assert given["key"] not in self._runners.caches
        self._runners.caches.add(given["key"])

    def _upload(self, given: Mapping[str, str]) -> None:
        target = self._runners.artifacts / given["name"]
        target.mkdir(parents=True)  # a name is used once
        for line in given["path"].split():
            found = self._workspace / line  # which an absolute path replaces
            if found.is_dir():
                shutil.copytree(found, target, dirs_exist_ok=True)
            elif found.exists():
                shutil.copy(found, target)

    def _download(self, given: Mapping[str, str]) -> None:
        found = sorted(self._runners.artifacts.glob(given.get("pattern") or given["name"]))
        assert found, given
        for each in found:
            place = self._workspace / given.get("path", "") / (each.name if "pattern" in given else "")
            shutil.copytree(each, place, dirs_exist_ok=True)

    def _ours(self, folder: Path, given: Mapping[str, str], step: Mapping[str, Any]) -> bool:
        action = load(folder / "action.yml")
        assert set(given) <= set(action["inputs"])
        outer = self.context
        inputs = {name: given.get(name, each["default"]) for name, each in action["inputs"].items()}
        self.context = {**outer, "inputs": inputs, "steps": {}}
        self.context["github"] = {**outer["github"], "action_path": str(folder)}
        try:
            passed = self.run(action["runs"]["steps"])
            outputs = {name: evaluate(each["value"], self.context) for name, each in action.get("outputs", {}).items()}
        finally:
            self.context = outer
        self._keep(step, outputs)
        return passed


def evaluate(text: str, context: Mapping[str, Any]) -> str:
    """Return ``text`` with the values of its expressions, which are names or ``fromJSON(name)``."""
    return _EXPRESSION.sub(lambda found: _value(found[1].strip(), context), text)


def _value(name: str, context: Mapping[str, Any]) -> str:
    name = re.sub(r"^fromJSON\((.*)\)$", r"\1", name)
    assert re.fullmatch(r"[a-z_]+(\.[\w-]+)+", name), name
    value: Any = context
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return str(value)


def holds(condition: str, context: Mapping[str, Any]) -> bool:
    """Return whether the comparisons of ``condition``, joined with ``&&``, are true."""
    for part in condition.split(" && ") if condition else ():
        if part == "always()":
            continue
        found = _COMPARISON.fullmatch(part)
        assert found, part
        if (_value(found[1], context) == found[3]) != (found[2] == "=="):
            return False
    return True


def read_outputs(text: str) -> dict[str, str]:
    """Return what a script wrote to ``$GITHUB_OUTPUT``: ``name=value``, or ``name<<END`` with lines up to ``END``."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, several, end = line.partition("<<")
        if several and "=" not in name:
            outputs[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            name, _, value = line.partition("=")
            outputs[name] = value
    return outputs
