"""Recordings of what a provider answered: made against a provider of the test's own, and replayed without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import pytest
from tests.support.project import Project

from snipproof.services.http_server import HttpServer

pytestmark = pytest.mark.slow

KEY = "sk-proj-Zq81xTg5Lw0PsYh3Vb7RkD2n"
FILE = "recordings/snippets/py/api.openai.com.jsonl"
SETTINGS = """
[tool.snipproof]
pages = ['docs']
suites = ['snippets/*/suite.yaml']
recordings-max-age = 30

[tool.snipproof.providers]
'api.openai.com' = 'replay'

[tool.snipproof.run]
env = ['OPENAI_APIKEY']
"""
SUITE = """flavour: py
language: python
sources: ["*.py"]
network: documented
"""
SOURCE = '''import os

import requests
import weaviate
from weaviate.classes.config import Configure

headers = {"X-OpenAI-Api-Key": os.environ.get("OPENAI_APIKEY", "")}
client = weaviate.connect_to_local(headers=headers)

# START create
questions = client.collections.create(
    "Question", vector_config=Configure.Vectors.text2vec_openai(model="text-embedding-3-small", dimensions=512)
)
for text in ("A violin has four strings", "The liver stores glycogen", "A locomotive ran in 1804"):
    questions.data.insert({"question": text})
# END create

# START search
found = questions.query.near_text("biology", limit=1, return_metadata=["distance"])
print(found.objects[0].properties["question"], found.objects[0].metadata.distance)
# END search

"""
# START Expected search results
The liver stores glycogen 0.25
# END Expected search results
"""

# START chat
reply = requests.post(
    "https://api.openai.com/v1/chat/completions",
    json={"model": "gpt-5", "messages": [{"role": "user", "content": "Hello"}]},
    headers={"Authorization": "Bearer " + os.environ.get("OPENAI_APIKEY", "")},
)
if reply.ok:
    print(reply.json()["choices"][0]["message"]["content"], reply.json()["id"])
# END chat

"""
# START Expected chat results
Hello to you removed
# END Expected chat results
"""

client.close()
'''


class Provider(BaseHTTPRequestHandler):
    """An OpenAI of the test's own: it wants the key, and its vectors have the cosine 0.75 with that of "biology"."""

    protocol_version = "HTTP/1.1"
    requests: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.path, self.headers.get("Authorization", "")))
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._send(401, {"error": {"message": f"Incorrect API key: {self.headers.get('Authorization')}"}})
        elif self.path == "/v1/embeddings":
            data = [
                {"object": "embedding", "index": index, "embedding": self._vector(text)}
                for index, text in enumerate(body["input"])
            ]
            usage = {"prompt_tokens": 4, "total_tokens": 4}
            self._send(200, {"object": "list", "data": data, "model": body["model"], "usage": usage})
        else:
            message = {"role": "assistant", "content": "Hello to you"}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            self._send(
                200,
                {"id": "chatcmpl-B9MHDbslf", "created": 1764400000, "model": "gpt-5-2025-08-07", "choices": choices},
            )

    def _vector(self, text: str) -> list[float]:
        rest = 0.4375**0.5  # of a unit vector whose first number is 0.75
        first = (1.0, 0.0) if text == "biology" else (0.75, rest) if "liver" in text else (0.0, 1.0)
        return [*first, *[0.0] * 510]

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("x-request-id", "req_0123456789")
        self.send_header("openai-organization", "org-of-somebody")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[str]:
    Provider.requests.clear()
    server = HttpServer(Provider)
    yield server.url
    server.stop()


EMBEDDED = ("--snippets-weaviate", "embedded")  # only such a server reaches the provider


@pytest.fixture(autouse=True)
def _suite(project: Project) -> None:
    project.write("pyproject.toml", SETTINGS)
    project.write("snippets/py/suite.yaml", SUITE)


def test_record_then_replay_offline_through_weaviate(
    project: Project, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same output without the provider and without a key, from recordings that are old.

    Another text and another model are not recorded: their Snippets fail, though one Source ignores the response.
    """
    with monkeypatch.context() as patch:
        patch.setenv("OPENAI_APIKEY", KEY)
        done = project.prove(*EMBEDDED, "--snippets-providers", f"record=api.openai.com@{provider}", source=SOURCE)
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(
        [
            f"snipproof: providers: this run contacts api.openai.com (record at {provider})",
            "snipproof: providers: record",
            "*3 snippets proven, 2 expectations matched, Weaviate*",
        ]
    )
    assert {path for path, _ in Provider.requests} == {"/v1/embeddings", "/v1/chat/completions"}
    file = project.pytester.path / FILE
    text = file.read_text(encoding="utf-8")
    assert not re.search("sk-|req_|org-|chatcmpl|1764400000|[Bb]earer", text)
    assert len(text.splitlines()) == 5
    assert len(text) < 5 * 3000
    count = len(Provider.requests)

    lines = [re.sub('"recorded": "[^"]*"', '"recorded": "2020-01-01"', line) for line in text.splitlines()]
    file.write_text("\n".join(map(redigested, lines)) + "\n", encoding="utf-8")
    changed = SOURCE.replace('"biology"', '"botany"').replace('"gpt-5"', '"gpt-5-mini"')
    project.write("snippets/py/changed.py", changed)
    done = project.prove("-v", *EMBEDDED, "--snippets-report", "r.json")
    done.assert_outcomes(passed=4, failed=2)
    report = json.loads((project.pytester.path / "r.json").read_text())
    replayed = [each for each in report["snippets"] if each["outcome"] == "passed"]
    assert [each["providers"] for each in replayed] == [{"api.openai.com": "replay"}] * 4
    assert {each["outcome"] for each in report["expectations"] if "source.py" in each["id"]} == {"matched"}
    assert len(Provider.requests) == count
    place = f"is not recorded in {FILE}: the nearest recorded request differs at"
    failed = "*FAILED `{}`: ProviderError: POST api.openai.com/v1/{} " + place + " {}*"
    done.stdout.fnmatch_lines(
        [
            failed.format("search", "embeddings", '`input[[]0[]]`: it has *, not "botany"'),
            failed.format("chat", "chat/completions", '`model`: it has "gpt-5", not "gpt-5-mini"'),
            f"snipproof: {FILE}: 5 recordings made before *, the oldest on 2020-01-01: record them again *",
        ]
    )


def redigested(line: str) -> str:
    """Return a line of recordings with the digest of what it holds now."""
    from snipproof.services.providers.recording_file import _digest

    found = json.loads(line)
    return json.dumps({**found, "digest": _digest(found)}, ensure_ascii=False)


def test_a_damaged_recording_is_reported_with_its_line(project: Project) -> None:
    """Before anything of its Suite runs."""
    project.write(FILE, "nonsense\n")
    done = project.prove(source="# START a\nprint(1)\n# END a\n")
    done.stdout.fnmatch_lines([f"*{FILE}:1:1 damaged: it is not JSON*"])
    assert done.ret == pytest.ExitCode.USAGE_ERROR
