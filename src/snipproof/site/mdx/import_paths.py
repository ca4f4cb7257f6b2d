"""Resolves the import paths of a Page: the file that one means, and whether it is imported as raw text."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.site.docusaurus import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

_USUAL = "!!raw-loader!"
_RAW = re.compile(r"^(?:.*!)?raw-loader(?:\?[^!]*)?!")


def is_raw(written: str) -> bool:
    """Return whether the import path ``written`` requests the text of a file, by webpack's ``raw-loader``."""
    return written.startswith(_USUAL) or ("!" in written and _RAW.match(written) is not None)


def import_target(page: str, written: str, site_root: str) -> str | None:
    """Return the file, relative to the root, that the import path ``written`` on ``page`` means.

    ``None`` means that it is not a file of this site: a package, an alias of the bundler, a place outside the root.
    """
    path = written
    if "!" in written:
        path = written.removeprefix(_USUAL)
        path = _RAW.sub("", written) if "!" in path else path
    # Empty where the folder does not matter, so that an import of many pages is resolved once.
    return _target(posixpath.dirname(page) if path.startswith(".") else "", path, site_root)


@cache
def _target(folder: str, path: str, site_root: str) -> str | None:
    if path.startswith("@site/"):
        joined = posixpath.join(site_root, path.removeprefix("@site/").lstrip("/"))
    elif path.startswith("/"):
        joined = posixpath.join(site_root, path.lstrip("/"))
    elif path.startswith("."):
        joined = posixpath.join(folder, path)
    else:
        return None
    target = posixpath.normpath(joined)
    return None if target == ".." or target.startswith(("../", "/")) else target


def find_target(target: str, exists: Callable[[str], bool]) -> str:
    """Return the file that the bundler takes for ``target``, which may lack its extension or be a folder.

    The order is webpack's: the very name, then the name with each extension, then the ``index`` of a folder.
    ``target`` itself is returned if there is no file.
    """
    if exists(target):
        return target
    candidates = (f"{name}{extension}" for name in (target, f"{target}/index") for extension in EXTENSIONS)
    return next(filter(exists, candidates), target)
