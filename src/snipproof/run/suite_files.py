"""Copies the ``files`` of a Suite to the working directory of a run."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from snipproof.errors import SettingsError
from snipproof.run.runner import RunnerContext
from snipproof.site.suite import place_in
from snipproof.text import listed


def check_files(context: RunnerContext) -> None:
    """Check that the files of the Suite can be copied; report those that are left out.

    :raises SettingsError: one of them cannot be read.
    """
    odd: list[str] = []
    for place, origin in context.suite.files:
        waiting = [context.root / origin]
        while waiting:
            path = waiting.pop()
            if not os.access(path, os.R_OK):
                raise _not_copied(context, place, PermissionError(13, os.strerror(13), str(path)))
            if path.is_dir():
                left_out = _left_out(str(path), os.listdir(path), context.root / origin)  # noqa: PTH208 (names)
                odd += [(path / name).relative_to(context.root).as_posix() for name in left_out]
                waiting += [entry for entry in path.iterdir() if entry.name not in left_out]
    if odd:
        names = listed(sorted(odd))
        context.log(f"{context.suite.path}: not copied, because they are neither files nor folders: {names}")


def copy_files(context: RunnerContext, work: Path) -> None:
    """Copy the files of the Suite to the folder ``work``; links are followed.

    What is neither a file nor a folder is left out: links that lead nowhere or to a folder around them, pipes, sockets
    and devices. Programs leave such entries behind, and none of them can be copied.

    :raises SettingsError: one of them cannot be copied.
    """
    for place, origin in context.suite.files:
        found, target = context.root / origin, work / place
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, target, dirs_exist_ok=True, ignore=partial(_left_out, top=found))
            else:
                shutil.copyfile(found, target)
        except (OSError, shutil.Error) as error:
            raise _not_copied(context, place, error) from None


def _left_out(folder: str, names: list[str], top: Path) -> set[str]:
    """Return those of the ``names`` in ``folder``, which is ``top`` or below it, that cannot be copied."""
    return {name for name in names if _is_odd(Path(folder, name), top)}


def _is_odd(path: Path, top: Path) -> bool:
    if path.is_symlink() and path.is_dir():
        # The folders that lead to it, through other links too.
        around = (parent for parent in path.parents if parent.is_relative_to(top))
        return any(parent.resolve().is_relative_to(path.resolve()) for parent in around)
    return not (path.is_file() or path.is_dir())


def _not_copied(context: RunnerContext, place: str, error: Exception) -> SettingsError:
    """Return the error for the entry of ``files`` with this ``place``."""
    if isinstance(error, shutil.Error):  # each with a source, a target and a text
        reason = "; ".join(str(each[2]) for each in error.args[0][:3])
    else:
        reason = f"{getattr(error, 'strerror', '') or error}: {getattr(error, 'filename', '') or ''}"
    where = place_in(context.root, context.suite.path, "files", place)
    return SettingsError(
        f"{where} failed to copy {place!r}: {reason.replace(str(context.root) + os.sep, '').rstrip(': ')}",
        "list under `files` only what the Sources read",
    )
