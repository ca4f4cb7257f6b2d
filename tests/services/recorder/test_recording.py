"""What is kept of the calls of one Source."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.services.recorder.recording import MAX_BODY, ProbeCount, Recording


def test_probe_events_are_counted_while_they_are_written(tmp_path: Path) -> None:
    events = tmp_path / "events"
    probes = ProbeCount(events)
    assert probes.count() == 0
    with events.open("w", buffering=1) as file:
        file.write('{"line": 3, "time": 0.5}\n')
        assert probes.count() == 1
        file.write('{"error": {"message": "\\"line\\": 1", "lines": [4]}}\n{"line": 5, ')
        file.flush()
        assert probes.count() == 1
        file.write('"time": 1}\n')
        assert probes.count() == 2


def test_the_bytes_kept_for_one_source_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snipproof.services.recorder.recording.MAX_RECORDING", MAX_BODY + 10)
    recording = Recording(tmp_path / "events")
    first, second, third = (recording.begin("POST /", grpc=False) for _ in range(3))
    first.request.add(bytes(MAX_BODY))
    second.request.add(bytes(9))
    second.request.add(bytes(2))
    third.request.add(bytes(9))
    assert [call.request.kept for call in recording.close()] == [True, False, True]


def test_the_bytes_kept_of_one_body_are_limited(tmp_path: Path) -> None:
    call = Recording(tmp_path / "events").begin("POST /", grpc=False)
    call.request.add(bytes(MAX_BODY - 1))
    call.response.add(b"a")
    call.request.add(bytes(2))
    assert (call.request.kept, call.request.data, call.response.data) == (False, b"", b"a")


def test_a_closed_recording_ignores_what_happens(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "events")
    call = recording.begin("POST /", grpc=False)
    recording.close()
    call.response.add(b"late")
    call.end("late")
    late = recording.begin("POST /late", grpc=False)
    assert (recording.calls, call.response.size, call.error) == ([call], 0, "the Source ended before the response")
    assert late.after == 0


def test_only_headers_that_describe_a_body_are_kept(tmp_path: Path) -> None:
    call = Recording(tmp_path / "events").begin("POST /", grpc=False)
    headers = {"authorization": "Bearer s3cr3t", "x-openai-api-key": "s3cr3t", "content-type": "text/plain"}
    call.add_request_headers(headers)
    call.add_response_headers(headers)
    assert call.request_headers == call.response_headers == {"content-type": "text/plain"}
