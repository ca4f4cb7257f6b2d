"""A server that is given by its address: several workers, and one that stops answering."""

from __future__ import annotations

import pytest
from tests.support.project import SUITE, Project

BINDING = "bindings: [{find: 'http://localhost:8080', replace: '{weaviate.url}'}]\nfixtures: [menu]\n"
STORE = """
import json
from urllib.request import Request, urlopen

import pytest

DISH = "00000000-0000-0000-0000-000000000001"


def store(address):
    def send(path, body):
        headers = {"Content-Type": "application/json"}
        urlopen(Request(address.url + path, json.dumps(body).encode(), headers, method="POST")).close()

    send("/v1/schema", {"class": "Dish", "vectorizer": "none", "properties": [{"name": "title", "dataType": ["text"]}]})
    send("/v1/objects", {"class": "Dish", "id": DISH, "properties": {"title": "Soup"}, "vector": [1]})


@pytest.fixture(scope="session")
def menu(snippet_state):
    snippet_state.keep(store)
"""
SOURCE = """
import json, time
from urllib.request import Request, urlopen

url = "http://localhost:8080/v1/objects/Dish/00000000-0000-0000-0000-000000000001"


def title():
    return json.load(urlopen(url))["properties"]["title"]


# START read {name}
print(title())
# END read {name}
time.sleep(0.3)
# START change {name}
change = {{"class": "Dish", "properties": {{"title": "Salad {name}"}}}}
headers = {{"Content-Type": "application/json"}}
urlopen(Request(url, json.dumps(change).encode(), headers, method="PATCH")).close()
print(title())
# END change {name}
'''
# START Expected read {name} results
Soup
# END Expected read {name} results
# START Expected change {name} results
Salad {name}
# END Expected change {name} results
'''
"""


@pytest.mark.slow
def test_workers_that_share_a_server_do_not_touch_each_others_data(project: Project) -> None:
    """The Outcomes are the same with any number of workers, however tests are distributed among them."""
    pytest.importorskip("xdist")
    project.write("conftest.py", STORE)
    project.write("snippets/py/suite.yaml", SUITE + BINDING)
    for name in "abc":
        project.write(f"snippets/py/{name}.py", SOURCE.format(name=name))
    for workers in ((), ("-n", "3"), ("-n", "2", "--dist", "loadfile")):
        result = project.prove(*workers)
        result.assert_outcomes(passed=6)
        assert result.ret == 0


FREEZE = """
import os, socket, threading
from urllib.parse import urlsplit

server = urlsplit(os.environ["SNIPPROOF_WEAVIATE_URL"])
awake = threading.Event()
awake.set()


def pass_on(source, target):
    while data := source.recv(65536):
        awake.wait()
        target.sendall(data)
    target.close()


def listen():
    while True:
        here, _ = door.accept()
        there = socket.create_connection((server.hostname, server.port))
        for pair in ((here, there), (there, here)):
            threading.Thread(target=pass_on, args=pair, daemon=True).start()


door = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=listen, daemon=True).start()
os.environ["SNIPPROOF_WEAVIATE_URL"] = f"http://127.0.0.1:{door.getsockname()[1]}"


def pytest_runtest_teardown(item):
    awake.clear()
"""


@pytest.mark.slow
def test_a_frozen_server_ends_the_run_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows is an infrastructure failure at once: no Source waits for the server again."""
    address = project.services.weaviate
    monkeypatch.setenv("SNIPPROOF_WEAVIATE_URL", address.url)
    monkeypatch.setenv("SNIPPROOF_WEAVIATE_GRPC", f"{address.grpc_host}:{address.grpc_port}")
    project.write("conftest.py", FREEZE)
    for name in "abcdefg":
        project.write(f"snippets/py/{name}.py", f"# START {name}\nprint(1)\n# END {name}\n")
    result = project.pytester.runpytest_subprocess("-p", "no:randomly", "snippets")
    result.assert_outcomes(passed=1, errors=1, skipped=5)
    result.stdout.fnmatch_lines(["*is frozen: no byte came from it for 10 s*", "*restart it*"])
    assert result.duration < 60  # six waits take longer
    assert result.ret == 69
