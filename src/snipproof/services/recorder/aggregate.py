"""An AggregateReply of the gRPC API in the shape of a GraphQL reply.

The reply does not say the type of a property where GraphQL does: such a member is left out.
"""

from __future__ import annotations

import json
from typing import Any

from snipproof.services.recorder.wire_numbers import double

Data = dict[str, Any]

_SHOWN = {
    "top_occurences": "topOccurrences",  # spelled so in the API
    "total_true": "totalTrue",
    "total_false": "totalFalse",
    "percentage_true": "percentageTrue",
    "percentage_false": "percentageFalse",
    "pointing_to": "pointingTo",
}


def aggregate_reply(request: Any, reply: Any) -> Data:
    """Return ``{"data": {"Aggregate": {collection: […]}}}``."""
    asked = {each.property: each for each in request.aggregations}
    if reply.WhichOneof("result") == "grouped_results":
        found = [_result(group, asked, {"groupedBy": _grouped_by(group)}) for group in reply.grouped_results.groups]
    else:
        found = [_result(reply.single_result, asked, {})]
    return {"data": {"Aggregate": {request.collection: found}}}


def _result(result: Any, asked: dict[str, Any], found: Data) -> Data:
    if result.HasField("objects_count"):
        found["meta"] = {"count": result.objects_count}
    for each in result.aggregations.aggregations:
        found[each.property] = _metrics(each, asked.get(each.property))
    return dict(sorted(found.items()))


def _metrics(aggregation: Any, asked: Any) -> Data:
    """Return the metrics of one property; one that was asked for and has no value is ``None``, as in GraphQL."""
    kind = aggregation.WhichOneof("aggregation")
    found: Data = {}
    if asked is not None and asked.WhichOneof("aggregation") == kind:
        wanted = getattr(asked, kind)
        found = {_SHOWN.get(f.name, f.name): None for f, value in wanted.ListFields() if value is True}
    found.pop("type", None)
    for field, value in getattr(aggregation, kind).ListFields() if kind else ():
        if field.name == "top_occurences":
            found["topOccurrences"] = [{"occurs": item.occurs, "value": item.value} for item in value.items]
        elif field.name == "pointing_to":
            found["pointingTo"] = list(value)
        elif value != "" or field.name != "type":
            found[_SHOWN.get(field.name, field.name)] = double(value) if isinstance(value, float) else value
    return dict(sorted(found.items()))


def _grouped_by(group: Any) -> Data:
    kind = group.grouped_by.WhichOneof("value")
    value: Any = getattr(group.grouped_by, kind) if kind else None
    if kind in ("texts", "ints", "booleans", "numbers"):
        value = list(value.values)
    elif kind == "geo":
        value = {"latitude": value.latitude, "longitude": value.longitude}
    # GraphQL shows it as a text, whatever it is.
    text = value if isinstance(value, str) else str(double(value)) if isinstance(value, float) else json.dumps(value)
    return {"path": list(group.grouped_by.path), "value": text if kind else None}
