"""Each flavour's Runner beside the way a docs team runs the same Sources today, on one running server.

    python bench/runners.py [--rounds 5] [--copies 1 20] [--flavours go java …] [--page]

Prints ratios measured interleaved in one run: in each round every flavour is run once by us and once by its native
command, Source by Source; ratios are those of the medians. What is installed once (environments, ``node_modules``,
modules, jars, tsx) is installed before anything is measured. In each round every Source is changed, for both, so that
every build is part of what is measured; only the row of unchanged Sources has builds that both sides may keep.
``--page`` measures the whole page only.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
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
from typing import NamedTuple

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
_UNRECORDED = "through the recorder"


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
    original: str = ""

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
        self.original = _of_the_page(self.suite)
        inner = Path(self.original).relative_to(Path(self.suite.path).parent)
        text = (self.settings.root / self.original).read_text(encoding="utf-8")
        for place in (ours, self.bound):
            for source in self.suite.sources:
                (place / Path(source).relative_to(Path(self.suite.path).parent)).unlink()
        for number in range(self.copies):
            name, copy = _renamed(self.suite.language, inner, text, number)
            self.sources.append(parse_source(f"snippets/{self.name}/{name}", copy))
        self.write("0")
        root = self.folder / "ours"
        self.settings = self.settings._replace(root=root)
        self.suite = self.suite._replace(
            path=f"snippets/{self.name}/suite.yaml",
            sources=tuple(source.path for source in self.sources),
            files=(("images", "snippets/gallery/queries"),),
        )

    def write(self, note: str) -> None:
        """Write the Sources to both folders, with a note at their end, so that they differ from before."""
        for source in self.sources:
            text = _noted(source, note)
            (self.folder / "ours" / source.path).write_text(text, encoding="utf-8")
            native = self.bound / Path(source.path).relative_to(f"snippets/{self.name}")
            native.write_text(apply_bindings(self.suite, text, self.addresses), encoding="utf-8")

    def runner(self) -> Runner:
        """Return a Runner with its environment made."""
        runner = make_runner(RunnerContext(self.suite, self.settings, self.session, log))
        runner.provision()
        return runner

    def prove(self) -> None:
        """Build and run all Sources; everything must pass, but for what only a recorder could compare."""
        runner = self.runner()
        try:
            sources = [parse_source(s.path, (self.folder / "ours" / s.path).read_text()) for s in self.sources]
            programs = [_program(runner, self, source) for source in sources]
            runner.build(programs)
            for program in programs:
                for verdict in judge(program.source, program.probed, runner.execute(program)):
                    if verdict.outcome is not Outcome.PASSED and _UNRECORDED not in verdict.reason:
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


def _of_the_page(suite: Suite) -> str:
    """Return the Source of the image-search page."""
    (found,) = (source for source in suite.sources if "searchimage" in Path(source).stem.lower().replace("_", ""))
    return found


def _noted(source: Source, note: str) -> str:
    """Return the text of a Source with a comment at its end."""
    comment = "#" if source.path.endswith(".py") else "//"
    return f"{source.text.rstrip()}\n\n{comment} {note}\n"


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


class Taken(NamedTuple):
    """Seconds on the clock, and of processors in processes that ended meanwhile."""

    wall: float
    cpu: float


def timed(function: Callable[[], None]) -> Taken:
    """Return what ``function`` takes."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    function()
    end, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(end - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median(taken: Sequence[Taken], parts: int = 1) -> Taken:
    """Return the medians, divided by the number of parts that were measured together."""
    wall, cpu = (statistics.median(each) / parts for each in zip(*taken, strict=True))
    return Taken(wall, cpu)


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
            forked_times.append(timed(lambda: _each_run(runner, [program] * _FORKS)))
            fresh_times.append(timed(lambda: _call(fresh, Path(folder))))
    runner.close()
    return Row("import-only Python file", 1, median(forked_times, _FORKS), median(fresh_times))


def _each_run(runner: Runner, programs: Sequence[Program]) -> None:
    for program in programs:
        runner.execute(program)


def _each_today(flavours: Sequence[Flavour]) -> None:
    for flavour in flavours:
        flavour.today()


def whole_page(flavours: Sequence[Flavour], started: Services, folder: Path, rounds: int) -> Iterator[Row]:
    """Yield pytest on the running server beside all of today's commands for the same Sources.

    First with Sources that are unchanged since the last session, then with Sources that all have changed.
    """
    address = started.weaviate
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    sources = [parse_source(s, (ROOT / s).read_text()) for s in (each.original for each in flavours)]
    command = [
        *(sys.executable, "-m", "pytest", *(source.path for source in sources)),
        *("-q", "-p", "no:cacheprovider", "-p", "no:randomly"),
        *("--snippets-require", "--snippets-weaviate-url", address.url),
        *("--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"),
    ]
    for _ in range(3):  # the third session has everything that is kept
        _call(command, folder)
    # The run above has dropped what it stored, and with it the gallery.
    fill = Gallery(ROOT / "snippets" / "gallery").fill
    times: dict[str, tuple[list[Taken], list[Taken]]] = {"unchanged": ([], []), "changed": ([], [])}
    for number in range(rounds):
        for what, (ours, today) in times.items():
            log(f"whole page, round {number + 1}, {what}")
            if what == "changed":
                for source in sources:
                    (folder / source.path).write_text(_noted(source, f"round {number}"))
                for flavour in flavours:
                    flavour.write(f"round {number}, page")
            ours.append(timed(lambda: _call(command, folder)))
            fill(address)
            today.append(timed(lambda: _each_today(flavours)))
            log(f"  {ours[-1].wall:.1f} s, today {today[-1].wall:.1f} s")
    for what, (ours, today) in times.items():
        row = f"whole page, pytest and all, {what} Sources"
        yield Row(row, len(flavours), median(ours), median(today))


class Row(NamedTuple):
    """One line of the table: medians."""

    what: str
    sources: int
    ours: Taken
    today: Taken


def beside_today(flavours: Sequence[Flavour], rounds: int) -> list[Row]:
    """Return a row for each flavour, measured in turns; what is installed once is installed first."""
    for flavour in flavours:
        log(f"{flavour.name}, {flavour.copies} Sources: installing")
        flavour.folder.mkdir()
        flavour.lay()
        flavour.install()
        flavour.prove()  # warm: caches are filled, and the copies are right
    times: list[tuple[list[Taken], list[Taken]]] = [([], []) for _ in flavours]
    for number in range(rounds):
        for flavour, (ours, today) in zip(flavours, times, strict=True):
            log(f"round {number + 1}: {flavour.name}, {flavour.copies} Sources")
            flavour.write(f"round {number}")
            ours.append(timed(flavour.prove))
            today.append(timed(flavour.today))
    return [
        Row(flavour.name, flavour.copies, median(ours), median(today))
        for flavour, (ours, today) in zip(flavours, times, strict=True)
        if ours
    ]


def measure(options: argparse.Namespace, folder: Path, session: SessionFolder) -> Iterator[Row]:
    """Yield all rows."""
    settings = load_settings(ROOT)
    suites = [
        suite
        for suite in load_suites(settings)
        if suite.lock
        and (settings.root / suite.lock).parent == (settings.root / suite.path).parent
        and (not options.flavours or suite.flavour in options.flavours)
    ]
    with services(settings, session) as started:
        addresses = started.placeholders()
        singles: list[Flavour] = []
        for copies in options.copies:
            flavours = [
                Flavour(s, settings, session, addresses, folder / f"{s.flavour}-{copies}", copies) for s in suites
            ]
            yield from beside_today(flavours, 0 if options.page else options.rounds)
            singles = flavours if copies == 1 else singles
        for suite in suites:
            if suite.flavour == "python-v4" and not options.page:
                yield python_overhead(settings, session, suite, options.rounds)
        if singles and not options.flavours:
            yield from whole_page(singles, started, folder / "page", options.rounds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--flavours", nargs="+")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    options.copies = [1] if options.page else options.copies
    with tempfile.TemporaryDirectory(prefix="snipproof-bench-") as folder, SessionFolder.begin() as session:
        rows = list(measure(options, Path(folder), session))
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}, medians of {options.rounds} interleaved rounds",
        "",
        "| what | Sources | ours / today | today / ours | ours, s | today, s | CPU, ours / today |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for what, sources, ours, today in rows:
        ratio = ours.wall / today.wall
        cells = (what, sources, f"{ratio:.3f}", f"{1 / ratio:.1f}", f"{ours.wall:.3f}", f"{today.wall:.3f}")
        lines.append("| " + " | ".join(map(str, cells)) + f" | {ours.cpu / today.cpu:.3f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
