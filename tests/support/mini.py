"""A Suite in a temporary folder that is built, run and judged without pytest, a server or a fixture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from snipproof.config import Settings
from snipproof.model import Outcome, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.redaction import read_variables
from snipproof.run.runner import Program, Runner, RunnerContext
from snipproof.run.verdict import Verdict, judge
from snipproof.services.network.documented import DocumentedNetwork
from snipproof.site.source import parse_source

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Mini:
    """One Suite with its Sources in ``root``, and the Runner under test.

    ``logged`` are the lines for the user, ``network`` is that of the Sources.
    """

    root: Path
    session: SessionFolder
    kind: type[Runner]
    suite: Suite
    settings: Settings
    logged: list[str] = field(default_factory=list)
    network: DocumentedNetwork | None = None

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
        context = RunnerContext(self.suite, self.settings, self.session, self.logged.append, network=self.network)
        runner = self.kind(context)
        runner.provision()
        return runner

    def program(self, runner: Runner, path: str, text: str) -> Program:
        """Return a Source made runnable."""
        source = parse_source(path, text)
        return Program(source, text, runner.probe(source, text))

    def prove(self, sources: Mapping[str, str] | str) -> dict[str, Verdict]:
        """Write, build, run and judge Sources; return the Verdicts by ``path::name``, or by name for one Source."""
        name = self.suite.sources[0]
        texts = {name: sources} if isinstance(sources, str) else dict(sources)
        for path, text in texts.items():
            self.write(path, text)
        self.suite = self.suite._replace(sources=tuple(texts))
        runner = self.runner()
        try:
            programs = [self.program(runner, path, text) for path, text in texts.items()]
            runner.build(programs)
            secrets = read_variables(self.settings.run.env)
            found = [v.redacted(secrets) for p in programs for v in judge(p.source, p.probed, runner.execute(p))]
        finally:
            runner.close()
        return {v.snippet.name if isinstance(sources, str) else v.snippet.id: v for v in found}


def brief(verdicts: Mapping[str, Verdict]) -> dict[str, tuple[str, int]]:
    """Return outcome and line of each Verdict."""
    return {name: (str(v.outcome), v.line) for name, v in verdicts.items()}


def passed(verdicts: Mapping[str, Verdict]) -> bool:
    """Whether there are Verdicts and all of them are passes."""
    return bool(verdicts) and all(v.outcome is Outcome.PASSED for v in verdicts.values())
