"""The chains of a Suite: Sources that share what is stored, and run one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from snipproof.errors import SettingsError


def read_chains(
    chains: Sequence[Sequence[tuple[Any, str]]],
    sources: Collection[str],
    error: Callable[[Any, str, str], SettingsError],
) -> tuple[tuple[str, ...], ...]:
    """Return the paths of each chain, in running order; a path that several of its globs find stands at the first.

    :param chains: the paths that the globs of each chain have found, each with the node of its glob.
    :param sources: those of the Suite.
    :param error: makes the error for a node, of a message and a hint.
    :raises SettingsError: a path is not in ``sources``, or in two chains.
    """
    owner: dict[str, int] = {}
    for number, members in enumerate(chains):
        for node, path in members:
            if path not in sources:
                raise error(
                    node, f"{path} is not a Source of this Suite", "a chain has only Sources that `sources` finds"
                )
            if owner.setdefault(path, number) != number:
                raise error(node, f"{path} is already in another chain", "a Source stands in one chain only")
    return tuple(tuple(path for path in owner if owner[path] == number) for number in range(len(chains)))
