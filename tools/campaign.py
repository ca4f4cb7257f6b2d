"""Search for false greens: mutate this repository's own docs, Sources and settings, and judge what stays green.

Run it from the repository's root. A server that is started once (``snipproof serve``) saves time::

    python -m tools.campaign --seed 1 --count 100
    python -m tools.campaign --seed 1 --count 40 --kind marker --kind return --language go --url … --grpc …

Each Mutation is one edit, made from its seed. Its result is one of these:

red
    ``snipproof check`` or ``pytest`` reports it.
equivalent
    It is green, and readers see the same: every page renders the same, from the manifest of ``snipproof extract``.
    Every Snippet passes, every shown statement ran (see below), and each output that a page shows is compared as often
    as before.
another valid page
    It is green, and readers see something else that is fully proven: every Snippet passes, every shown statement ran,
    and each output that a page shows is compared, below a group of tabs with all code in the group. An edit of shown
    output belongs here only if the Expectation has a tolerance: an attribute (``ignore``, ``approx``, ``shape``,
    ``capture``, ``select``, ``unordered``), ``...`` if a line was deleted, or data if lines were swapped. A page and
    its translation must still show the same code.
false green
    It is green, and none of that holds. Its diff is the reduced input: there is only one edit.

That every shown statement ran is decided by a second run with a trace that shares nothing with the probes of snipproof:
each statement that a Snippet shows, unless it is inside a branch, a loop or a handler that the Snippet shows as well
(``docs/docs/guide/proven.mdx``). Such a statement must also end without an error: see ``statement_trace.py``.

Many Mutations are proven in one run: each is a copy of the whole project in a folder of its own. The exit code is 1 if
there is a false green.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.mutations import SOURCE_KINDS, Mutation, Program, mutate_lines, mutate_page, mutate_source
from tools.statement_trace import never_ran, write_traced

from snipproof.cli.list import as_json
from snipproof.config import load_settings
from snipproof.errors import SnipproofError
from snipproof.languages import displayed, language_of_file
from snipproof.lint.check_options import CheckOptions
from snipproof.lint.engine import check
from snipproof.site.docs_site import Site
from snipproof.site.manifest import manifest_bytes
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).parent.parent
KINDS = (*SOURCE_KINDS, "page", "suite", "settings")
BATCH = 12
_TAG = re.compile(r"<FilteredTextBlock\b.*?/>", re.DOTALL)
_TAB = re.compile(r'<TabItem\b[^>]*\bvalue="([^"]*)"')
_GROUP = re.compile(r"<Tabs\b(?:(?!<Tabs\b).)*?</Tabs>(?:(?!\n#|<Tabs\b|<Fil).)*(?=<FilteredTextBlock\b)", re.DOTALL)
_ITEM = re.compile(r"^(\S+?)::(.+?) (PASSED|[A-Z]{4,}(?: [A-Z]+)?)\b.*\[ *\d+%\]$", re.MULTILINE)
_TOLERANT = {"ignore", "approx", "shape", "capture", "select", "unordered"}
_TRANSLATED = ("docs/i18n/ja/docusaurus-plugin-content-docs/current/", "docs/docs/")


class Result(StrEnum):
    """What became of a Mutation."""

    RED = "red"
    EQUIVALENT = "equivalent"
    ANOTHER = "another valid page"
    FALSE_GREEN = "false green"


@dataclass
class Trial:
    """A Mutation and what is known about it; ``result`` is ``None`` until it is decided."""

    mutation: Mutation
    result: Result | None = None
    reason: str = ""
    seen: Seen | None = None
    missing: list[int] = field(default_factory=list)

    def decide(self, result: Result, reason: str) -> None:
        """Set the result."""
        self.result, self.reason = result, reason


class Reference(NamedTuple):
    """A block as readers see it."""

    page: str
    source: str
    region: str
    language: str


@dataclass(frozen=True)
class Seen:
    """What readers of a project see, and what proves it.

    :param rendering: the text of each page with its code.
    :param blocks: the code and output of all pages, in their order, with the values of the tabs.
    :param comparisons: how often an Expectation is compared, by its id.
    :param below: the ids of an Expectation that stands right below a group of tabs and of each Snippet in the group.
    :param claims: the ids of an Expectation and of each Snippet with which it is compared, or is not for a reason.
    :param snippets: the names of the Snippets of each Source that a Suite runs.
    :param proof: for each Source, its text and what pages compare with it.
    :param shown: the lines of each Source that its Snippets show.
    """

    rendering: Mapping[str, str]
    blocks: Mapping[str, Sequence[Reference | str]]
    comparisons: Mapping[str, int]
    below: frozenset[tuple[str, str]]
    claims: frozenset[tuple[str, str]]
    snippets: Mapping[str, tuple[str, ...]]
    proof: Mapping[str, object]
    shown: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, site: Site) -> Seen:
        """Return what readers of ``site`` see."""
        # Sources in no Suite are examples of the guide, which its own tests run.
        sources = [s for suite in as_json(site)["suites"] for s in suite["sources"] if s["path"] in site.suite_of]
        regions = [region for source in sources for region in source["regions"]]
        claims: dict[str, list[object]] = defaultdict(list)
        for region in regions:
            for claim in region["claims"]:
                source = claim["snippet"].partition("::")[0]
                claims[source].append((claim["snippet"], claim["from"], claim["excused"], region["id"]))
        return cls(
            *_render(site),
            {region["id"]: region["comparisons"] for region in regions if region["kind"] == "expectation"},
            frozenset(_below_groups(site)),
            frozenset(pair for region in regions for pair in _compared(region)),
            {path: tuple(s.name for s in site.sources[path].snippets) for path in site.suite_of},
            {
                path: (site.sources[path].text, sorted(map(str, claims[path])), suite)
                for path, suite in site.suite_of.items()
            },
            {
                path: frozenset(
                    line
                    for region in source.snippet_regions
                    for segment in region.segments
                    for line in range(segment.first, segment.last + 1)
                )
                for path, source in site.sources.items()
            },
        )


def _render(site: Site) -> tuple[dict[str, str], dict[str, list[Reference | str]]]:
    """Return the text of each page with the code that it shows, and the blocks and tabs alone."""
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in json.loads(manifest_bytes(site))["references"]:
        shown[entry["page"]].append(entry)
    texts: dict[str, str] = {}
    blocks: dict[str, list[Reference | str]] = {}
    for page in site.pages:
        text = site.text_of(page.path)
        entries = sorted(shown[page.path], key=lambda entry: (entry["line"], entry["column"]))
        rest = iter([f"```{entry['highlighter']}\n{entry['shown']}\n```" for entry in entries])
        code = _TAG.sub(lambda match, rest=rest: next(rest, match[0]), text)  # type: ignore[misc]
        texts[page.path] = re.sub(r"\n{2,}", "\n", re.sub(r"^import .*$", "", code, flags=re.MULTILINE))
        places: list[tuple[int, Reference | str]] = [
            (entry["line"], Reference(page.path, entry["source"], entry["region"], entry["language"]))
            for entry in entries
        ]
        places += [(text.count("\n", 0, tab.start()) + 1, f"tab {tab[1]}") for tab in _TAB.finditer(text)]
        blocks[page.path] = [block for _, block in sorted(places, key=lambda place: place[0])]
    return texts, blocks


def _compared(region: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield an Expectation and each Snippet that a page or its Source binds to it."""
    for claim in region["claims"]:
        yield region["id"], claim["snippet"]
    of = region["of"] or []
    for name in [of] if isinstance(of, str) else of:
        yield region["id"], f"{region['id'].partition('::')[0]}::{name}"


def _below_groups(site: Site) -> Iterator[tuple[str, str]]:
    """Yield an Expectation and a Snippet for each pair that a page shows right below a group of tabs and in it."""
    entries = json.loads(manifest_bytes(site))["references"]
    shown = {(e["page"], e["line"], e["column"]): f"{e['source']}::{e['region']}" for e in entries}
    for page in site.pages:
        text = site.text_of(page.path)

        def at(offset: int, page: str = page.path, text: str = text) -> str:
            place = (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
            return shown.get((page, *place), "")

        for group in _GROUP.finditer(text):
            for tag in _TAG.finditer(group[0]):
                yield at(group.end()), at(group.start() + tag.start())


class Campaign:
    """Makes Mutations of the project in ``ROOT`` and judges them in ``folder``."""

    def __init__(self, folder: Path, languages: Sequence[str], server: Sequence[str]) -> None:
        self._folder = folder
        self._server = list(server)
        self._alone = folder / "alone"
        _copy(self._alone)
        (self._alone / "pyproject.toml").write_text(_own_settings(), encoding="utf-8")
        shutil.copy(ROOT / "conftest.py", self._alone)
        self.site = Site.load(load_settings(self._alone, environ={}))
        self.before = Seen.of(self.site)
        self._languages = set(languages)
        self.programs = [
            Program(self.site.sources[path])
            for path, suite in self.site.suite_of.items()
            if suite.language in self._languages
        ]
        self._suites = [suite.path for suite in self.site.suites if suite.language in self._languages]

    def text(self, path: str) -> str:
        """Return the text of a file of the project."""
        return (self._alone / path).read_text(encoding="utf-8")

    def mutate(self, kinds: Sequence[str], seed: int, count: int) -> list[Trial]:
        """Return ``count`` different Mutations; the same arguments give the same ones."""
        random = Random(seed)
        found: dict[tuple[str, str], Trial] = {}
        for _ in range(count * 20):
            if len(found) == count:
                break
            own = random.randrange(10**9)
            made = self.one(random.choice(kinds), own, random)
            if made:
                found.setdefault((made.path, made.text), Trial(made))
        return list(found.values())

    def one(self, kind: str, seed: int, random: Random) -> Mutation | None:
        """Return one Mutation."""
        if kind == "page":
            # No Suite of this project runs what the other pages show: the tests of the guide do.
            proven = [page for page in self.site.pages if any(r.source in self.site.suite_of for r in page.references)]
            path = random.choice([page.path for page in proven])
            return mutate_page(seed, path, self.site.text_of(path))
        if kind == "suite":
            path = random.choice(self._suites)
            return mutate_lines(kind, seed, path, self.text(path))
        if kind == "settings":
            return mutate_lines(kind, seed, "pyproject.toml", _own_settings(), first=random.choice((2, 2, 7)))
        return mutate_source(kind, seed, random.choice(self.programs))

    def judge(self, trials: Sequence[Trial]) -> None:
        """Decide each of ``trials``."""
        for trial in trials:
            self._check(trial)
        green = [trial for trial in trials if trial.result is None]
        for alone in (t for t in green if t.mutation.kind == "settings"):
            self._prove_alone(alone)
        together = [t for t in green if t.mutation.kind != "settings" and self._to_prove(t)]
        for at in range(0, len(together), BATCH):
            self._prove(together[at : at + BATCH])
        traced = [t for t in green if t.result is None and t.mutation.path in self.before.snippets]
        for at in range(0, len(traced), BATCH):
            self._trace(traced[at : at + BATCH])
        for trial in green:
            if trial.result is None:
                trial.decide(*self._classify(trial))

    def _check(self, trial: Trial) -> None:
        """Run ``snipproof check`` on the project with one edit."""
        target = self._alone / trial.mutation.path
        before = target.read_bytes()
        target.write_text(trial.mutation.text, encoding="utf-8")
        try:
            site = Site.load(load_settings(self._alone, environ={}))
            lines, code = check(site, CheckOptions())
            if code:
                trial.decide(Result.RED, next(iter(lines), ""))
            else:
                trial.seen = Seen.of(site)
        except SnipproofError as error:
            trial.decide(Result.RED, str(error).split("\n")[0])
        finally:
            target.write_bytes(before)

    def _to_prove(self, trial: Trial) -> list[str]:
        """Return the Sources whose proof an edit can change."""
        assert trial.seen
        return [
            path
            for path, proof in trial.seen.proof.items()
            if proof != self.before.proof.get(path)
            and (language := language_of_file(path))
            and language.name in self._languages
        ]

    def _prove_alone(self, trial: Trial) -> None:
        """Run pytest on the project with one edit of its settings."""
        assert trial.seen
        lines = _own_settings().split("\n")
        if trial.seen.proof == self.before.proof and not any("assets" in lines[n - 1] for n in trial.mutation.lines):
            return  # a run does not depend on the other settings
        target = self._alone / trial.mutation.path
        before = target.read_bytes()
        target.write_text(trial.mutation.text, encoding="utf-8")
        suites = sorted({str(Path(path).parent) for path in self._suites})
        passed, output = self._pytest(self._alone, suites)
        target.write_bytes(before)
        for path, names in self.before.snippets.items():
            language = language_of_file(path)
            if language and language.name in self._languages and not set(names) <= passed.get(path, set()):
                trial.decide(Result.RED, _last_line(output))
                return

    def _prove(self, trials: Sequence[Trial]) -> None:
        """Run pytest once on a copy of the project for each trial; one copy has no edit, and must be green."""
        if not trials:
            return
        folder, wanted = self._folder / "batch", {}
        for number, trial in enumerate(trials, start=1):
            assert trial.seen
            for path in self._to_prove(trial):
                wanted[f"m{number}/{path}"] = set(trial.seen.snippets[path])
        original = next(iter(wanted)).partition("/")[2]
        wanted[f"m0/{original}"] = set(self.before.snippets[original])
        self._lay_out(folder, [None, *trials])
        passed, output = self._pytest(folder, sorted(wanted))
        if wanted[f"m0/{original}"] - passed[f"m0/{original}"]:
            if len(trials) == 1:
                raise SystemExit(f"campaign: the project without an edit is not green beside {trials[0]}:\n{output}")
            for trial in trials:  # one of them ended the run for all
                self._prove([trial])
            return
        for path, names in wanted.items():
            trial = trials[int(path[1:].partition("/")[0]) - 1]
            if not path.startswith("m0/") and (names - passed[path] or not names) and trial.result is None:
                trial.decide(Result.RED, _first_report(output, path))

    def _trace(self, trials: Sequence[Trial]) -> None:
        """Find the shown statements that never ran, with a trace of our own."""
        folder = self._folder / "batch"
        self._lay_out(folder, [None, *trials])
        files = []
        for number, trial in enumerate(trials, start=1):
            place = folder / f"m{number}" / trial.mutation.path
            write_traced(place, trial.mutation.text, self._folder / f"trace{number}")
            files.append(f"m{number}/{trial.mutation.path}")
        passed, output = self._pytest(folder, files)
        for number, (trial, file) in enumerate(zip(trials, files, strict=True), start=1):
            assert trial.seen
            path, text = trial.mutation.path, trial.mutation.text
            ran, shown = self._folder / f"trace{number}", trial.seen.shown[path]
            if not ran.exists() or set(trial.seen.snippets[path]) - passed[file]:
                raise SystemExit(f"campaign: no trace of {trial.mutation}:\n{output}")
            lines = {int(line) for line in ran.read_text(encoding="ascii").split()}
            ran.unlink()
            trial.missing = never_ran(text, path, shown, lines)

    def _lay_out(self, folder: Path, trials: Sequence[Trial | None]) -> None:
        """Write a project of copies of the project, one a trial."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(ROOT / "snippets" / "gallery", folder / "snippets" / "gallery")
        shutil.copy(ROOT / "conftest.py", folder)
        names = [f"m{number}" for number in range(len(trials))]
        for name, trial in zip(names, trials, strict=True):
            _copy(folder / name)
            if trial:
                (folder / name / trial.mutation.path).write_text(trial.mutation.text, encoding="utf-8")
            for page in (folder / name / "docs").rglob("*.md*"):
                text = page.read_text(encoding="utf-8").replace("!@site/../", f"!@site/{name}/")
                page.write_text(text, encoding="utf-8")
        pages = [f"{name}/docs/{part}" for name in names for part in ("docs", "i18n")]
        suites = [f"{name}/snippets/*/suite.yaml" for name in names]
        settings = f"[tool.snipproof]\npages = {pages}\nsuites = {suites}\nassets = 'snippets/gallery'\n"
        (folder / "pyproject.toml").write_text(settings, encoding="utf-8")

    def _pytest(self, folder: Path, paths: Iterable[str]) -> tuple[dict[str, set[str]], str]:
        """Prove ``paths``; return the names of the Snippets of each Source that passed, and the output."""
        options = ["-v", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly", *self._server]
        options.append("--continue-on-collection-errors")
        environ = {key: value for key, value in os.environ.items() if key not in ("PYTEST_ADDOPTS", "CI")}
        environ.update(COLUMNS="400", NO_COLOR="1")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *paths, *options],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 69:
            raise SystemExit(f"campaign: infrastructure failure:\n{done.stdout}{done.stderr}")
        passed: dict[str, set[str]] = defaultdict(set)
        for path, name, outcome in _ITEM.findall(done.stdout):
            if outcome == "PASSED":
                passed[path].add(name)
        return passed, done.stdout + done.stderr

    def _classify(self, trial: Trial) -> tuple[Result, str]:
        """Return the result of a trial that is green, by the rule at the head of this file."""
        seen, before = trial.seen, self.before
        assert seen
        problem = f"shown lines {trial.missing} never ran" if trial.missing else _less_compared(seen, before)
        if not problem and seen.rendering == before.rendering:
            return Result.EQUIVALENT, "the same rendering, proven as before"
        if problem := problem or _differs_from_translation(seen) or _wrong_language(seen):
            return Result.FALSE_GREEN, problem
        if trial.mutation.kind == "output" and not self._is_tolerated(trial.mutation):
            return Result.FALSE_GREEN, "the output was edited where nothing is tolerated"
        return Result.ANOTHER, "another rendering, fully run and compared"

    def _is_tolerated(self, mutation: Mutation) -> bool:
        """Whether an Expectation tolerates an edit of its lines."""
        source = self.site.sources[mutation.path]
        for expectation in source.expectations:
            region = expectation.region
            if not any(s.first <= mutation.lines[0] <= s.last for s in region.segments):
                continue
            if _TOLERANT & set(region.attributes):
                return True
            text = "\n".join(line for s in region.segments for line in source.lines[s.first - 1 : s.last])
            deleted = mutation.what.startswith("delete") and "..." in text
            return deleted or (mutation.what.startswith("swap") and text.lstrip()[:1] in "{[")
        return False


def _less_compared(seen: Seen, before: Seen) -> str:
    """Return which shown output is compared less often than before; for a page, which is not compared at all."""
    shown = {f"{b.source}::{b.region}" for blocks in seen.blocks.values() for b in blocks if isinstance(b, Reference)}
    for name in sorted(shown & set(seen.comparisons)):
        least = before.comparisons.get(name, 1) if seen.blocks == before.blocks else 1
        if seen.comparisons[name] < least:
            return f"`{name}` is compared {plural(seen.comparisons[name], 'time')}, not {least}"
    for output, code in sorted(seen.below - seen.claims):
        if output in seen.comparisons and code not in seen.comparisons:
            return f"`{output}` is not compared with `{code}`, which stands in the tabs above it"
    return ""


def _differs_from_translation(seen: Seen) -> str:
    translated, original = _TRANSLATED
    for path, blocks in seen.blocks.items():
        twin = seen.blocks.get(path.replace(translated, original))
        if path.startswith(translated) and twin is not None:
            rows = [[b if isinstance(b, str) else b[1:] for b in each] for each in (blocks, twin)]
            if rows[0] != rows[1]:
                return f"{path} and its original show different code"
    return ""


def _wrong_language(seen: Seen) -> str:
    for blocks in seen.blocks.values():
        for block in blocks:
            if not isinstance(block, Reference) or block.source not in seen.snippets:
                continue  # of no Suite: an example of the guide
            language = language_of_file(block.source)
            if language and f"{block.source}::{block.region}" not in seen.comparisons:
                shown_as = displayed(block.language)
                if shown_as != language.name:
                    return f"{block.page} shows `{block.region}` as {block.language}"
    return ""


def _copy(folder: Path) -> None:
    for name in ("docs", "snippets", "tests/guide"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "target", ".docusaurus", ".sites", "build")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)


def _own_settings() -> str:
    """Return this repository's settings of snipproof: its ``pyproject.toml`` without the tables of other tools."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text[text.index("[tool.snipproof]") : text.index("[tool.pytest")]


def _first_report(output: str, path: str) -> str:
    """Return the first message of pytest about a Source: a Snippet that failed, another one, or a file beside it."""
    place, copy = r":\d+:\d+ ", path.partition("/")[0]
    patterns = (f"{re.escape(path)}{place}FAILED ", f"{re.escape(path)}{place}", rf"{copy}/\S+{place}")
    found = (re.search(rf"^{pattern}.*$", output, re.MULTILINE) for pattern in patterns)
    return next((match[0] for match in found if match), "not passed")


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "no output")


def report(campaign: Campaign, trials: Sequence[Trial], *, verbose: bool) -> str:
    """Return a text: all false greens with their diffs, other valid pages, and a count of each result."""
    parts = []
    for trial in trials:
        mutation = trial.mutation
        if trial.result is Result.RED and not verbose:
            continue
        parts.append(f"{trial.result}: {mutation.kind} {mutation.path}: {mutation.what}: {trial.reason}")
        if trial.result is Result.FALSE_GREEN:
            before = campaign.text(mutation.path)
            diff = difflib.unified_diff(before.split("\n"), mutation.text.split("\n"), lineterm="", n=2)
            parts.extend(f"    {line}" for line in list(diff)[2:])
    counts = Counter(trial.result for trial in trials)
    parts.append(f"{plural(len(trials), 'mutation')}: " + ", ".join(f"{counts[r]} {r}" for r in Result))
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; return 1 if there is a false green."""
    parser = argparse.ArgumentParser(prog="python -m tools.campaign", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--seed", type=int, default=1, help="the same seed makes the same mutations (default: 1)")
    add("--count", type=int, default=40, help="how many mutations (default: 40)")
    add("--kind", action="append", choices=KINDS, help="only this kind; can be repeated")
    add("--language", action="append", help="only Sources in this language; can be repeated (default: python)")
    add("--url", help="the address of a running Weaviate, from `snipproof serve`")
    add("--grpc", help="its gRPC address")
    add("--verbose", action="store_true", help="also print what is red, and why")
    options = parser.parse_args(arguments)
    server = ["--snippets-weaviate-url", options.url] if options.url else []
    server += ["--snippets-weaviate-grpc", options.grpc] if options.grpc else []
    with tempfile.TemporaryDirectory(prefix="snipproof-campaign-") as folder:
        campaign = Campaign(Path(folder), options.language or ["python"], server)
        trials = campaign.mutate(options.kind or KINDS, options.seed, options.count)
        campaign.judge(trials)
        sys.stdout.write(report(campaign, trials, verbose=options.verbose) + "\n")
    return int(any(trial.result is Result.FALSE_GREEN for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
