"""A Suite in a temporary folder that is built, run and judged without pytest, a server or a fixture."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.model import Outcome, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner_context import RunnerContext
from snipproof.run.runners.runner import Program, Runner
from snipproof.run.verdict import Verdict, judge
from snipproof.site.source import parse_source

REPOSITORY = Path(__file__).parents[3]


def say(line: str) -> None:
    """Tell what happens to whoever reads a failed test."""
    sys.stderr.write(line + "\n")


@dataclass
class Mini:
    """One Suite with its Sources in ``root``, and the Runner under test."""

    root: Path
    run: SessionFolder
    kind: type[Runner]
    suite: Suite
    settings: Settings
    said: list[str] = field(default_factory=list)

    def write(self, path: str, text: str) -> None:
        """Write one file of the Suite."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def set(self, **values: object) -> None:
        """Change the run's settings: ``timeout``, ``output_limit``, ``env``, ``fresh``."""
        self.settings = self.settings._replace(run=self.settings.run._replace(**values))  # type: ignore[arg-type]

    def runner(self) -> Runner:
        """Return a Runner that has what its lock file pins."""
        runner = self.kind(RunnerContext(self.suite, self.settings, self.run, self.said.append))
        runner.provision()
        return runner

    def program(self, runner: Runner, path: str, text: str) -> Program:
        """Return a Source made runnable."""
        source = parse_source(path, text)
        markers = [marker for region in source.regions for marker in region.markers]
        return Program(source, text, runner.probe(path, text, markers))

    def prove(self, sources: Mapping[str, str] | str) -> dict[str, Verdict]:
        """Write, build, run and judge Sources; returns the Verdicts by ``path::name``, or by name for one Source."""
        name = self.suite.sources[0]
        texts = {name: sources} if isinstance(sources, str) else dict(sources)
        for path, text in texts.items():
            self.write(path, text)
        self.suite = self.suite._replace(sources=tuple(texts))
        runner = self.runner()
        try:
            programs = [self.program(runner, path, text) for path, text in texts.items()]
            runner.build(programs)
            found = [v for p in programs for v in judge(p.source, p.probed, runner.execute(p))]
        finally:
            runner.close()
        return {v.snippet.name if isinstance(sources, str) else v.snippet.id: v for v in found}


def brief(verdicts: Mapping[str, Verdict]) -> dict[str, tuple[str, int]]:
    """Return outcome and line of each Verdict."""
    return {name: (str(v.outcome), v.line) for name, v in verdicts.items()}


def passed(verdicts: Mapping[str, Verdict]) -> bool:
    """Whether there are Verdicts and all of them are passes."""
    return bool(verdicts) and all(v.outcome is Outcome.PASSED for v in verdicts.values())


@pytest.fixture
def run(tmp_path: Path) -> Iterator[SessionFolder]:
    """A Run of the test's own."""
    with SessionFolder.begin(tmp_path / "runs") as run:
        yield run


@pytest.fixture
def plain_settings(tmp_path: Path) -> Settings:
    """Settings of a project in ``tmp_path/project``, with the usual cache."""
    root = tmp_path / "project"
    root.mkdir()
    return load_settings(root, environ={})
