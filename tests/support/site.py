"""Small docs sites for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.config import load_settings
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

IMPORT = "import Code from '!!raw-loader!@site/code/a.py';\n"
TAG = '<FilteredTextBlock text={Code} startMarker="# A" endMarker="# END A" language="py" />\n'
_CODE = "# A\n    one\n# END A\n"


def write_site(root: Path, files: Mapping[str, str]) -> Path:
    """Write ``files``, by path below ``root``, and a Source ``code/a.py``; return ``root``."""
    for name, text in {"code/a.py": _CODE, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def load_site(root: Path) -> Site:
    """Return the Site at ``root``, whatever the environment."""
    return Site.load(load_settings(root, environ={}))


def shown_texts(site: Site) -> list[str]:
    """Return what each Reference shows."""
    return [rendered.text for reference in site.references if (rendered := site.rendered(reference))]
