"""A Suite of TypeScript for tests of its Runner."""

from __future__ import annotations

from pathlib import Path

from tests.support.mini import Mini

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.typescript.runner import TypeScriptRunner

PACKAGES = Path(__file__).parents[1] / "run" / "runners" / "typescript"


def make_typescript(session: SessionFolder, settings: Settings) -> Mini:
    """Return a Suite with the packages that every Suite needs, in a folder whose name is not plain."""
    suite = Suite("süite a/suite.yaml", "ts", "typescript", ("süite a/a.ts",), lock="süite a/package-lock.json")
    mini = Mini(settings.root, session, TypeScriptRunner, suite, settings)
    for path in PACKAGES.iterdir():
        mini.write(f"süite a/{path.name}", path.read_text())
    return mini
