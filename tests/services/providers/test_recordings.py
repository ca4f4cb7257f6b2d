"""Recordings of what providers answered: how they are kept, looked up and refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.errors import DocsError, SettingsError
from snipproof.model import Suite
from snipproof.services.providers.cleaning import clean_query, cleaned, keys_of, normalised
from snipproof.services.providers.exchange import ProblemError, Request, Response
from snipproof.services.providers.modes import Mode, Modes
from snipproof.services.providers.packing import lengths, packed, unpacked
from snipproof.services.providers.recording_file import (
    Recorded,
    Sent,
    _digest,
    read_recordings,
    write_recordings,
)
from snipproof.services.providers.recordings import Recordings, days_of, file_name, suite_folder

HOST = "api.openai.com"
KEY = "sk-proj-Zq81xTg5Lw0PsYh3Vb7RkD2n"
SUITE = Suite("docs/py/suite.yaml", "py", "python", ())
RECORD = Mode("record")


def embedding(*texts: str, model: str = "text-embedding-3-small", **more: Any) -> Request:
    return Request(HOST, "POST", "/v1/embeddings", body={"model": model, "input": list(texts), "dimensions": 8, **more})


def provider(request: Request, _: Mode = RECORD) -> Response:
    """Return vectors whose first number is the length of the text."""
    data = [
        {"index": index, "embedding": [float(len(text)), *[0.1] * 7]}
        for index, text in enumerate(request.body["input"])
    ]
    return Response(200, {"data": data, "model": request.body["model"], "id": "x1", "created": 17, "usage": {"a": 1}})


def recordings(
    folder: Path, answer: Callable[[Request, Mode], Response] = provider, secrets: Mapping[str, str] | None = None
) -> Recordings:
    made = Recordings(folder, "recordings", secrets or {}, answer, contextlib.nullcontext)
    made.begin(SUITE)
    return made


def store(folder: Path, *requests: Request) -> Path:
    made = recordings(folder)
    for request in requests:
        made.record(request, HOST, RECORD)
    made.store()
    return folder / "docs" / "py" / f"{HOST}.jsonl"


def test_what_was_recorded_is_replayed_with_the_same_body(tmp_path: Path) -> None:
    """For any sender, in any order of members; files are sorted, and later recordings are added to them."""
    made = recordings(tmp_path)
    first = made.record(embedding("b"), HOST, RECORD)
    assert made.record(embedding("b"), HOST, RECORD) == first
    made.record(embedding("a"), HOST, RECORD)
    made.store()
    file = store(tmp_path, embedding("c"))
    texts = [json.loads(line)["request"]["body"]["input"] for line in file.read_text(encoding="utf-8").splitlines()]
    assert texts == [["a"], ["b"], ["c"]]
    request = embedding("b")._replace(headers={"authorization": "other"})
    request = request._replace(body=dict(reversed(request.body.items())))
    replayed = recordings(tmp_path, fails).replay(request, HOST)
    assert json.dumps(replayed.body) == json.dumps(first.body)
    assert (first.body["id"], first.body["created"], first.body["usage"]) == ("removed", 0, {"a": 1})


def fails(*_: object) -> Response:
    raise AssertionError("contacted")


def test_texts_are_replayed_in_other_lists_than_they_were_recorded_in(tmp_path: Path) -> None:
    store(tmp_path, embedding("a", "bb"), embedding("ccc", "dd"))
    body = recordings(tmp_path).replay(embedding("ccc", "a", "bb"), HOST).body
    assert [(each["index"], each["embedding"][0]) for each in body["data"]] == [(0, 3.0), (1, 1.0), (2, 2.0)]
    with pytest.raises(ProblemError):
        recordings(tmp_path).replay(embedding("a", "x"), HOST)


def test_lists_of_other_protocols(tmp_path: Path) -> None:
    """Those of Cohere by type beside the texts, and a response that is a list itself."""

    def cohere(request: Request, _: Mode) -> Response:
        texts = request.body["texts"]
        return Response(200, {"embeddings": {"float": [[len(text)] for text in texts]}, "texts": texts, "id": "1"})

    def plain(request: Request, _: Mode) -> Response:
        return Response(200, [[len(text)] for text in request.body["inputs"]])

    for host, key, answer in (("api.cohere.com", "texts", cohere), ("hf.example.com", "inputs", plain)):
        made = recordings(tmp_path, answer)
        for texts in (["a", "bb"], ["ccc", "d"]):
            made.record(Request(host, "POST", "/v2/embed", body={key: texts}), host, RECORD)
        made.store()
    made = recordings(tmp_path)
    found = made.replay(Request(HOST, "POST", "/v2/embed", body={"texts": ["ccc", "bb"]}), "api.cohere.com").body
    assert found == {"embeddings": {"float": [[3], [2]]}, "texts": ["ccc", "bb"], "id": "removed"}
    found = made.replay(Request(HOST, "POST", "/v2/embed", body={"inputs": ["d", "bb", "a"]}), "hf.example.com").body
    assert found == [[1], [2], [1]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (embedding("b"), 'the nearest recorded request differs at `input[0]`: it has "a", not "b"'),
        (
            embedding("b", model="text-embedding-3-large"),
            'differs at `model`: it has "text-embedding-3-small", not "text-embedding-3-large", and at 1 more',
        ),
        (embedding("a", encoding_format="float"), 'differs at `encoding_format`: it has nothing, not "float"'),
        (embedding("a", "b"), 'differs at `input[1]`: it has nothing, not "b"'),
        (embedding("a")._replace(path="/v1/other"), ": recorded paths are POST /v1/embeddings"),
        (embedding("a")._replace(query="api-version=2"), ": recorded paths are POST /v1/embeddings"),
        (embedding("a")._replace(body=None), 'differs at its body: it has {"model": "text-embedding-3-small"'),
    ],
)
def test_a_request_that_is_not_recorded_names_what_differs(tmp_path: Path, request_: Request, message: str) -> None:
    store(tmp_path, embedding("a"))
    with pytest.raises(ProblemError) as error:
        recordings(tmp_path).replay(request_, HOST)
    place = f"is not recorded in recordings/docs/py/{HOST}.jsonl"
    assert f"POST {HOST}{request_.path}" in str(error.value)
    assert place in str(error.value)
    assert message in str(error.value)


def test_nothing_is_recorded_for_another_suite_or_host(tmp_path: Path) -> None:
    store(tmp_path, embedding("a"))
    made = recordings(tmp_path)
    with pytest.raises(ProblemError, match="nothing is recorded for this host and Suite"):
        made.replay(embedding("a"), "other.example.com")
    made.begin(SUITE._replace(path="docs/go/suite.yaml"))
    assert made.replay(embedding("a"), HOST, anywhere=True).status == 200  # of a fixture
    with pytest.raises(ProblemError, match=r"recordings/docs/go/api.openai.com.jsonl: nothing is recorded"):
        made.replay(embedding("a"), HOST)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Response(401, {"error": {"message": "Incorrect key"}}), "answered with 401: Incorrect key"),
        (Response(500, b"Oh no", "text/plain"), "answered with 500: Oh no"),
        (Response(200, b"data: x", "text/event-stream"), "answered with text/event-stream, and only JSON can be"),
    ],
)
def test_what_cannot_be_recorded(tmp_path: Path, answer: Response, message: str) -> None:
    made = recordings(tmp_path, lambda *_: answer)
    with pytest.raises(ProblemError, match=message):
        made.record(embedding("a"), HOST, RECORD)
    made.store()
    assert list(tmp_path.iterdir()) == []


def test_an_error_hides_the_key_and_has_a_hint_if_there_is_none(tmp_path: Path) -> None:
    made = recordings(tmp_path, lambda request, _: Response(401, {"error": {"message": str(request.headers)}}))
    for key, shown, hint in (
        (KEY, "<authorization>", ""),
        ("stand-in", "<authorization>", "no key was sent: the Source"),
    ):
        with pytest.raises(ProblemError) as error:
            made.record(embedding("a")._replace(headers={"authorization": f"Bearer {key}"}), HOST, RECORD)
        assert key not in str(error.value)
        assert shown in str(error.value)
        assert error.value.hint.startswith(hint)
        assert bool(error.value.hint) is bool(hint)


def test_a_stream_is_not_requested_and_a_limit_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="a stream, which cannot be recorded"):
        recordings(tmp_path, fails).record(embedding("a", stream=True), HOST, RECORD)
    limit = Response(429, {}, headers={"retry-after": "1"})
    assert recordings(tmp_path, lambda *_: limit).record(embedding("a"), HOST, RECORD) == limit


def test_a_recording_with_a_key_is_not_written(tmp_path: Path) -> None:
    """Neither one of the settings, nor one that the request was sent with, nor what looks like one."""
    cases: tuple[tuple[dict[str, str], dict[str, str], str], ...] = (
        ({"MY_KEY": "0123456789abc"}, {}, "0123456789abc"),
        ({}, {"authorization": "Bearer kk-0123456789abc"}, "kk-0123456789abc"),
        ({}, {"openai-organization": "org-0123456789abc"}, "org-0123456789abc"),
        ({}, {}, KEY),
    )
    for secrets, headers, text in cases:
        made = recordings(tmp_path, secrets=secrets)
        made.record(embedding("fine"), HOST, RECORD)
        made.record(embedding(f"my key is {text}")._replace(headers=headers), HOST, RECORD)
        with pytest.raises(DocsError, match=f"{HOST}.jsonl: not written: POST /v1/embeddings: the recording holds"):
            made.store()
        made.store()
        assert list(tmp_path.iterdir()) == []


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "docs").symlink_to("../elsewhere")
    with pytest.raises(SettingsError, match="not written, since a link leads to"):
        store(tmp_path / "recordings", embedding("a"))


def changed(line: str, change: Callable[[dict[str, Any]], None], *, digest: bool) -> str:
    found = json.loads(line)
    change(found)
    if digest:
        found["digest"] = _digest(found)
    return json.dumps(found)


def _set(*keys: Any, value: Any) -> Callable[[Any], None]:
    def change(line: Any) -> None:
        for key in keys[:-1]:
            line = line[key]
        line[keys[-1]] = value

    return change


VECTOR = ("response", "body", "data", 0, "embedding")


@pytest.mark.parametrize(
    ("change", "digest", "message"),
    [
        (_set("response", "status", value=201), False, "damaged: it does not have its digest, so it was changed"),
        (_set("response", value={}), True, "damaged: a member of the request or the response is missing"),
        (_set(*VECTOR, "length", value=9), True, "damaged: a vector has 8 numbers, and its length is given as 9"),
        (_set(*VECTOR, "vector", value="?"), True, "damaged: a vector is not base64"),
        (_set(*VECTOR, "kind", value="x"), True, "damaged: a vector of the unknown kind 'x'"),
        (
            _set("response", "body", "model", value="embed-v4.0"),
            True,
            "of another model: the request names text-embedding-3-small, the response embed-v4.0",
        ),
        (
            _set("request", "body", "dimensions", value=16),
            True,
            "of another model: vectors of text-embedding-3-small have 16 numbers here, not 8",
        ),
        (_set("request", "body", "input", value=[KEY]), True, "the recording holds an API key (sk-…): remove the file"),
        (_set("request", "body", "input", value=["my-own-secret"]), True, "the recording holds the value of MY_KEY"),
    ],
)
def test_a_recording_that_cannot_be_trusted_is_refused_with_its_line(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], digest: bool, message: str
) -> None:
    file = store(tmp_path, embedding("a"), embedding("b"))
    first, second = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{first}\n{changed(second, change, digest=digest)}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        recordings(tmp_path, secrets={"MY_KEY": "my-own-secret"})
    assert error.value.message.startswith(f"recordings/docs/py/{HOST}.jsonl:2:1 {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "1:1 damaged: it is not JSON"),
        ("[]", "1:1 damaged: an object with digest, recorded, request, response is required"),
        ("{}\n", "1:1 damaged: an object with"),
        ("<<<<<<< HEAD\n", "1:1 damaged: it is not JSON"),
        (b"\xff", "1:1 cannot be read"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str | bytes, message: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as error:
        read_recordings(file, "x.jsonl", {})
    assert error.value.message.startswith(f"x.jsonl:{message}")


def test_a_request_stands_in_a_file_once(tmp_path: Path) -> None:
    file = store(tmp_path, embedding("a"))
    file.write_text(2 * file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(SettingsError, match="jsonl:2:1 the same request as in a line above"):
        recordings(tmp_path)


@pytest.mark.parametrize(
    ("requested", "answered"),
    [("gpt-5", "gpt-5-2025-08-07"), ("mistral-large-latest", "mistral-large-2411"), ("a/b", "b"), ("turbo", "gpt-4o")],
)
def test_versions_and_aliases_of_models_are_the_same_model(tmp_path: Path, requested: str, answered: str) -> None:
    """An alias that cannot be seen is noted when it is recorded."""
    found = Recorded(Sent("POST", "/x", {"model": requested}), 200, {"model": answered}, "2026-11-29")
    write_recordings(tmp_path / "x.jsonl", "x.jsonl", [found], {})
    assert read_recordings(tmp_path / "x.jsonl", "x.jsonl", {}) == {found.sent.key: found}


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(FLOATS | SINGLES | st.integers(), min_size=0, max_size=20))
def test_packing_loses_nothing(numbers: list[float]) -> None:
    value = {"data": [{"embedding": numbers}], "n": 1, "t": "x"}
    assert repr(unpacked(json.loads(json.dumps(packed(value))))) == repr(value)


@pytest.mark.parametrize(
    "numbers",
    [
        (0.0023064255, -0.009327292, 0.015797347),  # as OpenAI wrote them first
        (-0.006929283495992422, -0.005336422007530928, 4.547132266452536e-05),  # as it does now
    ],
)
def test_vectors_are_packed_whether_providers_write_many_digits_or_few(numbers: tuple[float, ...]) -> None:
    vector = list(numbers) * 512
    found = packed([vector])
    assert lengths(found) == [1536]
    assert len(json.dumps(found)) < 1536 * 6
    assert unpacked(found) == [vector]


def test_what_is_kept_of_a_request() -> None:
    picture = "A" * 2000
    assert normalised({"user": "u", "n": 1.0, "x": [picture, "text"]}) == {
        "n": 1,
        "x": [normalised(picture), "text"],
    }
    assert normalised(picture).startswith("sha256:")
    assert normalised(picture) != normalised(picture + "B")
    assert clean_query("key=AIza&b=2&api-version=1&access_token=x") == "api-version=1&b=2"
    headers = {"authorization": "Bearer abc", "x-api-key": "def", "content-type": "json", "openai-project": "p1"}
    assert keys_of(headers, "key=ghi&v=1") == {
        "authorization": "abc",
        "x-api-key": "def",
        "openai-project": "p1",
        "key": "ghi",
    }
    assert keys_of({}, "", {"api_key": "abc", "max_tokens": 5, "tokenizer": "x", "api-key": 1}) == {"api_key": "abc"}
    body = {"id": "1", "created": 5, "request_id": "r", "choices": [{"id": "kept", "system_fingerprint": None}]}
    assert cleaned(body) == {
        "id": "removed",
        "created": 0,
        "request_id": "removed",
        "choices": [{"id": "kept", "system_fingerprint": None}],
    }


def test_where_recordings_are(tmp_path: Path) -> None:
    assert suite_folder("docs/py/suite.yaml").as_posix() == "docs/py"
    assert suite_folder("../proofs/go.yaml").as_posix() == "proofs/go"
    assert file_name("localhost:11434") == "localhost_11434.jsonl"
    assert file_name("../../A") == ".._.._a.jsonl"
    file = store(tmp_path, embedding("a"), embedding("b"))
    ((path, days),) = days_of(tmp_path)
    assert (tmp_path / path, len(days)) == (file, 2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("api.openai.com", "record"),
        ("eu.openai.com", "replay"),
        ("localhost:8000", "live"),
        ("api.cohere.com", "stand-in"),
    ],
)
def test_an_exact_host_comes_before_globs_and_these_before_the_default(name: str, kind: str) -> None:
    named: Mapping[str, str] = {
        "default": "stand-in",
        "*.openai.com": "replay",
        "API.openai.com": "record@http://127.0.0.1:1",
        "localhost:8000": "live",
    }
    modes = Modes(named, lambda host: host == "api.cohere.com")
    host = name.partition(":")[0]
    assert modes.knows(host)
    assert modes.of(host, name).kind == kind
    assert modes.of("api.openai.com", "api.openai.com").target == "http://127.0.0.1:1"
    assert not modes.knows("example.com")
    assert not Modes({"a": "live"}, lambda _: True).knows("b")
