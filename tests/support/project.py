"""A project that is proven as a user would, on a running server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from snipproof.services.startup import Services

SETTINGS = "[tool.snipproof]\npages = ['docs']\nsuites = ['snippets/*/suite.yaml']\n"
SUITE = "flavour: py\nlanguage: python\nsources: ['*.py']\n"


@dataclass(frozen=True)
class Project:
    """A project with one Suite in ``snippets/py``."""

    pytester: pytest.Pytester
    services: Services

    @property
    def server_options(self) -> list[str]:
        """The options that prove on the running server."""
        address = self.services.weaviate
        return [
            *("--snippets-weaviate-url", address.url),
            *("--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"),
        ]

    def write(self, path: str, text: str) -> Path:
        """Write one file."""
        target = self.pytester.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def prove(self, *args: str, source: str | None = None, order: str = "no:randomly") -> pytest.RunResult:
        """Run ``pytest snippets …`` in a process of its own, with ``source`` as the Suite's one Source."""
        if source is not None:
            self.write("snippets/py/source.py", source)
        return self.pytester.runpytest_subprocess("-p", order, "snippets", *self.server_options, *args)
