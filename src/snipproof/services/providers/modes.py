"""What answers for a host of a provider: a mode for each host that the settings or the command line name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

DEFAULT = "default"
STAND_IN, REPLAY, RECORD, LIVE = "stand-in", "replay", "record", "live"
ONLINE = (RECORD, LIVE)
"""Modes that contact the provider."""


class Mode(NamedTuple):
    """What answers; ``target`` is where a provider is contacted, if not at its own address: ``http://HOST:PORT``."""

    kind: str
    target: str = ""


class Modes:
    """The modes of the settings, whose values may have a target: ``record@http://127.0.0.1:8000``.

    A host that is named exactly comes before globs, and these come in the order of the settings.

    :param modes: maps hosts, as globs, with or without a port, or ``default``.
    :param is_known: returns whether a host, in lower case, is one that ``default`` stands for.
    """

    def __init__(self, modes: Mapping[str, str], is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        named = {key.lower(): Mode(kind, target) for key, (kind, _, target) in _parts(modes)}
        self._default = named.pop(DEFAULT, None)
        self._exact = {key: mode for key, mode in named.items() if not set(key) & set("*?")}
        self._named = named
        #: Every host that is named, with its port or 0.
        self.hosts = [host_and_port(key) for key in named]
        #: All kinds in use.
        self.kinds = {mode.kind for mode in named.values()} | ({self._default.kind} if self._default else set())

    @property
    def has_default(self) -> bool:
        """Whether all hosts that protocols know exist."""
        return self._default is not None

    def knows(self, host: str) -> bool:
        """Return whether ``host``, in lower case and without a port, is one of them."""
        if any(fnmatchcase(host, pattern) for pattern, _ in self.hosts):
            return True
        return self._default is not None and self._is_known(host)

    def of(self, host: str, name: str) -> Mode:
        """Return the mode of ``host``, which clients call ``name``, with a port or without.

        :raises KeyError: it is not known.
        """
        for each in (name, host):
            if each in self._exact:
                return self._exact[each]
        for pattern, mode in self._named.items():
            if fnmatchcase(name, pattern) or fnmatchcase(host, host_and_port(pattern)[0]):
                return mode
        if self._default is None:
            raise KeyError(host)
        return self._default


def _parts(modes: Mapping[str, str]) -> list[tuple[str, tuple[str, str, str]]]:
    return [(key, value.partition("@")) for key, value in modes.items()]


def host_and_port(text: str) -> tuple[str, int]:
    """Return the parts of ``HOST`` or ``HOST:PORT``; the port is 0 if there is none."""
    host, _, port = text.partition(":")
    return host, int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0


def parse_option(text: str) -> tuple[str, str]:
    """Return the host and its mode of an option of the command line: ``record=HOST`` or ``live=HOST@URL``.

    :raises ValueError: it is neither; the message names what is expected.
    """
    kind, equals, rest = text.partition("=")
    host, at, target = rest.partition("@")
    if kind not in ONLINE or not equals:
        raise ValueError(f"record=HOST or live=HOST expected, not {text!r}")
    if not re.fullmatch(r"[a-z0-9*?._-]+(:[1-9][0-9]{0,4})?", host, re.IGNORECASE) or host.lower() == DEFAULT:
        raise ValueError(f"{host!r} is not a host: write api.openai.com, or a glob")
    if at and not re.fullmatch(r"https?://[^/?#\s]+", target):
        raise ValueError(f"{target!r} is not an address: write http://HOST:PORT")
    return host.lower(), f"{kind}{at}{target}"
