"""Reads the stacks of goroutines: those of a panic, and those of a Source that hangs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from snipproof.run.source_run import Crash

_PANIC = re.compile(r"^(?P<type>panic|fatal error): (?P<message>.*?)\n\n(?P<stacks>.*)", re.MULTILINE | re.DOTALL)
_BEGIN = re.compile(r"^(?:panic|fatal error): ", re.MULTILINE)
_GOROUTINE = re.compile(r"^goroutine \d+ [^\n]*:\n", re.MULTILINE)
_FRAME = re.compile(
    r"^(?P<call>\S[^\n]*)\n\t(?P<file>[^\n]+):(?P<line>\d+)(?: \+0x[0-9a-f]+)?(?: fp=\S+ sp=\S+ pc=\S+)?$", re.MULTILINE
)
_STATE = re.compile(r" \[recovered(?:, repanicked)?\]")
# A prefix stands before the date. Without a date, it cannot be distinguished from the message.
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?"
_LOG = re.compile(rf"^(?:[^\n\d]*\d{{4}}/\d\d/\d\d(?: {_TIME})?|{_TIME}) (?:\S+\.go:\d+: )?", re.MULTILINE)
_SIGNAL = re.compile(r"\n\[signal [^\n]*\]")
_ARGUMENTS = re.compile(r"\((?:0x|\{|\.\.\.)[^()\n]*\)$")
_GO_FRAMES = ("runtime.", "testing.", "created by testing.", "panic(", "main.main()\n\t_testmain")
# The runtime prints a panic only after it has called the `Error` or `String` method of its value, which may panic too.
_PRINTING = "panic while printing panic value"
_PRINTER = "runtime.preprintpanics("
_METHOD = re.compile(r"\.\(?\*?(?P<type>\w+)\)?\.(?:Error|String)\(")
_SUBTEST_CALL = "testing.(*T).Run("


@dataclass(frozen=True, slots=True)
class _Frame:
    call: str
    file: str
    line: int


def read_panic(stderr: str, path: str) -> Crash | None:
    """Return the panic or fatal error that ended a process.

    :param path: the absolute path of the Source.
    """
    begins = [match.start() for match in _BEGIN.finditer(stderr)]
    found = _PANIC.match(stderr, begins[-1]) if begins else None
    stacks = _stacks(found["stacks"]) if found else []
    if found is None or not stacks:
        return None
    frames = next((stack for stack in stacks if _lines(stack, path)), stacks[0])
    if found["message"].startswith(_PRINTING):
        return _unreadable(found["message"], frames, path)
    # After a panic in a deferred function, or one raised again, the first panic is printed above it.
    message = _SIGNAL.sub("", _STATE.sub("", found["message"]))
    own = [frame for frame in frames if not frame.call.startswith(_GO_FRAMES)]
    trace = "\n".join(f"{_ARGUMENTS.sub('(...)', f.call)}\n\t{f.file}:{f.line}" for f in own)
    return Crash(found["type"], message, _lines(frames, path), f"{found['type']}: {message}\n\n{trace}\n")


def _unreadable(message: str, frames: list[_Frame], path: str) -> Crash:
    """Return a panic whose value cannot be printed, at the line that raised it."""
    printers = [index for index, frame in enumerate(frames) if frame.call.startswith(_PRINTER)]
    begin = printers[-1] + 1 if printers else 0
    methods = [match["type"] for frame in frames[:begin] if (match := _METHOD.search(frame.call))]
    why = message.removeprefix(_PRINTING).lstrip(": ").split("\n")[0]
    text = f"{methods[-1] if methods else 'its value'}: its message cannot be read{f': {why}' if why else ''}"
    own = [frame for frame in frames[begin:] if not frame.call.startswith(_GO_FRAMES)]
    trace = "\n".join(f"{_ARGUMENTS.sub('(...)', f.call)}\n\t{f.file}:{f.line}" for f in own)
    return Crash("panic", text, _lines(frames[begin:], path), f"panic: {text}\n\n{trace}\n")


def fatal_message(stderr: str) -> str:
    """Return what a logger printed last, without date and time.

    :param stderr: what was printed since the statement began that ended the process.
    """
    begins = [match.end() for match in _LOG.finditer(stderr)]
    return stderr[begins[-1] if begins else 0 :].strip()


def stopped_at(dump: str, path: str) -> int | None:
    """Return the innermost line of the Source ``path`` in the goroutine that runs its test, or its ``main``."""
    stacks = [stack for stack in _stacks(dump) if _lines(stack, path)]
    # A test that waits for its subtests is inside `testing`; goroutines in the background come last.
    stacks.sort(key=lambda stack: (any(f.call.startswith(_SUBTEST_CALL) for f in stack[:2]), not _is_main(stack)))
    lines = _lines(stacks[0], path) if stacks else ()
    # The compiler gives an empty loop the first line of its file.
    return next((line for line in reversed(lines) if line > 1), None)


def _is_main(stack: list[_Frame]) -> bool:
    return any(frame.call.startswith(("testing.tRunner(", "main.main(")) for frame in stack)


def _stacks(text: str) -> list[list[_Frame]]:
    """Return the frames of each goroutine, innermost first; the frame that created it comes last."""
    return [
        [_Frame(match["call"], match["file"], int(match["line"])) for match in _FRAME.finditer(part)]
        for part in _GOROUTINE.split(text)[1:]
    ]


def _lines(frames: list[_Frame], path: str) -> tuple[int, ...]:
    """Return the lines of the file ``path``, outermost first, without repetitions."""
    lines = [frame.line for frame in reversed(frames) if frame.file == path]
    return tuple(line for index, line in enumerate(lines) if index == 0 or lines[index - 1] != line)
