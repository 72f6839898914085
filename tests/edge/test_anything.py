"""Requests made from the description, sensible and senseless: every answer is one that it describes."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sample_place import Place
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from valvomo.edge.app import routes
from valvomo.edge.http.interface import document

EXAMPLES = 120
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
)  # fmt: skip
DESCRIBED: Any = schemathesis.openapi.from_dict(document(routes()))
OPERATIONS = [one.ok() for one in DESCRIBED.get_all_operations()]
# Ends the session that the other requests need.
CALLED = [one for one in OPERATIONS if not (one.path == "/api/v1/session" and one.method == "delete")]


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_whatever_is_asked_is_answered_as_described(place: Place, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(CALLED))
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case: Any = data.draw(operation.as_strategy(generation_mode=mode))
    if "conversation_id" in (case.path_parameters or {}) and data.draw(st.booleans()):
        case.path_parameters["conversation_id"] = await an_id(place)
    client = await place.as_(data.draw(st.sampled_from(["saara", "eino", "admin"])))
    wanted = case.as_transport_kwargs(base_url=str(client.base_url), headers={})
    if isinstance(wanted.get("data"), bytes):
        wanted["content"] = wanted.pop("data")
    wanted.pop("cookies", None)
    request = client.build_request(**{name: value for name, value in wanted.items() if value is not None})
    answer = await client.send(request)
    case.validate_response(answer, checks=list(CHECKS))


async def an_id(place: Place) -> str:
    """A conversation that is there."""
    if not hasattr(place, "one"):
        place.one = await place.served()  # type: ignore[attr-defined]
    return str(place.one)  # type: ignore[attr-defined]
