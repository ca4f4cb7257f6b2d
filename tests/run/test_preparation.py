"""What is prepared in the background: who gets a core first, and what an error is blamed on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.model import Binding, Source, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.preparation import CorePool, Preparation
from snipproof.run.probe import Probed
from snipproof.run.runner import Program, Runner, RunnerContext
from snipproof.run.source_run import Diagnostic, SourceRun
from snipproof.site.source import parse_source


def test_the_suite_that_is_proven_first_is_built_first() -> None:
    """Those that wait for a core get it by their turn, however they came, and one after the other."""
    cores = CorePool(1)
    order: list[int] = []
    done = threading.Event()

    def work(turn: int) -> None:
        with cores.work(turn):
            order.append(turn)
            done.wait()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (9, 5, 3, 4, 1, 2)]
    for thread in threads:
        thread.start()
        while not order:
            time.sleep(0.001)
    while len(cores._waiting) < 5:
        time.sleep(0.001)
    assert order == [9]
    done.set()
    for thread in threads:
        thread.join()
    assert order == [9, 1, 2, 3, 4, 5]


class Compiler(Runner):
    """A Runner that is not one: its compiler reports each line with the word `port` twice."""

    failure: Exception | None = None

    def provision(self) -> None:
        if self.failure:
            raise self.failure

    def probe(self, source: Source, text: str) -> Probed:  # noqa: ARG002 (nothing runs)
        return Probed(text, {})

    def build(self, programs: Sequence[Program]) -> None:
        self.diagnostics = {
            program.source.path: tuple(
                Diagnostic("cc", program.source.path, number, 1, "port is given twice")
                for number, line in enumerate(program.bare.split("\n"), start=1)
                if line.count("port") > 1
            )
            for program in programs
        }

    def execute(self, program: Program) -> SourceRun:
        raise NotImplementedError


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunnerContext]:
    """Return the context of a Suite with a Binding."""
    suite = Suite("s/suite.yaml", "s", "shell", ("s/a", "s/b"), bindings=(Binding("HOST", "h port 1", line=7),))
    with SessionFolder.begin(tmp_path / "runs") as session:
        yield RunnerContext(suite, load_settings(tmp_path, environ={}), session, lambda _: None)


def prepared(context: RunnerContext, texts: Mapping[str, str], failure: Exception | None = None) -> Preparation:
    """Return a Preparation of Sources, at its end."""
    runner = Compiler(context)
    runner.failure = failure
    sources = [parse_source(path, text) for path, text in texts.items()]
    preparation = Preparation(context.suite, runner, sources, 0, CorePool(1))
    addresses: Future[Mapping[str, str]] = Future()
    addresses.set_result({})
    with ThreadPoolExecutor(1) as pool:
        preparation.start(pool, addresses)
    return preparation


def test_an_error_that_a_binding_causes_is_that_of_the_binding(context: RunnerContext) -> None:
    """Each Source gets the same error; an error that the docs have themselves is theirs."""
    preparation = prepared(context, {"s/a": "to HOST port 2", "s/b": "to HOST"})
    message = r"^s/suite\.yaml:7:1 the binding 'HOST' makes valid code invalid: s/a:1 cc: port is given twice"
    errors = []
    for source in preparation.sources:
        with pytest.raises(SettingsError, match=message) as caught:
            preparation.program(source, {})
        errors.append(caught.value)
    assert errors[0] is errors[1]
    preparation = prepared(context, {"s/a": "to HOST port 2 port 3", "s/b": "HOST\nport port"})
    texts = [preparation.program(source, {}).bare for source in preparation.sources]
    assert texts == ["to h port 1 port 2 port 3", "h port 1\nport port"]
    assert {path: len(found) for path, found in preparation.runner.diagnostics.items()} == {"s/a": 1, "s/b": 1}


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (SystemError("AST constructor"), "s/suite.yaml:1:1 failed to prepare the Suite: SystemError: AST constructor"),
        (
            FileNotFoundError(2, "No such file", "x/y"),
            "the Suite: FileNotFoundError: No such file: x/y",
        ),
        (InfrastructureError("s/lock:1:1 no network"), "s/lock:1:1 no network"),
    ],
)
def test_any_exception_names_the_suite(context: RunnerContext, failure: Exception, message: str) -> None:
    """It is an infrastructure failure without a traceback."""
    preparation = prepared(context, {"s/a": "HOST"}, failure)
    with pytest.raises(InfrastructureError) as caught:
        preparation.program(preparation.sources[0], {})
    assert message in caught.value.message
    if not isinstance(failure, InfrastructureError):
        assert caught.value.hint.startswith("raised by provision in test_preparation.py:")
