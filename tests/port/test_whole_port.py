"""The whole port in its process: simulation, customs, log and API together, as a desk sees them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from data_sources.simulated_port.process import PortProcess, start_port

HOUR = 3_600_000


class Reader:
    """Reads on from a snapshot and keeps every column of every kind."""

    def __init__(self, port: PortProcess) -> None:
        self.port = port
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {port.token}"
        self.snapshot = self.get("/v1/snapshot")
        self.cursor = self.snapshot["cursor"]
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self._keep(self.snapshot)

    def get(self, path: str, **params: object) -> Any:
        answer = self.session.get(self.port.url + path, params=params, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, object]) -> None:
        assert self.session.post(self.port.url + path, json=body, timeout=60).status_code == 201

    def read_until(self, enough: Callable[[], bool], patience_s: float = 120.0) -> bool:
        until = time.monotonic() + patience_s
        while not enough() and time.monotonic() < until:
            answer = self.get("/v1/records", cursor=self.cursor, limit=50_000, wait_s=2)
            self.cursor = answer["cursor"]
            self._keep(answer)
        return enough()

    def _keep(self, answer: dict[str, Any]) -> None:
        for batch in answer["batches"]:
            columns = batch["columns"]
            rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
            self.rows.setdefault(batch["kind"], []).extend(rows)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with start_port(seed="11", rate="60", date="2026-03-02T09:00", timeout_s=150) as port:
        yield Reader(port)


def test_a_desk_finds_a_full_yard_with_its_papers(reader):
    counts = {batch["kind"]: len(batch["columns"]["id"]) for batch in reader.snapshot["batches"]}
    assert counts["container"] > 15_000
    assert counts["inventory"] > 15_000
    assert counts["declaration"] > 5_000
    assert counts["manifest"] > 5_000
    assert counts["position"] > 100
    present = [row["container"] for row in reader.rows["inventory"] if row["present"]]
    assert len(present) == len(set(present))


def test_time_passes_and_the_port_works(reader):
    reported = len(reader.rows["position"])
    began = {kind: len(reader.rows.get(kind, ())) for kind in ("move", "gate_passage", "crane_telemetry")}
    assert reader.read_until(
        lambda: all(len(reader.rows.get(kind, ())) > count for kind, count in began.items())
        and len(reader.rows["position"]) > reported + 1000
    )
    assert reader.get("/v1/health")["status"] == "ok"
    kinds = {row["entity_kind"] for row in reader.rows["position"]}
    assert {"vehicle", "vessel", "seal", "officer"} <= kinds


def test_a_patrol_that_is_sent_comes_back_with_an_answer(reader):
    box = next(row["container"] for row in reader.rows["inventory"] if row["present"] and row["place_kind"] == "slot")
    reader.post("/v1/tasks", {"id": "whole-1", "subject": box, "note": "看一下"})

    def tasks() -> list[dict[str, Any]]:
        return [row for row in reader.rows.get("task", ()) if row["task"] == "whole-1"]

    assert reader.read_until(lambda: any(row["state"] == "done" for row in tasks()))
    assert [row["state"] for row in tasks()] == ["open", "accepted", "done"]
    assert tasks()[-1]["result"]


def test_a_truck_that_is_to_be_held_is_held_at_the_gate(reader):
    now = reader.get("/v1/health")["now"]
    seen = {row["plate"] for row in reader.rows.get("gate_passage", ())}
    coming = [row["plate"] for row in reader.rows["appointment"] if row["plate"] not in seen and row["window_to"] > now]
    assert coming
    for number, plate in enumerate(coming):
        reader.post("/v1/gate-holds", {
            "id": f"hold-{number}", "plate": plate, "reason": "R01", "operator": "陈", "until": now + 4 * HOUR
        })

    def held() -> set[str]:
        return {row["plate"] for row in reader.rows.get("gate_passage", ()) if row["decision"] == "hold"}

    assert reader.read_until(lambda: bool(held() & set(coming)))
