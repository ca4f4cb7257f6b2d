"""Runs a command behind a wall, inside a namespace: it sees no other process, and can write to a few folders only.

    python -I -S walled.py PROCESSES COVERED KEPT WRITABLE PATH… COMMAND…

PROCESSES is 1 if it has process ids of its own, else 0. The others are counts of the paths that follow:

- covered: folders that are empty for the command, and its own: what it writes there vanishes with it
- kept: files and folders that it can read, wherever they are
- writable: folders that it can write to

It can read everything else, but change nothing. This process waits for the command, hands signals on to it, and ends as
it ended. Another one is process 1 for the command: if it dies, so does everything that the command has started.
"""
# ruff: noqa: PTH102, PTH103, PTH110, PTH120, PTH123, PTH211, SIM105 (pathlib and contextlib take long to import)

from __future__ import annotations

import ctypes
import errno
import os
import signal
import stat
import sys

TYPE_CHECKING = False  # importing typing takes long
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 8, 32, 4096
_MS_REC, _MS_PRIVATE, _MS_RELATIME = 16384, 1 << 18, 1 << 21
_PR_SET_PDEATHSIG = 1
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
_ST_RELATIME = 4096
# statvfs' flags have the values of mount's.
_KEPT_FLAGS = os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME
_FORWARDED = (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 (a new one)
_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
# With these, root changes the whole machine, even without capabilities.
_LOCKED = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi")

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> NoReturn:
    """Put up the wall, run the command behind it, and end as it ends."""
    counts, rest = [int(each) for each in arguments[:4]], arguments[4:]
    paths: list[list[str]] = []
    for count in counts[1:]:
        paths.append(rest[:count])
        rest = rest[count:]
    if not counts[0]:
        _unshare(_CLONE_NEWNS | _CLONE_NEWIPC)
        build(*paths)
        set_read_only("/proc", value=False)  # as a new one is: a process changes itself there
        _lock()
        _execute(rest)
    _unshare(_CLONE_NEWPID | _CLONE_NEWIPC)
    reading, writing = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(reading)
        _be_first(paths, rest, writing)
    os.close(writing)
    _forward_to(first)
    text = os.read(reading, 16)
    os.waitpid(first, 0)
    _end(int(text) if text else signal.SIGKILL)


def _be_first(paths: Sequence[Sequence[str]], command: list[str], status: int) -> NoReturn:
    """Be process 1 for the command: adopt orphans, hand signals on, and write how the command ended to ``status``."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _unshare(_CLONE_NEWNS)
    build(*paths)
    mount("proc", "/proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "proc")
    _lock()
    child = os.fork()
    if child == 0:
        os.setsid()
        _execute(command)
    _forward_to(child)
    while True:
        pid, code = os.waitpid(-1, 0)
        if pid == child:
            os.write(status, b"%d" % code)
            os._exit(0)  # ends everything that is left


def build(covered: Sequence[str], kept: Sequence[str], writable: Sequence[str]) -> None:
    """Change the mounts of this process, which has a mount namespace of its own.

    :raises OSError: the system refuses one of the changes.
    """
    mount("none", "/", _MS_REC | _MS_PRIVATE)
    # What is covered stays reachable through these.
    found = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in sorted({*kept, *writable})]
    devices = [
        (f"/dev/{name}", os.open(f"/dev/{name}", os.O_PATH)) for name in _DEVICES if os.path.exists(f"/dev/{name}")
    ]
    for path in covered:
        mount("tmpfs", path, _MS_NOSUID | _MS_NODEV, "tmpfs", "mode=1777")
    mount("tmpfs", "/dev", _MS_NOSUID | _MS_NOEXEC, "tmpfs", "mode=755")
    os.mkdir(_SHARED_MEMORY)
    mount("tmpfs", _SHARED_MEMORY, _MS_NOSUID | _MS_NODEV, "tmpfs", "mode=1777")
    for name, target in _LINKS.items():
        os.symlink(target, f"/dev/{name}")
    for path, descriptor in (*devices, *found):
        _show(path, descriptor)
        os.close(descriptor)
    set_read_only("/", recursive=True)
    for path in (*covered, _SHARED_MEMORY, *writable):
        set_read_only(path, value=False)


def _lock() -> None:
    """Make the files in ``/proc`` that change the machine read-only."""
    for path in filter(os.path.exists, _LOCKED):
        mount(path, path, _MS_BIND | _MS_REC)
        set_read_only(path)


def _show(path: str, descriptor: int) -> None:
    """Show the file or folder that ``descriptor`` refers to at ``path``."""
    is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
    os.makedirs(path if is_folder else os.path.dirname(path), mode=0o755, exist_ok=True)
    if not is_folder and not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    mount(f"/proc/self/fd/{descriptor}", path, _MS_BIND | _MS_REC)


def set_read_only(path: str, *, value: bool = True, recursive: bool = False) -> None:
    """Make the mount at ``path`` read-only, or writable; with those below it, if ``recursive``."""
    attributes = (ctypes.c_uint64 * 4)(*((_MOUNT_ATTR_RDONLY, 0) if value else (0, _MOUNT_ATTR_RDONLY)), 0, 0)
    flags = ctypes.c_uint(_AT_RECURSIVE if recursive else 0)
    given = (ctypes.c_int(_AT_FDCWD), os.fsencode(path), flags, ctypes.byref(attributes))
    if _libc.syscall(ctypes.c_long(_MOUNT_SETATTR), *given, ctypes.c_size_t(ctypes.sizeof(attributes))) == 0:
        return
    if ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM):
        _fail(path)
    # Before Linux 5.12. What is set elsewhere must stay set.
    for each in _mount_points() if recursive else (path,):
        try:
            known = os.statvfs(each).f_flag
        except OSError:
            continue  # below something that is covered
        kept = (known & _KEPT_FLAGS) | (_MS_RELATIME if known & _ST_RELATIME else 0)
        mount("none", each, _MS_BIND | _MS_REMOUNT | kept | (_MS_RDONLY if value else 0))


def _mount_points() -> list[str]:
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        return [line.split()[4].encode().decode("unicode_escape") for line in file]


def mount(source: str, target: str, flags: int, kind: str | None = None, data: str | None = None) -> None:
    """Call the system call ``mount``.

    :raises OSError: it failed.
    """
    texts = (None if text is None else os.fsencode(text) for text in (source, target, kind))
    if _libc.mount(*texts, ctypes.c_ulong(flags), None if data is None else data.encode()):
        _fail(target)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags):
        _fail("unshare")


def _fail(place: str) -> NoReturn:
    number = ctypes.get_errno()
    raise OSError(number, f"{os.strerror(number)}: {place}")


def _forward_to(pid: int) -> None:
    def forward(number: int, _: object) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    for number in _FORWARDED:
        signal.signal(number, forward)


def _execute(command: list[str]) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and the command would inherit that
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)


def _end(code: int) -> NoReturn:
    """End as a process with the wait status ``code``."""
    if os.WIFSIGNALED(code):
        import resource

        number = os.WTERMSIG(code)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(code) & 0xFF)


if __name__ == "__main__":
    main(sys.argv[1:])
