# ruff: noqa: E501 (a Source a line)
"""The rule that decides whether a Snippet of Python was proven, over all kinds of statements."""

from __future__ import annotations

import ast
import io
import marshal
import sys
import textwrap
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any

import pytest

from snipproof.model import Source
from snipproof.run.probe import PROBE_FUNCTION, Probed
from snipproof.run.probe.plan import Signal
from snipproof.run.probe.python_probes import probe_python
from snipproof.run.runners.python.probe import Probe
from snipproof.run.source_run import ProbeEvent, SourceRun, Termination
from snipproof.run.trace import Trace, trace
from snipproof.site.source import parse_source


class Recorded(Probe):
    """The probes of a run, which add their reports to ``events``, and what was printed before to ``texts``."""

    def __init__(self, out: io.StringIO, events: list[ProbeEvent], texts: list[str]) -> None:
        super().__init__({"events": "", "path": "s.py", "separator": ""})
        self._out, self._found, self._texts = out, events, texts

    def write(self, event: dict[str, Any]) -> None:
        self._texts.append(self._out.getvalue())
        self._out.truncate(0)
        self._out.seek(0)
        time = float(len(self._found))
        self._found.append(ProbeEvent(event["line"], time, Signal(event["signal"]), event["frame"]))

    def mark(self, number: int) -> None:
        """Print nothing."""


def read(text: str) -> tuple[Source, Probed]:
    text = textwrap.dedent(text).lstrip("\n")
    source = parse_source("s.py", text)
    return source, probe_python(text, source.snippet_regions, "s.py")


def follow(text: str) -> dict[str, Trace]:
    """Run a Source in this process and follow its Regions."""
    source, probed = read(text)
    out, events, texts = io.StringIO(), list[ProbeEvent](), list[str]()
    names = {PROBE_FUNCTION: Recorded(out, events, texts), "__name__": "__main__"}
    ok = False
    with redirect_stdout(out), redirect_stderr(out), suppress(Exception, SystemExit):
        exec(marshal.loads(probed.program), names)  # noqa: S102, S302
        ok = True
    made = SourceRun(
        Termination.EXITED, 0 if ok else 1, tuple(events), (*texts, out.getvalue()) if events else (out.getvalue(),)
    )
    return {snippet.name: trace(snippet.region, probed, made) for snippet in source.snippets}


def is_proven(text: str) -> bool:
    return not follow(text)["a"].gaps


#: For each kind of statement: one that runs to its end, and one with a shown line that never runs.
KINDS: dict[str, tuple[str, str]] = {
    "FunctionDef": ("def f():\n    x = 1\nf()", "def f():\n    x = 1"),
    "AsyncFunctionDef": (
        "import asyncio\nasync def f():\n    x = 1\nasyncio.run(f())",
        "async def f():\n    x = 1\nf().close()",
    ),
    "ClassDef": ("class C:\n    def f(self):\n        x = 1\nC()", "class C:\n    def f(self):\n        x = 1"),
    "Return": ("def f():\n    return 1\nf()", "def f():\n    if f:\n        return 1\n    return 2\nf()"),
    "Delete": ("x = 1\ndel x", "if 0:\n    pass\ndel y"),
    "Assign": ("x = 1", "f = lambda: 1"),
    "TypeAlias": ("x = 1", '"""nothing"""'),
    "AugAssign": ("x = 1\nx += 1", "y += 1"),
    "AnnAssign": ("x: int = 1", "x: int"),
    "For": ("for x in []:\n    y = 1\nelse:\n    z = 1", "for x in y:\n    z = 1"),
    "AsyncFor": (
        "import asyncio\nasync def g():\n    yield 1\nasync def f():\n    async for x in g():\n        y = x\nasyncio.run(f())",
        "async def f():\n    async for x in y:\n        z = 1",
    ),
    "While": ("while False:\n    x = 1", "while y:\n    x = 1"),
    "If": ("if 0:\n    x = 1\nelse:\n    x = 2", "if y:\n    x = 1"),
    "With": ("from contextlib import nullcontext\nwith nullcontext():\n    x = 1", "with y:\n    x = 1"),
    "AsyncWith": (
        "import asyncio\nasync def f():\n    async with asyncio.Lock():\n        x = 1\nasyncio.run(f())",
        "async def f():\n    async with y:\n        x = 1",
    ),
    "Match": ("match 1:\n    case 2:\n        x = 1", "match y:\n    case 2:\n        x = 1"),
    "Raise": ("try:\n    raise KeyError\nexcept KeyError:\n    pass", "def f():\n    raise KeyError"),
    "Try": (
        "try:\n    x = 1\nexcept KeyError:\n    y = 1\nfinally:\n    z = 1",
        "try:\n    y\n    x = 1\nexcept NameError:\n    x = 2",
    ),
    "TryStar": (
        "try:\n    x = 1\nexcept* KeyError:\n    y = 1",
        "try:\n    z\n    x = 1\nexcept* NameError:\n    x = 2",
    ),
    "Assert": ("assert True", "assert False"),
    "Import": ("import io", "import no_such_module"),
    "ImportFrom": ("from io import StringIO", "from io import nothing"),
    "Global": ("def f():\n    global x\n    x = 1\nf()", "def f():\n    global x\n    x = 1"),
    "Nonlocal": (
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    g()\nf()",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\nf()",
    ),
    "Expr": ("print(1)", '"""only a string"""'),
    "Pass": ("pass", "def f():\n    pass"),
    "Break": ("while True:\n    break", "while False:\n    x = 1\nelse:\n    y\nx = 1"),
    "Continue": ("for x in (1,):\n    continue", "for x in y:\n    continue"),
}


def test_every_kind_of_statement_has_a_row() -> None:
    """A new Python may have new ones."""
    known = {kind.__name__ for kind in ast.stmt.__subclasses__()}
    assert known <= set(KINDS)
    assert set(KINDS) - known <= {"TypeAlias"}  # since Python 3.12


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_statement(kind: str) -> None:
    """It is proven if it ran by the rule, and not if a shown line of it never ran."""
    good, bad = KINDS[kind]
    assert is_proven(f"# START a\n{good}\n# END a\n"), kind
    assert not is_proven(f"# START a\n{bad}\n# END a\n"), kind


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12 has `type`")
def test_a_type_alone_proves_nothing() -> None:
    assert not is_proven("# START a\ntype X = int\n# END a\n")
    assert is_proven("# START a\ntype X = int\nx = 1\n# END a\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # (a) a Segment is entered, and left at its END or by a shown statement that leaves
        ("def f(x):\n    # START a\n    if x:\n        return 1\n    return 2\n    # END a\nf(1)\nf(0)\n", ""),
        ("def f(x):\n    # START a\n    if x:\n        return 1\n    return 2\n    # END a\nf(1)\n", "line 5 never ran"),
        ("for x in (1, 2):\n    # START a\n    y = x\n    # END a\n    z = 1\n", ""),
        ("# START a\nfor x in (1, 2):\n    y = x\n    # END a\n    z = 1\n", ""),
        ("# START a\nfor x in ():\n    y = x\n    # END a\n    z = 1\n", "it was never left at its END marker"),
        ("for x in (1, 2):\n    # START a\n    y = 1\nprint(y)\n# END a\n", ""),
        ("# START a\nimport sys\nsys.exit()\n# END a\n", ""),
        ("if 0:\n    # START a\n    x = 1\n    # END a\n", "line 3 never ran"),
        ("x = 1\nif x == 2:\n    y = 1\n# START a\nelse:\n    y = 2\n# END a\n", ""),
        ("x = 2\nif x == 2:\n    y = 1\n# START a\nelse:\n    y = 2\n# END a\n", "line 6 never ran"),
        ("match 1:\n    # START a\n    case 1:\n        x = 1\n    # END a\n    case _:\n        x = 2\n", ""),
        ("match 2:\n    # START a\n    case 1:\n        x = 1\n    # END a\n    case _:\n        x = 2\n", "line 4 never ran"),
        ("def f():\n    # START a\n    return 1 / 0\n    # END a\ntry:\n    f()\nexcept ArithmeticError:\n    pass\n", "it was never left"),
        # (b) every shown statement ran that is in no branch, loop, handler or definition
        ("# START a\ndef f():\n    x = 1\n# END a\n", "`f` is never called"),
        ("# START a\ndef f():\n    x = 1\n# END a\nf()\n", ""),
        ("# START a\nf = lambda: 1\n# END a\n", "`f` is never called"),
        ("# START a\nf = lambda: 1\n# END a\nf()\n", ""),
        ("# START a\nsorted([2, 1], key=lambda x: x)\nsorted([], key=lambda x: x)\n# END a\n", ""),
        ("# START a\ndef f():\n    yield 1\n    yield 2\n# END a\nf()\n", "`f` is never called"),
        ("# START a\ndef f():\n    yield 1\n    yield 2\n# END a\nnext(f())\n", "line 4 never ran"),
        ("# START a\ndef f():\n    yield 1\n    yield 2\n# END a\nlist(f())\n", ""),
        ("# START a\nasync def f():\n    x = 1\n# END a\nf().close()\n", "`f` is never called"),
        ("class C:\n    # START a\n    def f(self):\n        return 1\n    # END a\n", "`f` is never called"),
        ("class C:\n    # START a\n    def f(self):\n        return 1\n    # END a\nC().f()\n", ""),
        ("# START a\nclass C:\n    def f(self):\n        return 1\n    def g(self):\n        return 1\n# END a\n", "never used"),
        ("# START a\nclass C:\n    def f(self):\n        return 1\n    def g(self):\n        return 1\n# END a\nC()\n", ""),
        ("# START a\nfrom abc import abstractmethod\nclass C:\n    @abstractmethod\n    def f(self): ...\n# END a\n", ""),
        ("# START a\nimport enum\nclass C(enum.Enum):\n    A = 1\n# END a\n", ""),
        ("# START a\nif 0:\n    x = 1\nelse:\n    x = 2\n# END a\n", ""),
        ("# START a\ntry:\n    x\nexcept NameError:\n    y = 1\n# END a\n", ""),
        ("# START a\ntry:\n    x\n    y = 1\nexcept NameError:\n    pass\n# END a\n", "line 4 never ran"),
        ("# START a\ndef f(): return 1\n# END a\n", "`f` is never called"),
        ("# START a\ndef f():\n    try:\n        return 1\n    finally:\n        x = 2\nf()\n# END a\n", ""),
        ("# START a\ndef f():\n    return 1 / 0\n# END a\ntry:\n    f()\nexcept ArithmeticError:\n    pass\n", "an error left line"),
        ("def f():\n    # START a\n    yield 1 / 0\n    # END a\ntry:\n    next(f())\nexcept ArithmeticError:\n    pass\n", "it was never left"),
        ("# START a\ndef f():\n    x = 1\n    raise SystemExit\nf()\n# END a\n", "it was never left"),
        ("# START a\nimport sys\ndef f():\n    x = 1\n    sys.exit()\nf()\n# END a\n", ""),
        # (c) something other than a comment, a string and a bare type
        ("# START a\n# only this\n# END a\n", "it shows no code"),
        ("# START a\n'text'\n# END a\n", "it shows no code"),
        ("# START a\nx: int\n# END a\n", "it shows no code"),
        ("# START a\ndef f(): ...\n# END a\n", "it shows no code"),
        # (d) no exception leaves a shown line but by a shown raise or into a shown handler
        ("try:\n    # START a\n    int('x')\n    # END a\nexcept ValueError:\n    pass\n", "it was never left"),
        ("try:\n    # START a\n    raise ValueError\n    # END a\nexcept ValueError:\n    pass\n", ""),
        ("n = 0\nwhile n < 2:\n    n += 1\n    try:\n        # START a\n        1 / (n - 1)\n        # END a\n    except ArithmeticError:\n        pass\n", ""),
        ("# START a\nclass C:\n    def f(self):\n        x = 1\n        y = 1 / 0\n# END a\ntry:\n    C().f()\nexcept ArithmeticError:\n    pass\n", "an error left line"),
        ("# START a\nclass C:\n    def f(self):\n        x = 1\n        y = 1 / 0\ntry:\n    C().f()\nexcept ArithmeticError:\n    pass\n# END a\n", ""),
        ("# START a\nclass C:\n    def f(self, x):\n        return 1 / x\n# END a\ntry:\n    C().f(0)\nexcept ArithmeticError:\n    C().f(1)\n", ""),
        ("# START a\nclass C:\n    def f(self):\n        raise KeyError\n# END a\ntry:\n    C().f()\nexcept KeyError:\n    pass\n", ""),
        ("# START a\nf = [lambda: 1 / 0]\n# END a\ntry:\n    f[0]()\nexcept ArithmeticError:\n    pass\n", "an error left line"),
        ("# START a\nf = [lambda: 1 / 0]\ntry:\n    f[0]()\nexcept ArithmeticError:\n    pass\n# END a\n", ""),
        ("# START a\nf = lambda x: (lambda: 1 / x)\n# END a\ntry:\n    f(0)()\nexcept ArithmeticError:\n    pass\n", "an error left line"),
        ("# START a\nf = lambda x: (lambda: 1 / x)\n# END a\nf(1)()\n", ""),
        ("# START a\nf = [lambda x: 1 / x]\n# END a\ntry:\n    f[0](0)\nexcept ArithmeticError:\n    f[0](1)\n", ""),
        ("# START a\ndef f():\n    return 1 / 0\ntry:\n    f()\nexcept ArithmeticError:\n    pass\n# END a\n", ""),
        ("# START a\ndef f():\n    return 1 / 0\ndef g():\n    try:\n        f()\n    except ArithmeticError as e:\n        raise KeyError from e\ntry:\n    g()\nexcept KeyError:\n    pass\n# END a\n", ""),
        ("def g(f):\n    try:\n        f()\n    except ArithmeticError as e:\n        raise KeyError from e\n# START a\ndef f():\n    return 1 / 0\ntry:\n    g(f)\nexcept KeyError:\n    pass\n# END a\n", ""),
        ("# START a\ndef f():\n    return 1 / 0\n# END a\n# START b\ntry:\n    f()\nexcept ArithmeticError:\n    pass\n# END b\n", "an error left line 3 and was caught by hidden code"),
        ("from contextlib import suppress\n# START a\ndef f():\n    return 1 / 0\nwith suppress(ArithmeticError):\n    f()\n# END a\n", ""),
        ("from contextlib import suppress\n# START a\ndef f():\n    return 1 / 0\n# END a\nwith suppress(ArithmeticError):\n    f()\n", "an error left line"),
        ("import unittest\nt = unittest.TestCase()\n# START a\ndef f():\n    return 1 / 0\nt.assertRaises(ArithmeticError, f)\n# END a\n", ""),
        ("import unittest\nt = unittest.TestCase()\n# START a\nf = [lambda: 1 / 0]\n# END a\ntry:\n    f[0]()\nexcept ArithmeticError:\n    pass\n# START a\nt.assertRaises(TypeError, int, [])\n# END a\n", "an error left line"),
        ("import unittest\nt = unittest.TestCase()\n# START a\nt.assertRaises(ArithmeticError, lambda: 1 / 0)\n# END a\n", ""),
        ("import unittest\n# START a\nclass T(unittest.TestCase):\n    def test(self):\n        int('x')\n# END a\nT('test').run()\n", "an error left line"),
        ("import asyncio\n# START a\nasync def f():\n    while True:\n        await asyncio.sleep(0)\n# END a\nasync def main():\n    t = asyncio.create_task(f())\n    await asyncio.sleep(0.01)\nasyncio.run(main())\n", ""),
        ("import asyncio\n# START a\nasync def f():\n    await asyncio.sleep(9)\n# END a\nasync def main():\n    t = asyncio.create_task(f())\n    await asyncio.sleep(0)\nasyncio.run(main())\n", ""),
        ("import threading\nup = threading.Semaphore(0)\n# START a\ndef f():\n    while True:\n        up.release()\n# END a\nthreading.Thread(target=f, daemon=True).start()\nup.acquire()\nup.acquire()\nup.acquire()\n", ""),
        ("# START a\ndef f():\n    while True:\n        1 / 0\n# END a\ntry:\n    f()\nexcept ArithmeticError:\n    pass\n", "an error left line"),
        ("x = [1]\ntry:\n    # START a\n    while True:\n        x.pop()\n    # END a\nexcept IndexError:\n    pass\n", "it was never left"),
        # markers inside statements, and where none can be
        ("x = [\n    # START a\n    1,\n    # END a\n]\n", ""),
        ("x = (\n    1\n    # START a\n    + 2\n)\n# END a\n", ""),
        ("import functools\n@functools.cache\n# START a\ndef f():\n    return 1\n# END a\nf()\n", "move it above the decorator"),
        ("x = '''\n# START a\ny\n# END a\n'''\n", "inside a string literal"),
        ("x = 1  # START a\ny = 1\n# END a\n", "put it on a line of its own"),
        ('"""Doc."""\n# START a\nfrom __future__ import annotations\n# END a\nx = 1\n', ""),
        ("# START a\n'''Doc.'''\nx = 1\n# END a\n", ""),
    ],
)  # fmt: skip
def test_the_rule(text: str, reason: str) -> None:
    """Each sentence of the rule, and what is reported if it does not hold."""
    gaps = follow(text)["a"].gaps
    assert [gap for gap in gaps if not reason or reason in gap.reason] == list(gaps[: bool(reason)]), gaps
    assert bool(gaps) == bool(reason)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("def f():\n    # START a\n    print(1)\n    return 2\n    # END a\nprint(f())\nprint(3)\n", "1\n"),
        ("for x in (1, 2):\n    print('no')\n    # START a\n    print(x)\n    # END a\n    print('no')\n", "1\n2\n"),
        ("for x in (1, 2):\n    print('no')\n    # START a\n    print(x)\n    continue\n    # END a\n", "1\n2\n"),
        ("# START a\nfor x in (1, 2):\n    print(x)\n    # END a\n    print('no')\n", "1\n2\n"),
        ("# START a\ndef f():\n    print(1)\n    # END a\n    print('no')\n    # START a\n    print(2)\n# END a\nf()\nprint(3)\n", "1\n2\n"),
        ("def f():\n    # START a\n    print(1)\n    yield\n    print(2)\n    # END a\nfor _ in f():\n    print('no')\n", "1\n2\n"),
        ("# START a\ndef f(x=print(1)): return 2\n# END a\nf()\n", "1\n"),
        ("def f():\n    print('hidden')\n# START a\nf()\n# END a\nf()\n", "hidden\n"),
        ("# START a\nprint(1)\n# END a\nprint(2)\n# START a\nprint(3)\n# END a\n", "1\n3\n"),
    ],
)  # fmt: skip
def test_what_a_snippet_prints(text: str, printed: str) -> None:
    """From START to END in every round of a loop, on every way out, and nothing that hidden code prints."""
    assert follow(text)["a"].output == printed


def test_no_line_and_no_column_moves() -> None:
    """An error names the place in the docs source."""
    source, probed = read("# START a\nx = 1; y = [1][2]\n# END a\n")
    code = marshal.loads(probed.program)  # noqa: S302
    places = {(place[0], place[2]) for place in code.co_positions() if place[0] == 2}
    assert {(2, 0), (2, 7), (2, 11)} <= places
    assert probed.text == source.text


def test_text_that_is_not_python_has_no_program() -> None:
    _, probed = read("# START a\nx = (\n# END a\n")
    assert (probed.program, set(probed.silent)) == (b"", {1, 3})
