"""SP1xx: what a Page imports."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from snipproof.lint.rules.hints import near
from snipproof.lint.rules.rule import at, quoted
from snipproof.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context


def not_found(context: Context) -> Iterator[Finding]:
    """SP101: an imported file does not exist."""
    known: dict[str, bool] = {}
    for page, imported in context.site.imports:
        if not imported.raw and not imported.path.endswith((".md", ".mdx")):
            continue  # components and style sheets are the bundler's to find
        if imported.target is None:
            if imported.raw or imported.path.startswith((".", "/", "@site/")):
                message = f"the import {quoted(imported.path)} names no file below the root"
                hint = "write it as `/…` or `@site/…` (from site-root), or relative with `./` or `../`"
                yield Finding(page.path, imported.line, imported.column, "SP101", message, hint)
            continue
        if imported.target not in known:
            known[imported.target] = context.site.exists(imported.target)
        if not known[imported.target]:
            message = f"the import {quoted(imported.path)} finds no file: there is no {imported.target}"
            hint = _near_file(context, imported.target)
            yield Finding(page.path, imported.line, imported.column, "SP101", message, hint)


def undefined(context: Context) -> Iterator[Finding]:
    """SP102: a Reference shows a variable that its Page does not import as raw text."""
    for page in context.site.pages:
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
                close = near(context, name, sorted(raw))
                hint = f"did you mean {close!r}?" if close else f"add `import {name} from '!!raw-loader!…'`"
                yield at(reference, "SP102", f"text={{{name}}} is not imported on this page", hint)


def _near_file(context: Context, target: str) -> str:
    """Return a hint that names a file of a similar name, in the same folder or the same name elsewhere."""
    name = posixpath.basename(target)
    elsewhere = min((path for path in context.site.sources if posixpath.basename(path) == name), default="")
    if elsewhere:
        return f"did you mean {elsewhere!r}?"
    folder = posixpath.dirname(target)
    close = near(context, name, context.names_in(folder))
    return f"did you mean {posixpath.join(folder, close)!r}?" if close else ""
