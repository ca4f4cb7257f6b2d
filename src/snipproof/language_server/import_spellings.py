"""How a Page may import a file: in the spelling that its site uses most, or the one that a writer has begun."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from snipproof.site.docusaurus import is_partial
from snipproof.site.mdx.import_paths import is_raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.site.docs_site import Site

_RAW = "!!raw-loader!"


class ImportSpellings:
    """The spellings of the imports that the Page ``page`` may have.

    :param begun: what is written so far.
    """

    def __init__(self, site: Site, page: str, begun: str = "") -> None:
        self._site = site
        self._page = page
        self._begun = begun

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield each file that may be imported, with its path as it is written: Sources, then partials.

        The nearest files come first. A loader that is written already stays.
        """
        folder = posixpath.dirname(self._page)
        loader = self._begun.rpartition("!")[0]
        style = self._style(raw=True)
        for path in self._nearest(self._site.sources, folder):
            yield path, (f"{loader}!" if loader else _RAW) + self._spelt(path, style)
        if not loader:
            style = self._style(raw=False)
            partials = [page.path for page in self._site.pages if is_partial(page.path) and page.path != self._page]
            for path in self._nearest(partials, folder):
                yield path, self._spelt(path, style)

    def instead(self, path: str) -> str:
        """Return the import that is begun with another file, in the same spelling."""
        loader, separator, begun = self._begun.rpartition("!")
        return loader + separator + self._spelt(path, _style_of(begun) or self._style(raw=bool(loader)))

    def _style(self, *, raw: bool) -> str:
        """Return ``@site/``, ``/`` or ``.``: what is begun, else what the Page uses most, else the whole site."""
        begun = _style_of(self._begun.rpartition("!")[2])
        if begun:
            return begun
        of_page: Counter[str] = Counter()
        of_site: Counter[str] = Counter()
        for page, imported in self._site.imports:
            style = _style_of(imported.path.rpartition("!")[2])
            if style and is_raw(imported.path) is raw:
                of_site[style] += 1
                of_page[style] += page.path == self._page
        most = next(iter(of_page.most_common(1)), None)
        if most is None or not most[1]:
            most = next(iter(of_site.most_common(1)), None)
        return most[0] if most else "@site/"

    def _spelt(self, path: str, style: str) -> str:
        below = posixpath.relpath(path, self._site.settings.site_root or ".")
        if style == ".":
            near = posixpath.relpath(path, posixpath.dirname(self._page) or ".")
            return near if near.startswith("../") else f"./{near}"
        # Above the folder of the site, only `@site/..` leads there.
        return f"@site/{below}" if style == "@site/" or below.startswith("../") else f"/{below}"

    @staticmethod
    def _nearest(paths: Iterable[str], folder: str) -> list[str]:
        parts = folder.split("/")
        return sorted(paths, key=lambda path: (-_common(path.split("/"), parts), path))


def _common(first: list[str], second: list[str]) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _style_of(path: str) -> str:
    return next((style for style in ("@site/", "/", ".") if path.startswith(style)), "")
