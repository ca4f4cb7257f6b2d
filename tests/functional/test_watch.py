"""``snipproof watch`` at a terminal, on a real server: saves, keys, requests of other programs, and what ends it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.processes import left_running, living
from tests.support.project import SETTINGS, Project
from tests.support.watching import Watch, temporary_folder

from snipproof.config import load_settings
from snipproof.report.last_run import read_last_run
from snipproof.services.weaviate.borrowed import BorrowedServers, borrow
from snipproof.services.weaviate.server import call

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_without_slow_plugins")]

SOURCE = """\
# START one
print({one})
# END one
'''
# START Expected one results
1
# END Expected one results
'''
# START two
print(2)
# END two
"""
OTHER = "# START three\nprint(3)\n# END three\n"
PAGE = """\
import A from '!!raw-loader!../snippets/py/source.py';

<FilteredTextBlock text={A} startMarker="# START one" endMarker="# END one" language="py" />
"""
ONE, TWO, THREE = "snippets/py/source.py::one", "snippets/py/source.py::two", "snippets/py/other.py::three"
Start = Callable[..., Watch]


@pytest.fixture
def start(project: Project) -> Iterator[Start]:
    """Return what starts a watcher of the project on the running server; it ends with the test."""
    project.write("snippets/py/source.py", SOURCE.format(one=1))
    project.write("snippets/py/other.py", OTHER)
    project.write("docs/page.mdx", PAGE)
    address = project.services.weaviate
    given = {
        "SNIPPROOF_WEAVIATE_MODE": "url",
        "SNIPPROOF_WEAVIATE_URL": address.url,
        "SNIPPROOF_WEAVIATE_GRPC": f"{address.grpc_host}:{address.grpc_port}",
    }
    with temporary_folder() as temporary:
        started: list[Watch] = []

        def begin(*arguments: str, root: Path | None = None, **environ: str) -> Watch:
            watch = Watch(root or project.pytester.path, temporary, *arguments, environ={**given, **environ})
            started.append(watch)
            return watch

        yield begin
        for watch in started:
            watch.close()
        assert left_running(lambda process: any(watch.owns(process) for watch in started)) == []


def test_what_is_saved_is_proven(start: Start) -> None:
    """A Source, then a Page, then a Suite; each by itself, and `check` reports what it finds in them."""
    watch = start()
    watch.wait_for("watching 2 Sources and 1 page; h for help")
    watch.save("snippets/py/source.py", SOURCE.format(one=4))
    found = "SP204 no page shows the Region 'two'"
    text = watch.wait_for(found, "FAILED snippets/py/source.py::one", "expected 1, actual 4", "1 passed, 1 failed in")
    assert "other.py" not in text
    text = watch.wait_for("; u updates it", "check: 2 findings, 1 of them not shown here")
    assert "SP204" not in text
    watch.save("snippets/py/source.py", SOURCE.format(one=1))
    watch.wait_for("source.py\n", "2 passed in")
    watch.save("docs/page.mdx", f"{PAGE}\nMore.\n")
    watch.wait_for(" docs/page.mdx\n", "2 passed in", "check: ")
    watch.save("snippets/py/new.py", "# START new\nprint(3)\n# END new\n")
    watch.wait_for("snippets/py/new.py\n", "1 passed in")
    watch.save("snippets/py/suite.yaml", "flavour: py\nlanguage: python\nsources: ['*.py']\noptions: ['-X', 'dev']\n")
    watch.wait_for("snippets/py/suite.yaml\n", "4 passed in")
    watch.save("snippets/py/suite.yaml", "flavour: py\nlanguage: 7\nsources: ['*.py']\n")
    watch.wait_for("snipproof: snippets/py/suite.yaml:2:")
    watch.save("snippets/py/suite.yaml", "flavour: py\nlanguage: python\nsources: ['*.py']\n")
    watch.wait_for("4 passed in")
    (watch.root / "snippets/py/new.py").unlink()
    watch.save("snippets/py/source.py", "print('nothing to show'\n")
    watch.wait_for("source.py\n", "no Snippet in this Source", "1 error in")
    text = watch.wait_for("check:")
    assert "docs/page.mdx:3:" in text  # a finding that is new, in a file that was not saved
    watch.press("q")
    assert watch.end() == 0


def test_what_is_new_in_a_new_folder_is_proven(start: Start) -> None:
    """Pages and Sources that come with their folders: only the first of the new folders is reported to have changed."""
    watch = start()
    watch.wait_for("watching 2 Sources and 1 page; h for help")
    (watch.root / "docs/new/deep").mkdir(parents=True)
    watch.save("docs/new/deep/page.mdx", PAGE.replace("../", "../../../").replace("# START one", "# START onx"))
    watch.wait_for(" docs/new/deep/page.mdx\n", "page.mdx:3:1 SP201", "2 passed in")
    watch.save("docs/new/deep/page.mdx", PAGE.replace("../", "../../../"))
    watch.wait_for(" docs/new/deep/page.mdx\n", "2 passed in", "check:")
    (watch.root / "docs/empty").mkdir()
    time.sleep(1)  # a page that is written once the folder has been read as an empty one
    watch.save("docs/empty/page.mdx", PAGE.replace("../", "../../"))
    watch.wait_for(" docs/empty/page.mdx\n", "2 passed in", "check:")


def test_keys(start: Start) -> None:
    """Enter, a, f, p and u with its review; q ends a run as well."""
    watch = start()
    watch.wait_for("h for help")
    watch.press("f")
    watch.wait_for("nothing has failed")
    watch.press("h")
    watch.wait_for("a  run all")
    watch.press("a")
    watch.wait_for("3 passed in")
    watch.save("snippets/py/source.py", SOURCE.format(one=4))
    watch.wait_for("1 passed, 1 failed in")
    watch.press("f")
    watch.wait_for("1 failed in")
    watch.press("u")
    watch.wait_for("-1\n+4", "Write this?")
    watch.press("n\n")
    watch.wait_for("nothing was updated")
    watch.press("u")
    watch.wait_for("Write this?")
    watch.press("y\n")
    watch.wait_for("updated: snippets/py/source.py", "2 passed in")
    assert "\n4\n" in (watch.root / "snippets/py/source.py").read_text()
    watch.press("pthreex\x7f\n")
    watch.wait_for("filter: three")
    watch.press("a")
    watch.wait_for("1 passed in")
    watch.save(
        "snippets/py/other.py", "# START three\nimport time\nprint('begun', flush=True)\ntime.sleep(50)\n# END three\n"
    )
    watch.wait_for("other.py\n")
    watch.press("q")
    assert watch.end(20) == 0


def test_requests(start: Start) -> None:
    """The protocol over the socket, the last Outcomes in the file, and errors for what is not a request."""
    watch = start()
    watch.wait_for("h for help")
    status = watch.request("status")
    assert [each["event"] for each in status] == ["status", "finished"]
    assert (status[0]["state"], status[0]["root"]) == ("idle", str(watch.root))
    assert watch.request("run", ONE) == [
        {"event": "outcome", "snippet": ONE, "outcome": "passed", "message": ""},
        {"event": "finished", "passed": 1, "failed": 0, "written": []},
    ]
    assert read_last_run(watch.root)["snippets"][0]["id"] == ONE  # type: ignore[index]
    watch.save("snippets/py/source.py", SOURCE.format(one=5))  # the answer is that of the text of the moment
    failed, last = watch.request("run", ONE)
    assert (failed["outcome"], last["failed"]) == ("failed", 1)
    assert "expected 1, actual 5" in failed["message"]
    assert watch.request("update", ONE)[-1] == {
        "event": "finished", "passed": 0, "failed": 1, "written": ["snippets/py/source.py"],
    }  # fmt: skip
    watch.wait_for("updated: snippets/py/source.py")
    last_run = {each["id"]: each["outcome"] for each in read_last_run(watch.root)["snippets"]}  # type: ignore[index]
    assert last_run.keys() >= {ONE}

    def error(*lines: bytes) -> list[str]:
        with watch.connect() as connection, connection.makefile("rb") as replies:
            connection.sendall(b"".join(lines))
            connection.shutdown(1)  # a program that has no more to send still gets its answers
            return [found["message"] for found in map(json.loads, replies) if found["event"] == "error"]

    assert error(b'{"request": "ru', b"\n") == ["not a request: one JSON object a line expected"]
    assert error(b'{"request": "status"') == ["not a request: one JSON object a line expected"]
    assert (
        error(b"[1]\n", b"\xff\n", b'{"request": "status"}\n') == ["not a request: one JSON object a line expected"] * 2
    )
    assert error(b'{"request": "stop"}\n') == ["unknown request 'stop': run, update or status expected"]
    for names in ("7", "[]", "[7]", '"a"'):
        (found,) = error(f'{{"request": "run", "snippets": {names}}}\n'.encode())
        assert "requires a list of ids" in found
    assert (
        watch.request("run", "snippets/py/none.py::one")[-1]["message"]
        == "not a Source of a Suite: snippets/py/none.py"
    )
    assert watch.request("run", f"{ONE}x")[-1] == {"event": "error", "message": f"no such Snippet: {ONE}x"}
    line = json.dumps({"request": "run", "snippets": [TWO]}).encode() + b"\n"
    with watch.connect() as connection:  # a request that comes in parts, from a program that leaves before its answer
        connection.sendall(line[:20])
        connection.sendall(line[20:])
    assert watch.request("run", TWO, THREE)[-1]["passed"] == 2
    watch.process.send_signal(signal.SIGINT)
    assert watch.end() == 0


SLOW = """\
# START three
import time
time.sleep({seconds})
print('{text}')
# END three
'''
# START Expected three results
{shown}
# END Expected three results
'''
"""


def test_a_source_that_is_saved_while_it_runs_runs_again(start: Start) -> None:
    """No Outcome of its old text is reported, on the screen, to another program or in the last run."""
    watch = start()
    watch.wait_for("h for help")
    watch.save("snippets/py/other.py", SLOW.format(seconds=2, text="old", shown="other"))
    watch.wait_for("other.py\n")
    watch.save("snippets/py/other.py", SLOW.format(seconds=0, text="new", shown="new"))
    text = watch.wait_for("saved while it ran: running again", "1 passed in")
    assert "FAILED" not in text
    (entry,) = [each for each in read_last_run(watch.root)["snippets"] if each["id"] == THREE]  # type: ignore[index]
    assert (entry["outcome"], entry["output"]["size"]) == ("passed", len("new\n"))  # type: ignore[index]
    watch.save("snippets/py/other.py", SLOW.format(seconds=2, text="new", shown="other"))
    watch.wait_for("other.py\n")
    import threading

    timer = threading.Timer(1, watch.save, ("snippets/py/other.py", SLOW.format(seconds=0, text="new", shown="new")))
    timer.start()
    assert [each.get("outcome") for each in watch.request("run", THREE)] == ["passed", None]
    timer.join()


@pytest.mark.parametrize("how", ["TERM", "hang-up", "kill"])
def test_nothing_survives(start: Start, how: str) -> None:
    """Whatever ends the watcher while a Source runs: no process is left, which the fixture checks."""
    watch = start()
    watch.wait_for("h for help")
    watch.save("snippets/py/other.py", "# START three\nimport time\ntime.sleep(50)\n# END three\n")
    watch.wait_for("other.py\n")
    deadline = time.monotonic() + 20
    while len(living(watch.owns)) < 4:  # keepers and the Source
        assert time.monotonic() < deadline
        time.sleep(0.1)
    if how == "TERM":
        watch.process.terminate()
    elif how == "hang-up":
        os.close(watch.terminal)
        watch.terminal = -1
        watch.process.send_signal(signal.SIGHUP)
    else:
        watch.process.kill()
    assert watch.end() == (-9 if how == "kill" else 0)
    assert left_running(watch.owns) == []


LEND = """\
import json, urllib.request
import pytest

def store(address):
    data = json.dumps({"class": "Kept", "vectorizer": "none"}).encode()
    urllib.request.urlopen(urllib.request.Request(
        address.url + "/v1/schema", data, {"Content-Type": "application/json"})).close()

@pytest.fixture(scope="session")
def kept(snippet_state):
    snippet_state.keep(store)
"""
LENT_SUITE = """\
flavour: py
language: python
sources: ['*.py']
fixtures: [kept]
bindings: [{find: 'http://localhost:8080', replace: '{weaviate.url}'}]
"""
LISTS = """\
import json, urllib.request
# START three
found = json.load(urllib.request.urlopen("http://localhost:8080/v1/schema"))["classes"]
print([each["class"] for each in found])
data = json.dumps({"class": "Mine", "vectorizer": "none"}).encode()
urllib.request.urlopen(
    urllib.request.Request("http://localhost:8080/v1/schema", data, {"Content-Type": "application/json"})
).close()
# END three
'''
# START Expected three results
["Kept"]
# END Expected three results
'''
"""


def test_its_services_are_used_by_other_runs(start: Start, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if all settings are equal and it is idle; what its fixtures store is away meanwhile, and back afterwards.

    What a Source stores is removed behind it, as in any run.
    """
    project.write("conftest.py", LEND)
    project.write("snippets/py/suite.yaml", LENT_SUITE)
    project.write("snippets/py/other.py", LISTS)
    project.write("snippets/py/source.py", "print('http://localhost:8080')\n")
    watch = start("snippets/py/other.py")
    watch.wait_for("1 passed in")
    monkeypatch.setattr("tempfile.tempdir", str(watch.temporary))
    for name, value in {**watch.environ, "TMPDIR": str(watch.temporary)}.items():
        monkeypatch.setenv(name, value)
    result = project.pytester.runpytest_subprocess("snippets/py/other.py", "-p", "no:randomly")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*services: those of the watcher (process {watch.process.pid}); --snippets-fresh-*"])
    watch.wait_for("services: lent to another run", "services: given back")
    lines: list[str] = []

    def lent(timeout: str = "60") -> BorrowedServers | None:
        settings = load_settings(watch.root, overrides={"run.timeout": timeout})
        return borrow(settings, ["weaviate"], lines.append)

    assert lent("7") is None
    assert lines.pop().endswith("are not used: it has other settings")
    servers = lent()
    assert servers
    assert "those of the watcher" in lines.pop()
    assert lent() is None
    assert lines.pop().endswith("are not used: it is lending them already")
    assert not servers.renewable  # the server is one of the user's own
    call(servers.servers["weaviate"], "POST", "/v1/schema", {"class": "Left", "vectorizer": "none"})
    watch.save("snippets/py/other.py", f"{LISTS}\n")
    watch.wait_for("services: lent to another run")
    assert watch.request("status")[0]["state"] == "lent"
    servers.close()  # as if the other run was killed
    watch.wait_for("services: given back", "other.py\n", "1 passed in")
    watch.process.send_signal(signal.SIGSTOP)  # a watcher that hangs does not keep others from running
    with monkeypatch.context() as patched:
        patched.setattr("snipproof.services.weaviate.borrowed._LIVE", 0.3)
        began = time.monotonic()
        assert lent() is None
        assert time.monotonic() - began < 10  # not the time that lending may take
    assert "timed out" in lines.pop()
    watch.process.send_signal(signal.SIGCONT)
    servers = lent()
    assert servers
    servers.close()
    watch.wait_for("services: given back")


PYTEST = """\
[tool.pytest.ini_options]
addopts = ["-x", "-n", "2", "-W", "error"]
filterwarnings = ["error"]
"""


def test_what_the_session_depends_on(start: Start, project: Project) -> None:
    """Settings and fixtures begin a new session, another watcher is refused, and a docs tree that moves ends it."""
    watch = start()
    watch.wait_for("h for help")
    other = start()
    other.wait_for(f"process {watch.process.pid} watches {watch.root} already")
    assert other.end() == 2
    watch.press("pone\n")
    watch.wait_for("filter: one")
    watch.press("a")
    watch.wait_for("1 passed in")
    watch.save("pyproject.toml", f"{SETTINGS}\n{PYTEST}")
    watch.wait_for(
        "the session begins again: pyproject.toml has changed", "h for help", "1 passed in"
    )  # with its filter
    watch.save("pyproject.toml", f"{SETTINGS}unknown = 1\n")
    watch.wait_for("the session begins again", "pyproject.toml:", "unknown setting", "waiting for a change")
    watch.save("pyproject.toml", SETTINGS)
    watch.wait_for("h for help", "1 passed in")
    watch.save("conftest.py", "import none_such\n")
    watch.wait_for("begins again: conftest.py has changed", "No module named 'none_such'", "waiting for a change")
    (watch.root / "conftest.py").unlink()
    watch.wait_for("h for help", "1 passed in")
    moved = watch.root.with_name("moved")
    watch.root.rename(moved)
    watch.wait_for("snipproof:", "was moved or deleted", "start the watcher again where it is now")
    assert watch.end() == 69
    assert not watch.root.exists()
    moved.rename(watch.root)


def test_a_server_that_ends_is_started_again(start: Start) -> None:
    """While nothing runs, the session begins again; while a Source runs, a fresh server takes its place."""
    watch = start(SNIPPROOF_WEAVIATE_MODE="embedded")

    def kill_server() -> None:
        (found,) = [each for each in living(watch.owns) if each.exe().endswith("weaviate-server")]
        found.kill()

    watch.wait_for("h for help")
    kill_server()
    watch.wait_for("the session begins again: weaviate: the server at", "has ended", "h for help")
    watch.save("snippets/py/other.py", SLOW.format(seconds=2, text="a", shown="a"))
    watch.wait_for("other.py\n")
    time.sleep(1)
    kill_server()
    watch.wait_for("a server was replaced by a fresh one meanwhile: running again", "1 passed in")
