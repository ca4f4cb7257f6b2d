"""Sources whose changes no call undoes: each one finds what the Suite's fixtures stored, on a fresh server."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.processes import left_running, sweep, with_variable
from tests.support.project import SETTINGS, Project

pytestmark = pytest.mark.slow

ENVIRONMENT = """
[tool.snipproof.weaviate.env]
ENABLE_MODULES = "backup-filesystem"
BACKUP_FILESYSTEM_PATH = "/var/lib/weaviate/backups"
"""
SUITE = """
flavour: py
language: python
sources: [one.py, two.py, three.py]
fixtures: [kept, copied]
network: {network}
bindings: [{{find: 'http://localhost:8080', replace: '{{weaviate.url}}'}}]
"""
FIXTURES = """
import json
from urllib.request import Request, urlopen

import pytest


def send(address, path, body):
    headers = {"Content-Type": "application/json"}
    urlopen(Request(address.url + path, json.dumps(body).encode(), headers, method="POST")).close()


@pytest.fixture(scope="session")
def kept(snippet_state):
    snippet_state.keep(lambda address: send(address, "/v1/schema", {"class": "Kept", "vectorizer": "none"}))


@pytest.fixture(scope="session")
def copied(snippet_services, snippet_state):
    address = snippet_services.weaviate
    send(address, "/v1/schema", {"class": "Copied", "vectorizer": "none"})
    send(address, "/v1/objects", {"class": "Copied", "properties": {"title": "a"}, "vector": [1]})
    yield
    assert urlopen(address.url + "/v1/schema").status == 200  # it is still the address
"""
SOURCE = """
import json, time
from urllib.request import Request, urlopen

url = "http://localhost:8080"


def send(method, path, body=None):
    headers = {"Content-Type": "application/json"}
    text = urlopen(Request(url + path, body and json.dumps(body).encode(), headers, method=method)).read()
    return json.loads(text) if text else None


# START look NAME
print(sorted(each["class"] for each in send("GET", "/v1/schema")["classes"]))
print(send("GET", "/v1/objects?class=Copied")["objects"][0]["properties"])
# END look NAME
# START back up NAME
send("POST", "/v1/backups/filesystem", {"id": "night", "include": ["Kept"]})
while send("GET", "/v1/backups/filesystem/night")["status"] != "SUCCESS":
    time.sleep(0.1)
ELSEWHERE
send("DELETE", "/v1/schema/Copied")
send("DELETE", "/v1/schema/Kept")
# END back up NAME
'''
# START Expected look NAME results
['Copied', 'Kept']
{'title': 'a'}
# END Expected look NAME results
'''
"""


ELSEWHERE = """
send("POST", "/v1/backups/filesystem", {"id": "day", "include": ["Kept"], "config": {"path": "/tmp/FOLDER"}})
while send("GET", "/v1/backups/filesystem/day?path=/tmp/FOLDER")["status"] != "SUCCESS":
    time.sleep(0.1)
"""


def write(folder: Path, network: str, count: int, elsewhere: str = "") -> None:
    """Write a project with ``count`` Sources that all do the same."""
    (folder / "snippets/py").mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(SETTINGS + ENVIRONMENT)
    names = ["one", "two", "three"][:count]
    suite = SUITE.format(network=network).replace("[one.py, two.py, three.py]", str([f"{name}.py" for name in names]))
    (folder / "snippets/py/suite.yaml").write_text(suite)
    (folder / "snippets/py/conftest.py").write_text(FIXTURES)
    for name in names:
        (folder / f"snippets/py/{name}.py").write_text(SOURCE.replace("NAME", name).replace("ELSEWHERE", elsewhere))


@pytest.mark.parametrize(("network", "count"), [("bindings", 3), ("documented", 2)])
def test_each_source_finds_what_the_fixtures_stored(project: Project, binary: Path, network: str, count: int) -> None:
    """The programs were built for the first server; a line gives the reason for each fresh one.

    In the documented network, a server has temporary folders of its own, in which a Source may make backups, too.
    """
    folder = f"snipproof-{secrets.token_hex(8)}"
    elsewhere = ELSEWHERE.replace("FOLDER", folder) if network == "documented" else ""
    write(project.pytester.path, network, count, elsewhere)
    options = ["--snippets-weaviate", "embedded", "-p", "no:randomly", "-v"]
    done = project.pytester.runpytest_subprocess("snippets", *options)
    done.assert_outcomes(passed=2 * count)
    line = "snipproof: weaviate: fresh server: the backup filesystem/night (the API of Weaviate cannot delete a backup)"
    assert [each for each in done.outlines if "fresh server" in each] == [line] * count
    assert not Path("/tmp", folder).exists()  # noqa: S108 (the server's own)
    done.stdout.fnmatch_lines([f"*{2 * count} snippets proven, {count} expectations matched*"])


def test_nothing_is_left_of_a_killed_run_with_a_server_that_was_started_ahead(tmp_path: Path, binary: Path) -> None:
    """Killed while that one starts."""
    project, temp = tmp_path / "project", tmp_path / "temp"
    temp.mkdir()
    write(project, "bindings", 2)
    ours = with_variable("PATH", str(temp))
    own = {"TMPDIR": str(temp), "SNIPPROOF_WEAVIATE_BINARY": str(binary), "PATH": f"{temp}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pytest", "snippets", "--snippets-weaviate", "embedded", "-p", "no:cacheprovider"]
    env = os.environ | own
    with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as killed:
        deadline = time.monotonic() + 90
        while sum("server.log" in names for _, _, names in os.walk(temp)) < 3:  # the first, a fresh one and the next
            assert killed.poll() is None, "pytest ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        killed.kill()
    (base,) = temp.glob("snipproof-*")
    assert sweep(base) == ["sweep.lock"]
    assert left_running(ours) == []
