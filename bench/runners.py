"""Each flavour's Runner beside the way a docs team runs the same Sources today, on one running server.

    python bench/runners.py [--rounds 5] [--copies 1 20] [--flavours go java …]

Prints ratios measured interleaved in one run: in each round every flavour is run once by us and once by its native
command, Source by Source; ratios are those of the medians. What is installed once (environments, ``node_modules``,
modules, jars, tsx) is installed before anything is measured; every build is part of what is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from snipproof.config import Settings, load_settings
from snipproof.model import Outcome, Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.bindings import apply_bindings
from snipproof.run.runner import Program, Runner, RunnerContext, make_runner
from snipproof.run.runners.python.runner import PythonRunner
from snipproof.run.verdict import judge
from snipproof.services.gallery import Gallery
from snipproof.services.startup import Services
from snipproof.site.source import parse_source
from snipproof.site.suite import load_suites

ROOT = Path(__file__).resolve().parent.parent
TSX = "4.23.15"
_FORKS = 10


def log(line: str) -> None:
    """Write progress to standard error: standard output is for the tables."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass
class Flavour:
    """One Suite of this repository as a project of its own, with so many copies of its Source.

    ``bound`` is a second folder with the same files and the real addresses in them, where native commands run.
    """

    suite: Suite
    settings: Settings
    session: SessionFolder
    addresses: dict[str, str]
    folder: Path
    copies: int
    sources: list[Source] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The flavour's name."""
        return self.suite.flavour

    @property
    def bound(self) -> Path:
        """Where native commands run."""
        return self.folder / "native"

    def lay(self) -> None:
        """Write the files of both folders."""
        origin = (self.settings.root / self.suite.path).parent
        ours = self.folder / "ours" / "snippets" / self.name
        for place in (ours, self.bound):
            shutil.copytree(origin, place, ignore=shutil.ignore_patterns("node_modules", "target"))
        (self.folder / "ours" / "snippets" / "gallery").symlink_to(ROOT / "snippets" / "gallery")
        shutil.copytree(ROOT / "snippets" / "gallery" / "queries", self.bound / "images")
        (original,) = self.suite.sources
        inner = Path(original).relative_to(Path(self.suite.path).parent)
        text = (self.settings.root / original).read_text(encoding="utf-8")
        for place in (ours, self.bound):
            (place / inner).unlink()
        for number in range(self.copies):
            name, copy = _renamed(self.suite.language, inner, text, number)
            (ours / name).write_text(copy, encoding="utf-8")
            (self.bound / name).write_text(apply_bindings(self.suite, copy, self.addresses), encoding="utf-8")
            self.sources.append(parse_source(f"snippets/{self.name}/{name}", copy))
        root = self.folder / "ours"
        self.settings = self.settings._replace(root=root)
        self.suite = self.suite._replace(
            path=f"snippets/{self.name}/suite.yaml",
            sources=tuple(source.path for source in self.sources),
            files=(("images", "snippets/gallery/queries"),),
        )

    def runner(self) -> Runner:
        """Return a Runner with its environment made."""
        runner = make_runner(RunnerContext(self.suite, self.settings, self.session, log))
        runner.provision()
        return runner

    def prove(self) -> None:
        """Build and run all Sources; everything must pass."""
        runner = self.runner()
        try:
            programs = [_program(runner, self, source) for source in self.sources]
            runner.build(programs)
            for program in programs:
                for verdict in judge(program.source, program.probed, runner.execute(program)):
                    if verdict.outcome is not Outcome.PASSED:
                        raise SystemExit(f"{verdict.snippet.id}: {verdict.reason}\n{verdict.details}")
        finally:
            runner.close()

    def native_commands(self) -> list[list[str]]:
        """Return a docs team's commands, one a Source."""
        names = [Path(source.path).relative_to(f"snippets/{self.name}") for source in self.sources]
        if self.suite.language == "python":
            runner = self.runner()
            assert isinstance(runner, PythonRunner)
            return [[str(runner.interpreter), str(name)] for name in names]
        if self.suite.language == "typescript":
            return [["npx", "tsx", str(name)] for name in names]
        if self.suite.language == "go":
            return [["go", "test", "-count=1", str(name)] for name in names]
        return [["mvn", "-o", "-q", "test", f"-Dtest={name.stem}"] for name in names]

    def install(self) -> None:
        """Make native commands work without a network."""
        if self.suite.language == "typescript":
            _call(["npm", "ci", "--silent"], self.bound)
            _call(["npm", "install", "--silent", "--no-save", f"tsx@{TSX}"], self.bound)
        if self.suite.language == "java":
            _call(["mvn", "-q", "test", "-Dtest=" + Path(self.sources[0].path).stem], self.bound)
        if self.suite.language == "go":
            _call(["go", "test", "-count=1", Path(self.sources[0].path).name], self.bound)

    def today(self) -> None:
        """Run every Source by its native command; everything must pass."""
        for command in self.native_commands():
            _call(command, self.bound)


def _program(runner: Runner, flavour: Flavour, source: Source) -> Program:
    bare = apply_bindings(flavour.suite, source.text, flavour.addresses)
    return Program(source, bare, runner.probe(source, bare))


def _renamed(language: str, inner: Path, text: str, number: int) -> tuple[str, str]:
    """Return name and text of a copy. In one Go package or on one Java class path, names must not be taken twice."""
    stem = inner.stem
    if language == "java":
        new = stem.replace("Test", f"{number:02}Test")
        return str(inner.with_name(new + inner.suffix)), re.sub(rf"\b{stem}\b", new, text)
    if language == "go":
        for name in re.findall(r"^(?:func|type) (\w+)", text, re.MULTILINE):
            text = re.sub(rf"(?<![.\w\"]){name}(?=\b(?! image))", f"{name}N{number:02}", text)
        return f"{stem.removesuffix('_test')}_{number:02}_test.go", text
    return str(inner.with_name(f"{stem}_{number:02}{inner.suffix}")), text


def _call(command: Sequence[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {cwd}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def timed(function: Callable[[], None]) -> float:
    """Return the seconds that ``function`` takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


@contextmanager
def services(settings: Settings, session: SessionFolder) -> Iterator[Services]:
    """One server for everything, filled once."""
    started = Services.start(settings, session, log, settings.root / settings.assets)
    try:
        Gallery(ROOT / "snippets" / "gallery").fill(started.weaviate)
        yield started
    finally:
        started.stop()


def python_overhead(settings: Settings, session: SessionFolder, suite: Suite, rounds: int) -> Row:
    """Return an import-only file, forked and fresh; as it does nothing, the first is what isolation costs."""
    imports = "import weaviate\nfrom weaviate.classes.query import MetadataQuery\n# START a\nx = 1\n# END a\n"
    source = parse_source(f"{Path(suite.path).parent}/bench.py", imports)
    context = RunnerContext(suite._replace(files=()), settings, session, log)
    runner = make_runner(context)
    runner.provision()
    program = Program(source, imports, runner.probe(source, imports))
    runner.build([program])
    runner.execute(program)  # waits for the worker
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.py"
        file.write_text(imports)
        assert isinstance(runner, PythonRunner)
        fresh = [str(runner.interpreter), str(file)]
        forked_times, fresh_times = [], []
        for _ in range(rounds):
            forked_times.append(timed(lambda: _each_run(runner, [program] * _FORKS)) / _FORKS)
            fresh_times.append(timed(lambda: _call(fresh, Path(folder))))
    runner.close()
    return Row("import-only Python file", 1, statistics.median(forked_times), statistics.median(fresh_times))


def _each_run(runner: Runner, programs: Sequence[Program]) -> None:
    for program in programs:
        runner.execute(program)


def _each_today(flavours: Sequence[Flavour]) -> None:
    for flavour in flavours:
        flavour.today()


def whole_page(flavours: Sequence[Flavour], started: Services, rounds: int) -> Row:
    """Return ``pytest snippets`` on the running server beside all of today's commands for the same Sources."""
    address = started.weaviate
    command = [
        *(sys.executable, "-m", "pytest", "snippets", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"),
        *("--snippets-require", "--snippets-weaviate-url", address.url),
        *("--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"),
    ]
    _call(command, ROOT)
    # The run above has dropped what it stored, and with it the gallery.
    fill = Gallery(ROOT / "snippets" / "gallery").fill
    ours, today = [], []
    for number in range(rounds):
        log(f"whole page, round {number + 1}")
        ours.append(timed(lambda: _call(command, ROOT)))
        fill(address)
        today.append(timed(lambda: _each_today(flavours)))
    return Row("whole page, pytest and all", len(flavours), statistics.median(ours), statistics.median(today))


@dataclass(frozen=True)
class Row:
    """One line of the table: medians, in seconds."""

    what: str
    sources: int
    ours: float
    today: float


def beside_today(flavours: Sequence[Flavour], rounds: int) -> list[Row]:
    """Return a row for each flavour, measured in turns; what is installed once is installed first."""
    for flavour in flavours:
        log(f"{flavour.name}, {flavour.copies} Sources: installing")
        flavour.folder.mkdir()
        flavour.lay()
        flavour.install()
        flavour.prove()  # warm: caches are filled, and the copies are right
    times: list[tuple[list[float], list[float]]] = [([], []) for _ in flavours]
    for number in range(rounds):
        for flavour, (ours, today) in zip(flavours, times, strict=True):
            log(f"round {number + 1}: {flavour.name}, {flavour.copies} Sources")
            ours.append(timed(flavour.prove))
            today.append(timed(flavour.today))
    return [
        Row(flavour.name, flavour.copies, statistics.median(ours), statistics.median(today))
        for flavour, (ours, today) in zip(flavours, times, strict=True)
    ]


def measure(options: argparse.Namespace, folder: Path, session: SessionFolder) -> Iterator[Row]:
    """Yield all rows."""
    settings = load_settings(ROOT)
    suites = [s for s in load_suites(settings) if not options.flavours or s.flavour in options.flavours]
    with services(settings, session) as started:
        addresses = started.placeholders()
        singles: list[Flavour] = []
        for copies in options.copies:
            flavours = [
                Flavour(s, settings, session, addresses, folder / f"{s.flavour}-{copies}", copies) for s in suites
            ]
            yield from beside_today(flavours, options.rounds)
            singles = flavours if copies == 1 else singles
        for suite in suites:
            if suite.flavour == "python-v4":
                yield python_overhead(settings, session, suite, options.rounds)
        if singles and not options.flavours:
            yield whole_page(singles, started, options.rounds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--flavours", nargs="+")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snipproof-bench-") as folder, SessionFolder.begin() as session:
        rows = list(measure(options, Path(folder), session))
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}, medians of {options.rounds} interleaved rounds",
        "",
        "| what | Sources | ours / today | today / ours | ours, s | today, s |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        ratio = row.ours / row.today
        cells = (row.what, row.sources, f"{ratio:.3f}", f"{1 / ratio:.1f}", f"{row.ours:.3f}", f"{row.today:.3f}")
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
