"""The option by which a run contacts providers of models."""

from __future__ import annotations

import pytest

from snipproof.config import Settings
from snipproof.pytest_plugin.provider_options import with_online_providers

SETTINGS = Settings(providers={"default": "stand-in", "api.openai.com": "replay", "*.cohere.com": "replay"})


def test_the_command_line_comes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    found = with_online_providers(SETTINGS, ["record=API.openai.com", "live=*.cohere.com@http://127.0.0.1:8000"])
    assert dict(found.providers) == {
        "api.openai.com": "record",
        "*.cohere.com": "live@http://127.0.0.1:8000",
        "default": "stand-in",
    }
    assert dict(with_online_providers(SETTINGS, ["record=*.openai.com"]).providers) == {
        "*.openai.com": "record",
        "default": "stand-in",
        "*.cohere.com": "replay",
    }


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("record=*.openai.com", "record=[*].openai.com: under CI .the environment variable CI is set., each host"),
        ("record", "record=HOST or live=HOST expected, not 'record'"),
        ("replay=api.openai.com", "record=HOST or live=HOST expected, not 'replay=api.openai.com'"),
        ("live=default", "'default' is not a host"),
        ("live=https://api.openai.com", "'https://api.openai.com' is not a host"),
        ("live=api.openai.com@here", "'here' is not an address"),
    ],
)
def test_options_that_are_refused(option: str, error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.UsageError, match=error):
        with_online_providers(SETTINGS, [option])
    assert with_online_providers(SETTINGS, ["record=a.example.com"]).providers["a.example.com"] == "record"
