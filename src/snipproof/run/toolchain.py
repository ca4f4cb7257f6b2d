"""The toolchain of a language: programs on the PATH, and the environments that lock files pin, made once and cached."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.processes.cache_entries import ENVIRONMENT_RECORD
from snipproof.processes.cache_folder import cache_folder, environments_folder
from snipproof.processes.disk import CACHE_HINT, TEMPORARY_HINT, disk_errors, require_space
from snipproof.processes.lock import locked
from snipproof.processes.process import Process
from snipproof.run.installed_files import InstalledFiles
from snipproof.run.runner import Pinned, RunnerContext
from snipproof.site.suite import place_in
from snipproof.text import as_file_name

_HEARTBEAT = 10.0  # seconds between the lines that report progress
_POLL_INTERVAL = 0.2
_FULL = re.compile("no space left on device|disk quota exceeded|ENOSPC", re.IGNORECASE)
_LITTLE = 1 << 30  # bytes: no program of a toolchain needs more for its temporary files


def find_tool(name: str, product: str) -> str:
    """Return the path of the program ``name``.

    :param product: what the user has to install to get it: ``"Node.js 20 or newer"``.
    :raises ToolchainMissingError: it is not on the PATH.
    """
    path = shutil.which(name)
    if path is None:
        raise ToolchainMissingError(f"no {name!r} on the PATH", f"install {product}")
    return path


def find_version(name: str, product: str, *arguments: str) -> tuple[str, str]:
    """Return the path of the program ``name`` and the version that it prints when it is called with ``arguments``.

    The version is the first number with a dot in it, else the first number: a new Java has no dots.

    :param product: what the user has to install to get it.
    :raises ToolchainMissingError: it is not on the PATH, or it does not work.
    """
    path = find_tool(name, product)
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=60, check=True)
        output = done.stdout + done.stderr
        found = re.search(r"\d+(?:\.\d+)+[^\s\"]*", output) or re.search(r"\d+", output)
        return path, found[0]  # type: ignore[index]
    except (OSError, subprocess.SubprocessError, TypeError) as error:
        raise ToolchainMissingError(f"{path} does not work: {error}", f"install {product}") from None


def cached_environment(
    context: RunnerContext,
    pinned: Pinned,
    make: Callable[[Path], None],
    outside: Callable[[Path], Iterable[Path]] = lambda _: (),
) -> Path:
    """Return the folder that ``make`` fills; it is called only if the cache has no intact folder for the same input.

    Every file is checked against its record. If one is damaged, everything is made again.

    Nobody removes it until the session ends.

    :param pinned: what decides what is made.
    :param make: fills an empty folder; if it raises, nothing is kept.
    :param outside: returns the files and folders elsewhere that the filled folder depends on: they are checked too.
    :raises InfrastructureError: one of the files cannot be read, or the cache cannot be written.
    """
    folder = environment_folder(context, pinned)
    cache = folder.parent
    with disk_errors(cache, CACHE_HINT):
        cache.mkdir(parents=True, exist_ok=True)
        context.session.use(folder)
        if _is_intact(folder, outside):
            return folder
        with locked(Path(f"{folder}.lock"), str(folder), "making", context.log, context.session.closing):
            if not _is_intact(folder, outside):
                _fill(context, folder, make)
                InstalledFiles(folder / ENVIRONMENT_RECORD).write([folder, *outside(folder)])
    return folder


def environment_folder(context: RunnerContext, pinned: Pinned) -> Path:
    """Return the folder of the cache for what ``pinned`` decides; it may not exist yet.

    :raises InfrastructureError: one of the files cannot be read.
    """
    key = hashlib.sha256(pinned.facts.encode())
    for file in pinned.files:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InfrastructureError(f"{file}: cannot be read: {error.strerror or error}") from None
        key.update(hashlib.sha256(data).digest())
    name = f"{as_file_name(context.suite.language)}-{key.hexdigest()[:16]}"
    return environments_folder(cache_folder(context.settings)) / name


def is_installed(folder: Path) -> bool:
    """Return whether the environment in ``folder`` was made, and nothing that belongs to it has changed since."""
    record = folder / ENVIRONMENT_RECORD
    try:
        return record.stat().st_size == 0 or InstalledFiles(record).damaged() is None
    except OSError:
        return False


def _is_intact(folder: Path, outside: Callable[[Path], Iterable[Path]]) -> bool:
    """Return whether ``folder`` was filled and nothing in it has changed since."""
    record = folder / ENVIRONMENT_RECORD
    if not record.exists():
        return False
    if record.stat().st_size == 0:  # of an older version, which recorded nothing
        try:
            InstalledFiles(record).write([folder, *outside(folder)])
        except OSError:
            return all(path.exists() for path in outside(folder))  # a cache that is only read
    return InstalledFiles(record).damaged() is None


def _fill(context: RunnerContext, folder: Path, make: Callable[[Path], None]) -> None:
    flavour = context.suite.flavour
    if (folder / ENVIRONMENT_RECORD).exists() and (damaged := InstalledFiles(folder / ENVIRONMENT_RECORD).damaged()):
        context.log(f"{flavour}: {damaged} is damaged: installing what {context.suite.lock} pins again")
    else:
        context.log(f"{flavour}: installing what {context.suite.lock} pins (once)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        make(folder)
    except BaseException as error:
        try:
            if isinstance(error, InfrastructureError):  # a full disk is the reason for many others
                require_space(folder, CACHE_HINT)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        raise


class CommandError(Exception):
    """A program of a toolchain failed; ``output`` is everything that it printed."""

    def __init__(self, program: str, code: int, output: str) -> None:
        super().__init__(f"{program} failed with exit code {code}")
        self.program = program
        self.code = code
        self.output = output

    @property
    def tail(self) -> str:
        """The last lines of the output."""
        return "\n".join(self.output.strip().splitlines()[-12:])


def _require_space(context: RunnerContext, cwd: Path, output: str) -> None:
    """Raise an InfrastructureError if a program failed because a disk is full; it may have made room again since."""
    require_space(context.session.folder, TEMPORARY_HINT)
    if _FULL.search(output):
        free, folder = min((shutil.disk_usage(each).free, each) for each in (context.session.folder, cwd))
        if free < _LITTLE:
            hint = TEMPORARY_HINT if folder == context.session.folder else CACHE_HINT
            raise InfrastructureError(f"{folder} cannot be used: no space left on the device", hint)


def tool_environment(context: RunnerContext) -> dict[str, str]:
    """Return the environment of a program of a toolchain: that of this process, with the settings of package managers.

    Its temporary files go into the folder of the session, so that nothing is left of them if it is killed.
    """
    return {**os.environ, "TMPDIR": str(context.scratch("tmp"))}


def call(
    context: RunnerContext, command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, name: str = ""
) -> str:
    """Run one program of a toolchain to its end and return what it printed. It is killed if this process dies.

    :param env: its environment, by default :func:`tool_environment`.
    :param name: its name in messages, by default the first word of ``command``.
    :raises CommandError: its exit code is not 0.
    :raises InfrastructureError: the session was closed meanwhile, or the disk is full.
    """
    name = name or Path(command[0]).name
    with disk_errors(context.session.folder, TEMPORARY_HINT):
        log = context.scratch("logs") / f"{name.replace(' ', '-')}-{time.monotonic_ns()}"
        given = tool_environment(context) if env is None else env
        step = Process.start(command, session=context.session, env=given, cwd=cwd, stdout=log)
    begin = heartbeat = time.monotonic()
    try:
        while (code := step.wait(_POLL_INTERVAL)) is None:
            if context.session.closing.is_set():
                raise InfrastructureError("interrupted")
            if time.monotonic() - heartbeat > _HEARTBEAT:
                heartbeat = time.monotonic()
                context.log(f"{context.suite.flavour}: {name}, {heartbeat - begin:.0f} s so far")
    finally:
        step.stop()
    output = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    if code:
        _require_space(context, cwd, output)
        raise CommandError(name, code, output)
    return output


def check_options(context: RunnerContext, program: str, *nothing: str) -> None:
    """Check that ``program`` accepts the ``options`` of the Suite.

    :param nothing: arguments with which it does nothing.
    :raises SettingsError: it refuses one of the options.
    """
    options = context.suite.options
    if options:
        try:
            call(context, [program, *options, *nothing], cwd=context.folder)
        except CommandError as error:
            raise options_error(context, error) from None


def options_error(context: RunnerContext, error: CommandError) -> SettingsError:
    """Return the error for the option of the Suite that a program refuses."""
    options = context.suite.options
    named = next((option for option in options if option.partition("=")[0] in error.output), options[0])
    where = place_in(context.root, context.suite.path, "options", named)
    return SettingsError(f"{where} {error.program} refuses the options {list(options)}", error.tail)
