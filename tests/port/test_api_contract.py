"""The API against its own OpenAPI description: schemathesis makes requests, valid and not, and checks every answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from data_sources.simulated_port.api import create_app, description_text
from data_sources.simulated_port.field_notes import KIND_NOTES, note_of
from tests.port.making import TOKEN, a_bit_of_everything, port_with
from twin.batch import fields_of
from twin.records import Kind

COMMITTED = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def small_port():
    port = port_with(a_bit_of_everything())
    port.bell.close()  # long polls answer at once
    return create_app(port, TOKEN)


config = schemathesis.Config()
# Well formed is not the same as given out: any cursor of the right form may have expired (410) or name a future (400).
config.projects.default.checks.positive_data_acceptance.expected_statuses += ["410"]
APP = small_port()
contract = schemathesis.openapi.from_dict(APP.openapi(), config=config)
contract.app = APP


@contract.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case):
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})


def test_the_committed_description_is_up_to_date():
    assert COMMITTED.read_text(encoding="utf-8") == description_text(), (
        f"write it anew: python -m data_sources.simulated_port.api {COMMITTED.relative_to(Path.cwd())}"
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_of_every_kind_is_described_with_its_unit(kind):
    schemas = json.loads(description_text())["components"]["schemas"]
    name = "".join(word.capitalize() for word in kind.value.split("_")) + "Batch"
    columns = schemas[name]["properties"]["columns"]
    assert sorted(columns["properties"]) == sorted(columns["required"]) == sorted(f.name for f in fields_of(kind))
    assert KIND_NOTES[kind] in schemas[name]["description"]
    for field in fields_of(kind):
        note, described = note_of(kind, field.name), columns["properties"][field.name]["items"]
        assert described["description"].startswith(note.text)
        if field.name.endswith(("_at", "_from", "_to", "since")) or field.dtype == float:
            assert described["x-unit"] == note.unit is not None
        assert (note.decimals is not None) == (field.dtype == float)
