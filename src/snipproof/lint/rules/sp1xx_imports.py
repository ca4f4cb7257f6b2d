"""SP1xx: what a Page imports."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from snipproof.lint.rules.base import at, finding, rule
from snipproof.lint.rules.hints import Hints
from snipproof.model import Severity
from snipproof.text import quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.base import Context
    from snipproof.model import Finding


@rule("SP101", "import-not-found", Severity.ERROR, "an imported file does not exist")
def import_not_found(context: Context) -> Iterator[Finding]:
    """An imported file does not exist."""
    exists: dict[str, bool] = {}
    for page, imported in context.imports:
        if not imported.raw and not imported.path.endswith((".md", ".mdx")):
            continue  # components and style sheets are the bundler's to find
        if imported.target is None:
            if imported.raw or imported.path.startswith((".", "/", "@site/")):
                message = f"the import {quoted(imported.path)} does not resolve to a file below the root"
                hint = "write it as `/…` or `@site/…` (from site-root), or relative with `./` or `../`"
                yield finding(page.path, imported.line, imported.column, message, hint)
            continue
        if imported.target not in exists:
            exists[imported.target] = context.site.exists(imported.target)
        if not exists[imported.target]:
            message = f"the import {quoted(imported.path)} was not found: {imported.target} does not exist"
            hint = ""
            if os.path.exists(f"{context.site.settings.root}/{imported.target}"):  # noqa: PTH110 (raises nothing)
                message = f"the import {quoted(imported.path)} cannot be read: {imported.target} is not a regular file"
            else:
                hint = _close_file(context, imported.target)
            yield finding(page.path, imported.line, imported.column, message, hint)


@rule("SP102", "undefined-import", Severity.ERROR, "a block shows a variable that is not imported")
def undefined_import(context: Context) -> Iterator[Finding]:
    """A Reference shows a variable that its Page does not import as raw text."""
    for page in context.pages:
        raw = {imported.variable for imported in page.imports if imported.raw}
        others = {imported.variable for imported in page.imports if not imported.raw}
        for reference in page.references:
            name = reference.variable
            if name in raw:
                continue
            if not name:
                yield at(reference, "text={…} is missing", "set it to an import: `text={Name}`")
            elif name in others:
                hint = f"import it as text: `import {name} from '!!raw-loader!…'`"
                yield at(reference, f"text={{{name}}} is imported, but not as raw text", hint)
            else:
                close = context.shared(Hints).close_match(name, sorted(raw))
                hint = suggestion(close) or f"add `import {name} from '!!raw-loader!…'`"
                yield at(reference, f"text={{{name}}} is not imported on this page", hint)


def _close_file(context: Context, target: str) -> str:
    """Return a hint that names a file of the same name elsewhere, or of a similar name in the same folder."""
    name = posixpath.basename(target)
    elsewhere = min((path for path in context.site.sources if posixpath.basename(path) == name), default="")
    if elsewhere:
        return suggestion(elsewhere)
    folder = posixpath.dirname(target)
    close = context.shared(Hints).close_match(name, context.names_in(folder))
    return suggestion(posixpath.join(folder, close) if close else "")
