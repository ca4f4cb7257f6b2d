"""Which versions ``--snippets-matrix`` selects."""

from __future__ import annotations

import pytest

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.pytest_plugin.matrix_option import select_versions
from snipproof.server_settings import MatrixSettings, WeaviateSettings

SETTINGS = Settings(matrix=MatrixSettings(("1.39.0", "1.38.11", "1.37.14")))
SUITES = [Suite("suite.yaml", "py", "python", ("a.py",))]


@pytest.mark.parametrize(
    ("chosen", "versions"),
    [
        ([], ("1.39.0", "1.38.11", "1.37.14")),
        (["1.37.14"], ("1.37.14",)),
        (["1.37.14", "1.39.0"], ("1.39.0", "1.37.14")),
        (["1.38.11, 1.39.0"], ("1.39.0", "1.38.11")),
    ],
)
def test_versions_are_selected(chosen: list[str], versions: tuple[str, ...]) -> None:
    assert select_versions(SETTINGS, SUITES, chosen) == versions


@pytest.mark.parametrize(
    ("settings", "chosen", "message"),
    [
        (Settings(), [], "requires versions: set `matrix.servers`"),
        (SETTINGS, ["1.37.41"], "SERVER=1.37.41: `matrix.servers` has no such version: did you mean '1.37.14'"),
        (SETTINGS._replace(weaviate=WeaviateSettings(url="http://x")), [], "this is the address of one"),
    ],
)
def test_what_cannot_be_selected_is_wrong_usage(settings: Settings, chosen: list[str], message: str) -> None:
    with pytest.raises(pytest.UsageError) as error:
        select_versions(settings, SUITES, chosen)
    assert message in str(error.value)


def test_clients_alone_are_a_matrix() -> None:
    assert select_versions(Settings(), [SUITES[0]._replace(clients=(("4.20", "x.txt"),))], []) == ()
