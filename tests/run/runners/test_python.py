"""The Python Runner: a helper that forks for each Source, and what must not leak between two of them."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.support.mini import Mini, brief, passed
from tests.support.processes import left_running, with_argument

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.python.runner import PythonRunner
from snipproof.run.toolchain import CommandError


@pytest.fixture
def mini(tmp_path: Path, session: SessionFolder, plain_settings: Settings) -> Mini:
    """A Suite without a lock file: the interpreter that runs us."""
    suite = Suite("py/suite.yaml", "py", "python", ("py/a.py",))
    return Mini(plain_settings.root, session, PythonRunner, suite, plain_settings)


def test_sources_are_forked_and_share_nothing_that_they_change(mini: Mini) -> None:
    """Both Sources are children of one helper that has imported their modules; one sees no change of the other's."""
    source = (
        "import os, json, sys, tempfile\nfrom pathlib import Path\n# START a\n"
        "assert not hasattr(json, 'changed') and 'CHANGED' not in os.environ and not Path('left').exists()\n"
        "assert __name__ == '__main__' and sys.argv == [__file__] and sys.path[0] == str(Path(__file__).parent)\n"
        "assert tempfile.gettempdir() == os.environ['TMPDIR'] == os.environ['HOME']\n"
        "json.changed = os.environ['CHANGED'] = open('left', 'w').name\n"
        "print(os.getppid(), os.getcwd())\n# END a\n"
    )
    found = mini.prove({"py/a.py": source, "py/b.py": source})
    assert passed(found), found
    parents, folders = zip(*(v.output.split() for v in found.values()), strict=True)
    assert parents[0] == parents[1] != str(os.getpid())
    assert folders[0] != folders[1]


def test_a_fresh_process_for_each_source(mini: Mini) -> None:
    """With ``fresh``, each Source has an interpreter of its own that has imported nothing."""
    mini.set(fresh=True)
    source = (
        "import sys\n# START a\nassert 'xml.dom' not in sys.modules\nprint(sys.flags.dont_write_bytecode)\n# END a\n"
        "import xml.dom\n"
    )
    found = mini.prove(source)
    assert (passed(found), found["a"].output) == (True, "1\n")
    mini.set(fresh=False)
    assert brief(mini.prove(source)) == {"a": ("failed", 3)}  # the helper has imported what the Source does


@pytest.mark.parametrize("fresh", [False, True])
def test_a_source_ends_as_the_interpreter_does(mini: Mini, *, fresh: bool) -> None:
    """Threads are joined, exit functions run, what was left open is closed: forked as in a process of its own."""
    mini.set(fresh=fresh)
    log = mini.root / "log"
    source = (
        f"import atexit, concurrent.futures, threading, time\nlog = open({str(log)!r}, 'a')\n# START a\n"
        "def late(word):\n    time.sleep(0.2)\n    print(word, file=log, flush=True)\n"
        "threading.Thread(target=late, args=('thread',)).start()\n"
        "pool = concurrent.futures.ThreadPoolExecutor()\npool.submit(late, 'pool')\n"
        "atexit.register(late, 'atexit')\n"
        f"class Last:\n    def __del__(self, open=open):\n        open({str(log)!r}, 'a').write('closed')\n"
        "last = Last()\n# END a\nraise SystemExit('words')\n"
    )
    found = mini.prove(source)["a"]
    assert found.reason == "hidden code after it: the process ended with exit code 1"
    assert found.details == "words\n"
    assert sorted(log.read_text().split()[:2]) == ["pool", "thread"]
    assert log.read_text().split()[2:] == ["atexit", "closed"]


def test_what_cannot_be_forked_is_run_fresh_with_a_log_line(mini: Mini) -> None:
    """A module that starts a thread when it is imported would not survive a fork."""
    source = "# START a\nimport wsgiref.handlers\n# END a\n"
    runner_folder = mini.root / "threads"
    runner_folder.mkdir()
    (runner_folder / "sitecustomize.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )
    mini.set(env=("PYTHONPATH",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(runner_folder))
        assert passed(mini.prove(source))
    assert mini.logged == ["py: a fresh process for each Source: what the Sources import starts a thread"]


@pytest.mark.parametrize("fresh", [False, True])
def test_what_a_source_starts_is_gone_when_it_ends(mini: Mini, fresh: bool) -> None:
    """A child in a session of its own, one that was orphaned, and one that ignores SIGTERM: none survives."""
    mini.set(fresh=fresh)
    sleep = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(765432)"
    source = (
        "import subprocess, sys\n# START a\n"
        f"subprocess.Popen([sys.executable, '-c', {sleep!r}], start_new_session=True)\n"
        f"subprocess.run(['sh', '-c', 'sleep 765432 & exit'], check=True)\n# END a\n"
    )
    assert passed(mini.prove({"py/a.py": source, "py/b.py": "# START b\nx = 1\n# END b\n"}))
    assert left_running(with_argument("765432")) == []


def test_a_source_that_kills_its_parent_takes_only_itself_along(mini: Mini) -> None:
    """The helper is started again for the next Source."""
    source = "import os\n# START a\nos.kill(os.getppid(), 9)\nimport time; time.sleep(5)\n# END a\n"
    found = mini.prove({"py/a.py": source, "py/b.py": "# START b\nx = 1\n# END b\n"})
    assert brief(found) == {"py/a.py::a": ("failed", 2), "py/b.py::b": ("passed", 1)}
    assert "killed by signal 9" in found["py/a.py::a"].reason


def test_a_hang_and_a_flood_cost_only_their_own_source(mini: Mini) -> None:
    """Both are stopped, the first at its line; the next Source runs as if nothing had been."""
    mini.set(timeout=1.0, output_limit=1_000_000)
    begin = time.monotonic()
    found = mini.prove(
        {
            "py/a.py": "# START a\nwhile True:\n    pass\n# END a\n",
            "py/b.py": "# START b\nprint('x' * 100_000_000)\n# END b\n",
            "py/c.py": "# START c\nprint('y')\n# END c\n",
        }
    )
    assert time.monotonic() - begin < 15
    assert found["py/a.py::a"].line in (2, 3)
    assert "still running after 1 s" in found["py/a.py::a"].reason
    assert "printed more than 1,000,000 bytes" in found["py/b.py::b"].reason
    assert (passed({"c": found["py/c.py::c"]}), found["py/c.py::c"].output) == (True, "y\n")


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("# START a\n{}['key']\n# END a\n", 2, "KeyError: 'key'"),
        ("1 / 0\n# START a\nx = 1\n# END a\n", 1, "hidden code before it: ZeroDivisionError"),
        ("import no_such_module\n# START a\nx = 1\n# END a\n", 1, "hidden code before it: ModuleNotFoundError"),
        ("# START a\nx = (\n# END a\n", 2, "SyntaxError: '(' was never closed"),
        ("# START a\nlen(3)\n# END a\n", 2, "TypeError: object of type 'int' has no len()"),
        ("# START a\nimport sys; sys.exit(0)\nx = 1\n# END a\n", 3, "as a whole: line 3 never ran"),
        ("# START a\nimport os; os._exit(0)\nx = 1\n# END a\n", 3, "as a whole: line 3 never ran"),
        ("import sys\nsys.excepthook = lambda *_: None\n# START a\nassert 1 == 2\n# END a\n", 4, "AssertionError"),
        ("import atexit, os\natexit.register(os._exit, 0)\n# START a\nassert 1 == 2\n# END a\n", 4, "AssertionError"),
        ("'''\n# START a\nx\n# END a\n'''\n", 2, "it is inside a string literal"),
    ],
)
def test_what_goes_wrong_is_red_at_its_line(mini: Mini, source: str, line: int, reason: str) -> None:
    """Each failure names the line of the docs source; an exit code of 0 hides nothing."""
    found = mini.prove(source)["a"]
    assert (str(found.outcome) in ("failed", "not executed"), found.line) == (True, line), found
    assert reason in found.reason


def test_hidden_code_that_fails_is_blamed_on_the_snippet_before_it(mini: Mini) -> None:
    """Not on one above, whose function would have been called later; but on one that was never entered."""
    load = "# START load\ndef load():\n    return 1\n# END load\n"
    inner = "def main():\n    # START main\n    print(1)\n    # END main\n"
    one = "# START one\nx = 1\n# END one\n"
    found = mini.prove(
        {
            "py/a.py": f"{load}{one}assert x == 2\nload()\n",
            "py/b.py": f"{one}{inner}assert x == 2\nmain()\n",
            "py/c.py": f"{load}assert load == 2\nload()\n",
        }
    )
    assert {name: str(verdict.outcome) for name, verdict in found.items()} == {
        "py/a.py::load": "blocked",
        "py/a.py::one": "failed",
        "py/b.py::one": "passed",
        "py/b.py::main": "failed",
        "py/c.py::load": "failed",
    }


def test_only_modules_of_the_environment_are_imported_ahead(mini: Mini) -> None:
    """A helper module that stands beside a Source runs when the Source imports it, and not before."""
    mini.write("py/beside.py", "print('imported')\n")
    found = mini.prove("# START a\nimport beside, json\n# END a\n")
    assert (passed(found), found["a"].output) == (True, "imported\n")


def test_options_reach_the_interpreter(mini: Mini) -> None:
    """``options`` of the Suite are the interpreter's, forked or not."""
    mini.suite = mini.suite._replace(options=("-W", "error"))
    source = "# START a\nimport sys\nprint(sys.warnoptions)\n# END a\n"
    assert mini.prove(source)["a"].output == "['error']\n"
    mini.set(fresh=True)
    assert mini.prove(source)["a"].output == "['error']\n"


def test_secrets_are_masked(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that was given to the Source shows neither in its output nor in its traceback."""
    monkeypatch.setenv("API_KEY", "sesame-4711")
    mini.set(env=("API_KEY",))
    found = mini.prove(
        "import os\n# START a\nprint(os.environ['API_KEY'])\nraise OSError(os.environ['API_KEY'])\n# END a\n"
    )
    assert (found["a"].output, found["a"].reason) == ("<API_KEY>\n", "OSError: <API_KEY>")
    assert "sesame" not in found["a"].details


def test_a_lock_file_is_installed_once(mini: Mini) -> None:
    """The second Runner finds the environment and calls neither venv nor pip."""
    mini.write("py/requirements.lock", "")
    mini.suite = mini.suite._replace(lock="py/requirements.lock")
    mini.settings = mini.settings._replace(cache_dir=str(mini.root / "cache"))
    source = "import sys\n# START a\nprint(sys.prefix)\n# END a\n"
    first = mini.prove(source)["a"].output
    assert mini.logged[0] == "py: installing what py/requirements.lock pins (once)"
    assert first.startswith(str(mini.root / "cache"))
    assert first != sys.prefix
    mini.logged.clear()
    assert (mini.prove(source)["a"].output, mini.logged) == (first, [])


def test_the_lock_file_of_uv(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """One beside or above the Suite; pip gets what it pins, and resolves nothing."""
    package = '[[package]]\nname = "docs"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }]\n'
    pinned = '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "r" }\nsdist = { hash = "sha256:1" }\n'
    mini.write("uv.lock", f"{package}\n{pinned}")
    mini.suite = mini.suite._replace(lock="uv.lock")
    mini.settings = mini.settings._replace(cache_dir=str(mini.root / "cache"))
    calls: list[list[str]] = []

    def call(context: object, command: list[str], **_: object) -> str:
        calls.append([*command[:1], Path(command[-1]).read_text()] if "pip" in command else command)
        assert "pip" not in command or "--no-deps" in command
        return ""

    monkeypatch.setattr("snipproof.run.runners.python.runner.call", call)
    mini.runner()
    assert calls[1][1] == "a==1 \\\n    --hash=sha256:1\n"
    mini.write("uv.lock", "1")
    with pytest.raises(SettingsError, match=r"^uv.lock:1:1 not a lock file of uv"):
        mini.runner()


def test_a_damaged_file_in_the_cache_of_pip_is_downloaded_again(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip itself gives up when the checksum of what it has cached is wrong; other failures are not tried again."""
    mini.write("py/requirements.lock", "")
    mini.suite = mini.suite._replace(lock="py/requirements.lock")
    mini.settings = mini.settings._replace(cache_dir=str(mini.root / "cache"))
    outputs = ["", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", ""]
    calls: list[str] = []

    def call(context: object, command: list[str], *, name: str, **_: object) -> str:
        calls.append(f"{name} {command[-1]}")
        if output := outputs.pop(0):
            raise CommandError(name, 1, output)
        return ""

    monkeypatch.setattr("snipproof.run.runners.python.runner.call", call)
    runner = mini.runner()
    assert isinstance(runner, PythonRunner)
    cached = runner.interpreter.parents[1]
    assert calls == [f"venv {cached}", f"pip {mini.root}/py/requirements.lock", "pip --no-cache-dir"]
    mini.write("py/requirements.lock", "# another\n")
    outputs += ["", "ERROR: no network"]
    with pytest.raises(InfrastructureError, match=r"py/requirements.lock:1:1 failed to make the environment: pip"):
        mini.runner()
    assert len(calls) == 5


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    "code",
    [
        "os.write(number, b'1\\n[]\\nnull\\n\"cat\"')",
        ('os.write(number, b\'{"line": 9, "time": 1}\\n{"line": 11, "time": 1}\\n{"status": 0}\\n\')', "passed"),
        "os.close(number)",
        "os.ftruncate(number, 0)",
    ],
)
def test_a_source_may_do_anything_to_open_files(mini: Mini, code: str, *, fresh: bool) -> None:
    """What it writes proves nothing, and what it closes or empties loses no event of a probe."""
    mini.set(fresh=fresh)
    source = (
        "import os\n# START a\nfor number in range(3, 64):\n    try:\n"
        f"        {code}\n    except OSError:\n        pass\n# END a\n# START b\nprint('b')\n# END b\n"
        "def never():\n    # START c\n    print('c')\n    # END c\n"
    )
    found = mini.prove({"py/a.py": source, "py/b.py": "# START b\nx = 1\n# END b\n"})
    assert {name: str(verdict.outcome) for name, verdict in found.items()} == {
        "py/a.py::a": "passed",
        "py/a.py::b": "passed",
        "py/a.py::c": "not executed",
        "py/b.py::b": "passed",
    }


def test_a_source_that_empties_its_events_proves_nothing(mini: Mini) -> None:
    """Nor does one that forges them, or that removes the folder they are in."""
    source = (
        "import os, shutil\n# START a\nplace = os.path.join(os.environ['HOME'], 'events')\n{}\n# END a\n"
        "def never():\n    # START c\n    print('c')\n    # END c\n"
    )
    for code in (
        "os.truncate(place, 0)",
        'open(place, \'w\').write(\'{"line": 7, "time": 1}\\n{"line": 9, "time": 1}\\n\')',
        "shutil.rmtree(os.environ['HOME'])",
    ):
        found = mini.prove(source.format(code))
        assert [str(found[name].outcome) for name in "ac"] == ["not executed", "not executed"], code


def test_exceptions_without_words(mini: Mini) -> None:
    """Methods of an exception may fail: its type and the line that raised it are known, also with such a cause."""
    bad = """\
        class CatError(Exception):
            def __str__(self):
                raise SystemExit(5)
            __repr__ = __str__
        class Group(ExceptionGroup):
            exceptions = property(lambda self: 1 / 0)
        # START a
        print(1)
        {}
        # END a
        """
    for fresh in (False, True):
        mini.set(fresh=fresh)
        for statement, reason in {
            "raise CatError()": "CatError: its message cannot be read: SystemExit",
            "raise KeyError(CatError())": "KeyError: its message cannot be read: SystemExit",
            "raise ValueError('no cat') from CatError()": "ValueError: no cat",
            "raise SystemExit(CatError())": "SystemExit: its message, of type CatError, cannot be read",
            "raise Group('no cats', [CatError()])": "Group: no cats",
        }.items():
            found = mini.prove(textwrap.dedent(bad).replace("{}", statement))["a"]
            assert (str(found.outcome), found.line) == ("failed", 9), (statement, found)
            assert found.reason.startswith(reason), found.reason
            assert "main.py" not in found.details


#: By name: code, and what it prints.
AS_WRITTEN = {
    "names": ("def f(a):\n    b = 1\n    print(locals(), dir())\nf(2)", "{'a': 2, 'b': 1} ['a', 'b']\n"),
    "no_arguments": (
        """\
class C:
    def f(self):
        return 1
C()
try:
    C(1)
except TypeError as error:
    print(error)""",
        "C() takes no arguments\n",
    ),
    "thrown": (
        """\
from contextlib import contextmanager, suppress
@contextmanager
def f():
    print('in')
    try:
        yield
    except KeyError:
        print('caught')
for _ in range(2):
    with f():
        raise KeyError""",
        "in\ncaught\n" * 2,
    ),
    "stream": (
        """\
import sys
class Tee:
    def write(self, text):
        sys.__stdout__.write(text)
    def flush(self):
        sys.__stdout__.flush()
sys.stdout = Tee()
print('cat', flush=True)""",
        "cat\n",
    ),
    "recursion": ("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(22))", "17711\n"),
    "loop": ("def f(n):\n    return n\nfor n in range(300_000):\n    f(n)\nprint(n)", "299999\n"),
    "return": (
        """\
import asyncio
async def f():
    yield 1
    return
async def g():
    async for x in f():
        print(x)
asyncio.run(g())""",
        "1\n",
    ),
}


def test_a_source_runs_as_it_was_written(mini: Mini) -> None:
    """Probes change nothing that it can see, nor does a loop cost much."""
    found = mini.prove({f"py/{name}.py": f"# START a\n{code}\n# END a\n" for name, (code, _) in AS_WRITTEN.items()})
    assert passed(found), found
    assert {name: found[f"py/{name}.py::a"].output for name in AS_WRITTEN} == {n: p for n, (_, p) in AS_WRITTEN.items()}


@pytest.mark.parametrize("fresh", [False, True])
def test_failures_that_end_no_process_are_red(mini: Mini, *, fresh: bool) -> None:
    """A task whose exception nobody retrieves, a coroutine that only a cycle holds: also with a late `asyncio`."""
    mini.set(fresh=fresh)
    late = "asyncio = __import__('importlib').import_module('asyn' + 'cio')\n"
    task = """\
async def f():
    raise KeyError('cat')
async def g():
    # START a
    task = asyncio.create_task(f())
    # END a
    await asyncio.sleep(0)
    del task
asyncio.run(g())
"""
    cycle = """\
class C: ...
async def f():
    x = 1
asyncio.run(f())
# START a
c = C()
c.c = c
c.f = f()
del c
# END a
"""
    thread = """\
import threading
threading.excepthook = lambda args: None
def f():
    raise KeyError('cat')
# START a
thread = threading.Thread(target=f)
thread.start()
thread.join()
# END a
"""
    found = mini.prove({"py/task.py": late + task, "py/cycle.py": late + cycle, "py/thread.py": thread})
    assert brief(found) == {
        "py/task.py::a": ("failed", 5),
        "py/cycle.py::a": ("failed", 9),
        "py/thread.py::a": ("failed", 4),
    }
    assert found["py/cycle.py::a"].reason == "RuntimeWarning: the coroutine `f` was never awaited"


def test_an_error_on_purpose_is_the_last_that_a_snippet_does(mini: Mini) -> None:
    """The Source goes on behind END, but not in another part of the Snippet; an exit is an error, too."""
    source = """\
# START a {raises: KeyError}
cats = {}
cats['tom']
# END a
print(cats)
# START a
cats['tom'] = 1
# END a
# START b {raises: SystemExit}
raise SystemExit(3)
# END b
# START c
print(cats)
# END c
"""
    found = mini.prove(source)
    assert brief(found) == {"a": ("failed", 1), "b": ("passed", 9), "c": ("passed", 12)}
    assert found["a"].reason == "it raises `KeyError`, but line 7 ran after that"
