"""Which file an import of a Page means, and whether it is imported as raw text."""

from __future__ import annotations

import posixpath
import re
from functools import cache

_USUAL = "!!raw-loader!"
_RAW = re.compile(r"^(?:.*!)?raw-loader(?:\?[^!]*)?!")


def is_raw(written: str) -> bool:
    """Whether the import path ``written`` asks for the text of a file, with webpack's ``raw-loader``."""
    return written.startswith(_USUAL) or ("!" in written and _RAW.match(written) is not None)


def import_target(page: str, written: str, site_root: str) -> str | None:
    """Return the file, relative to the root, that the import path ``written`` on ``page`` means.

    ``None`` stands for what is no file of this site: a package, an alias of the bundler, a place outside the root.
    """
    path = written
    if "!" in written:
        path = written.removeprefix(_USUAL)
        path = _RAW.sub("", written) if "!" in path else path
    # A folder that does not matter is none, so that what many pages import is worked out once.
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
