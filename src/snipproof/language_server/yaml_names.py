"""Where names stand in the attributes of a START line, and how to write one there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def scalars_of(attributes: str, key: str) -> Iterator[tuple[str, int, int]]:
    """Yield each text in the value of ``key``, one or a list, with the offsets in ``attributes`` where it is written.

    Nothing is yielded if they cannot be read.
    """
    import yaml

    try:
        mapping = yaml.compose(attributes, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return
    for name, value in mapping.value if isinstance(mapping, yaml.MappingNode) else ():
        if isinstance(name, yaml.ScalarNode) and name.value == key:
            for node in value.value if isinstance(value, yaml.SequenceNode) else (value,):
                if isinstance(node, yaml.ScalarNode):
                    yield node.value, node.start_mark.index, node.end_mark.index


def as_scalar(name: str) -> str:
    """Return ``name`` as YAML reads it back in a flow mapping, in quotes only if it needs them."""
    import yaml

    for written in (name, f'"{name}"', "'" + name.replace("'", "''") + "'"):
        try:
            if yaml.safe_load(f"{{of: [{written}]}}") == {"of": [name]}:
                return written
        except (yaml.YAMLError, ValueError):
            continue
    return "'" + name.replace("'", "''") + "'"
