"""Reads the files of Pages, some of them in a second process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from snipproof import model
from snipproof.errors import UnreadableError
from snipproof.model import Finding, Page
from snipproof.read.pages import scan_page
from snipproof.read.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.config import Settings
    from snipproof.read.profile import Profile
    from snipproof.read.second import Second

    Known = tuple[Settings, Profile]

_COMMENT_TO_US = "snipproof:"
# Fewer are read before another process has begun, and what comes of more at a time takes much memory.
FEWEST, _PORTION = 100, 1000


class PageFile(NamedTuple):
    """A Page as it was read, ``None`` when it cannot be, and what is wrong with it.

    ``text`` is that of a Page about which something may be told; ``is_told`` says that this does not depend on what it
    imports. It is in bytes, since one emoji makes a text four times as large.
    """

    page: Page | None
    problems: list[Finding]
    text: bytes
    is_told: bool


def read_pages(known: Known, waiting: list[str], second: Second | None) -> Iterator[PageFile]:
    """Yield the Pages of ``waiting``, to which more may be added meanwhile. A ``second`` process reads half of them."""
    while waiting:
        ours, theirs = waiting[-_PORTION:], []
        del waiting[-_PORTION:]
        if second is not None and len(ours) > 1:
            ours, theirs = ours[::2], ours[1::2]
            second.ask(plain_pages, theirs)
        for path in reversed(ours):
            yield read_page(known, path)
        if second is not None and theirs:
            yield from map(_unpacked, second.answer())


def read_page(known: Known, path: str) -> PageFile:
    """Read the Page at ``path``."""
    settings, profile = known
    try:
        text = read_text(settings.root, path)
        page, problems = scan_page(path, text, settings, profile)
    except UnreadableError as error:
        return PageFile(None, [error.finding], b"", False)
    is_told = bool(page.references or problems) or _COMMENT_TO_US in text
    return PageFile(page, problems, text.encode() if is_told or page.imports else b"", is_told)


def plain_pages(known: Known, paths: Sequence[str]) -> list[Any]:
    """Read the Pages at ``paths``, as plain values that another process may be given."""
    return [_packed(read_page(known, path)) for path in paths]


def _packed(file: PageFile) -> tuple[Any, ...]:
    page = file.page and [_plain(part) for part in file.page]
    return page, [finding[:-1] for finding in file.problems], file.text, file.is_told


def _unpacked(packed: tuple[Any, ...]) -> PageFile:
    page, problems, text, is_told = packed
    findings = [Finding(*values) for values in problems]
    return PageFile(page and Page._make(map(_part, page)), findings, text, is_told)


def _plain(part: Any) -> Any:
    """Return a part of a Page as plain values: of what is of a class of the model, the class's name and the values."""
    if isinstance(part, tuple) and part and hasattr(part[0], "_fields"):
        return type(part[0]).__name__, [tuple(value) for value in part]
    return part


def _part(plain: Any) -> Any:
    if isinstance(plain, tuple) and len(plain) == 2 and isinstance(plain[1], list):
        return tuple(map(getattr(model, plain[0])._make, plain[1]))
    return plain
