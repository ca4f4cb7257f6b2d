from snipproof.api import Probed, Program, Runner, SourceRun


class RubyRunner(Runner):
    def provision(self) -> None:
        """Install what the lock file pins, once."""

    def probe(self, source, text) -> Probed:
        """Return the text with a probe for each of `source.region_markers`, without moving a line."""

    def build(self, programs) -> None:
        """Build all Sources of the Suite."""

    def execute(self, program: Program) -> SourceRun:
        """Run one Source, and report what happened."""

    def close(self) -> None:
        """Stop everything that was kept between Sources."""
