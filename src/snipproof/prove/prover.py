"""Proves Sources: binds, probes and runs each one once, and judges its Snippets."""

from __future__ import annotations

from collections.abc import Callable

from snipproof.config import Settings
from snipproof.model import Source, Suite
from snipproof.prove.bindings import apply_bindings
from snipproof.prove.environment import python_environment
from snipproof.prove.probe import probe_python
from snipproof.prove.run import Run
from snipproof.prove.runners.python import PythonRunner
from snipproof.prove.services.start import Services
from snipproof.prove.services.state import State
from snipproof.prove.verdict import Verdict, judge


class Prover:
    """Holds what all Sources of one Run share: the Services, what is stored in Weaviate, and the environments.

    :raises InfrastructureError: a Service did not start; what had started is stopped again.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._run = Run.begin()
        try:
            assets = settings.root / settings.assets if settings.assets else None
            self.services = Services.start(settings, self._run, say, assets)
            try:
                self.state = State(self.services.weaviate)
            except BaseException:
                self.services.stop()
                raise
        except BaseException:
            self._run.end()
            raise

    def prepare(self, suite: Suite) -> None:
        """Make what ``suite`` needs to run, if it is not there yet.

        :raises InfrastructureError: its environment could not be made.
        """
        python_environment(suite, self._settings, self._run, self._say)

    def prove(self, suite: Suite, source: Source) -> list[Verdict]:
        """Run ``source`` and return a Verdict for each of its Snippets; what it changed in Weaviate is restored.

        :raises InfrastructureError: its environment could not be made, or Weaviate is gone.
        """
        markers = [marker for region in source.regions for marker in region.markers]
        probed = probe_python(apply_bindings(suite, source.text, self.services.placeholders()), markers)
        interpreter = python_environment(suite, self._settings, self._run, self._say)
        runner = PythonRunner(self._settings.root, interpreter, suite, self._settings.run, self._run)
        self.state.mark()
        run = runner.execute(source, probed)
        self.state.restore_if_changed()
        return judge(source, probed, run)

    def close(self) -> None:
        """Stop the Services and remove everything of this Run."""
        try:
            if self.services.weaviate.mode == "url":
                self.state.clear()
        finally:
            self.services.stop()
            self._run.end()
