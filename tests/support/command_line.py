"""For tests of the commands: a small site without findings, and the start of a command in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
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
