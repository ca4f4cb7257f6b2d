"""For tests of the commands: a small site without findings, commands in the background and without some packages."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

# Words before a command: it ignores SIGINT at first, as a shell makes what it starts in the background.
IN_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
SOURCE = "# START A\nprint(1)\n# highlight-next-line\nprint(2)\n# END A\n"
_TAG = '<FilteredTextBlock text={Code} startMarker="{start}" endMarker="{end}" language="py" />\n'


def page(start: str = "# START A", end: str = "# END A", path: str = "/snippets/a.py") -> str:
    """Return a page that shows one block of the Source ``path``."""
    tag = _TAG.replace("{start}", start).replace("{end}", end)
    return f"import Code from '!!raw-loader!{path}';\n\n{tag}"


PAGE = page()


def write_site(root: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the site with other texts for some paths (``None`` leaves a file out), and return ``root``."""
    files: dict[str, str | None] = {
        "snipproof.toml": 'pages = ["docs"]\nsuites = ["snippets/suite.yaml"]\n',
        "snippets/suite.yaml": "flavour: f\nlanguage: python\nsources: ['*.py']\n",
        "snippets/a.py": SOURCE,
        "docs/p.mdx": PAGE,
    }
    for name, text in {**files, **(changes or {})}.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
    return root


def run_without(packages: Collection[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``snipproof`` with these arguments where the packages cannot be imported, as if an extra were missing.

    In a process of its own: a module keeps what it imported, and if a test takes one out of ``sys.modules``, others
    patch a module that nobody uses.
    """
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(packages)}))\n"
        "from snipproof.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
