"""SP1xx: what a Page imports."""

from __future__ import annotations

import difflib
import posixpath
from typing import TYPE_CHECKING

from snipproof.model import Finding
from snipproof.read.rules.rule import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.read.site import Site


def not_found(site: Site) -> Iterator[Finding]:
    """SP101: an imported file does not exist."""
    for page, imported in site.imports:
        if not imported.raw and not imported.path.endswith((".md", ".mdx")):
            continue  # components and style sheets are the bundler's to find
        if imported.target is None:
            if imported.raw or imported.path.startswith((".", "/", "@site/")):
                message = f"the import {imported.path!r} names no file below the root"
                hint = "write it as `/…` or `@site/…` (from site-root), or relative with `./` or `../`"
                yield Finding(page.path, imported.line, imported.column, "SP101", message, hint)
        elif not site.exists(imported.target):
            message = f"the import {imported.path!r} finds no file: there is no {imported.target}"
            yield Finding(
                page.path, imported.line, imported.column, "SP101", message, _near_file(site, imported.target)
            )


def undefined(site: Site) -> Iterator[Finding]:
    """SP102: a Reference shows a variable that its Page does not import as raw text."""
    for page in site.pages:
        raw = {imported.variable for imported in page.imports if imported.raw}
        others = {imported.variable for imported in page.imports if not imported.raw}
        for reference in page.references:
            name = reference.variable
            if name in raw:
                continue
            if not name:
                yield at(reference, "SP102", "there is no text={…}", "name an import: `text={Name}`")
            elif name in others:
                hint = f"import it as text: `import {name} from '!!raw-loader!…'`"
                yield at(reference, "SP102", f"text={{{name}}} is imported, but not as raw text", hint)
            else:
                close = difflib.get_close_matches(name, raw, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"add `import {name} from '!!raw-loader!…'`"
                yield at(reference, "SP102", f"text={{{name}}} is not imported on this page", hint)


def _near_file(site: Site, target: str) -> str:
    """Return a hint that names a file of a similar name, in the same folder or the same name elsewhere."""
    name = posixpath.basename(target)
    elsewhere = sorted(path for path in site.sources if posixpath.basename(path) == name)
    if elsewhere:
        return f"did you mean {elsewhere[0]!r}?"
    folder = (site.settings.root / target).parent
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {posixpath.join(posixpath.dirname(target), close[0])!r}?" if close else ""
