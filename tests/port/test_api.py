"""The API as a desk meets it: real HTTP on the loopback."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import requests

from data_sources.simulated_port.api import Port, create_app
from data_sources.simulated_port.errors import LARGEST_BODY_BYTES
from data_sources.simulated_port.http_server import HttpServer, listen
from data_sources.simulated_port.record_log import RecordLog
from tests.port.making import (
    MORNING,
    TOKEN,
    Clock,
    Gate,
    a_bit_of_everything,
    container,
    move,
    port_with,
    position_columns,
    seal_event,
)
from twin.batch import fields_of
from twin.records import Kind


class Desk:
    """A client with the token."""

    def __init__(self, url: str, token: str | None = TOKEN) -> None:
        self.url = url
        self.session = requests.Session()
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: object) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=20)

    def post(self, path: str, body: object) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=20)


@contextmanager
def serving(port: Port) -> Iterator[Desk]:
    with HttpServer(create_app(port, TOKEN), listen("127.0.0.1", 0), port.bell).running() as url:
        desk = Desk(url)
        with desk.session:
            yield desk


@pytest.fixture
def port() -> Port:
    return port_with(a_bit_of_everything())


@pytest.fixture
def desk(port: Port) -> Iterator[Desk]:
    with serving(port) as found:
        yield found


def ids(answer: dict) -> list[str]:
    return [text for batch in answer["batches"] for text in batch["columns"]["id"]]


def test_health_needs_no_token_and_everything_else_does(desk):
    stranger = Desk(desk.url, token=None)
    assert stranger.get("/v1/health").json() == {
        "status": "ok", "run": desk.get("/v1/port").json()["run"], "now": MORNING, "rate": 1.0, "records": 12
    }
    for token in (None, "wrong", TOKEN + "x", TOKEN[:-1], ""):
        for path in ("/v1/port", "/v1/snapshot", "/v1/records", "/v1/records/move", "/v1/snapshot/move"):
            answer = Desk(desk.url, token).get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        for path in ("/v1/tasks", "/v1/gate-holds", "/v1/decisions"):
            assert Desk(desk.url, token).post(path, {}).status_code == 401


def test_the_port_introduces_itself(desk):
    found = desk.get("/v1/port").json()
    assert found.pop("run")
    assert found == {
        "code": "CNJGY", "name_zh": "江阴港区", "name_en": "Jiangyin port", "datum": "WGS-84", "origin_lon": 119.2917,
        "origin_lat": 25.4133, "seed": 7, "date": "2026-03-01", "rate": 1.0, "time_zone": "Asia/Shanghai",
        "now": MORNING,
    }


def test_a_batch_has_every_field_of_its_kind_in_order_as_plain_json(desk):
    batches = {batch["kind"]: batch["columns"] for batch in desk.get("/v1/records").json()["batches"]}
    for kind, columns in batches.items():
        assert list(columns) == [field.name for field in fields_of(Kind(kind))]
        assert len({len(values) for values in columns.values()}) == 1
    assert batches["container"]["reefer_set_c"] == [None, -18.0]
    assert batches["container"]["dangerous_class"] == [None, None]
    assert batches["declaration"]["containers"] == [["MSKU1234565", "TGHU7654321"]] * 2
    assert batches["declaration"]["state"] == ["lodged", "released"]
    assert batches["declaration"]["goods"] == ["便携式电脑", "便携式电脑"]
    assert batches["inspection"]["result"] == [None, "clear"]
    assert batches["position"]["lon"] == [119.291701, 119.291702]


def test_a_desk_starts_from_the_snapshot_and_reads_on_without_gap_or_repeat(port, desk):
    snapshot = desk.get("/v1/snapshot").json()
    assert [d for d in ids(snapshot) if d.startswith("D-")] == ["D-7-released"]
    cursor, got = snapshot["cursor"], []
    assert desk.get("/v1/records", cursor=cursor).json()["batches"] == []
    port.log.append([move(n) for n in range(2, 12)] + [seal_event(9)])
    while True:
        answer = desk.get("/v1/records", cursor=cursor, limit=3).json()
        assert len(ids(answer)) <= 3
        got += ids(answer)
        cursor = answer["cursor"]
        if not answer["more"]:
            break
    assert [text for text in got if text != "S-9"] == [f"M-{n}" for n in range(2, 12)]
    assert len(got) == 11


def test_one_kind_or_some_kinds_can_be_read_alone(desk):
    assert ids(desk.get("/v1/records/move").json()) == ["M-1"]
    assert ids(desk.get("/v1/snapshot/position").json()) == ["P-2"]
    assert ids(desk.get("/v1/records", kinds="move,seal_event").json()) == ["S-1", "M-1"]
    assert ids(desk.get("/v1/snapshot", kinds="manifest").json()) == ["MF-1"]


def test_a_cursor_too_old_says_so_and_names_where_one_can_read_on():
    log = RecordLog({Kind.POSITION: 10})
    with serving(port_with([move(1)], log)) as desk:
        old = desk.get("/v1/records").json()["cursor"]
        log.append_columns(Kind.POSITION, position_columns(25))
        answer = desk.get("/v1/records", cursor=old)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["field"]) == (410, "cursor_expired", "cursor")
        assert ids(desk.get("/v1/records", cursor=error["value"]).json()) == [f"P-{n}" for n in range(15, 25)]
        assert desk.get("/v1/snapshot").json()["earliest"] == error["value"]
        assert desk.get("/v1/records/move", cursor=old).status_code == 200  # no move was lost


def test_the_cursor_of_another_run_has_expired(desk):
    with serving(port_with(a_bit_of_everything())) as restarted:
        answer = restarted.get("/v1/records", cursor=desk.get("/v1/records").json()["cursor"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "cursor_expired")


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "0123456789ab.", "0123456789ab.-1", "0123456789AB.1", "0123456789ab.1 ", "0123456789ab.٣"]
)
def test_a_text_that_is_no_cursor_is_refused(desk, cursor):
    answer = desk.get("/v1/records", cursor=cursor)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")


def test_a_cursor_beyond_the_newest_record_is_refused(desk):
    run = desk.get("/v1/port").json()["run"]
    answer = desk.get("/v1/records", cursor=f"{run}.999")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "limit"), ({"limit": 50_001}, "limit"), ({"limit": "many"}, "limit"), ({"wait_s": -1}, "wait_s"),
        ({"wait_s": 30.1}, "wait_s"), ({"wait_s": "nan"}, "wait_s"), ({"kinds": "move,ghosts"}, "kinds"),
        ({"kinds": ""}, "kinds"), ({"kind": "move"}, "kind"), ({"limit": ["1", "2"]}, "limit"),
    ],
)  # fmt: skip
def test_a_parameter_out_of_range_is_named_with_its_value(desk, params, field):
    answer = desk.get("/v1/records", **params)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "invalid", field)
    assert error["value"] is not None
    assert error["message"]


def test_a_long_poll_answers_as_soon_as_there_is_a_record(port, desk):
    cursor = desk.get("/v1/records").json()["cursor"]
    answers = []
    poll = threading.Thread(
        target=lambda: answers.append(desk.get("/v1/records", cursor=cursor, wait_s=20, kinds="move").json())
    )
    poll.start()
    time.sleep(0.2)
    port.log.append([seal_event(50)])  # not what was asked for
    poll.join(0.3)
    assert poll.is_alive()
    port.log.append([move(50)])
    poll.join(15)
    assert [ids(answer) for answer in answers] == [["M-50"]]


def test_a_long_poll_without_news_ends_empty_and_moves_on(port, desk):
    cursor = desk.get("/v1/records").json()["cursor"]
    answer = desk.get("/v1/records", cursor=cursor, wait_s=0.1).json()
    assert (answer["batches"], answer["more"], answer["cursor"]) == ([], False, cursor)


def test_the_server_stops_although_a_desk_is_polling(port):
    cursor, answers = None, []
    with serving(port) as desk:
        cursor = desk.get("/v1/records").json()["cursor"]
        poll = threading.Thread(target=lambda: answers.append(desk.get("/v1/records", cursor=cursor, wait_s=19)))
        poll.start()
        time.sleep(0.2)
    poll.join(5)
    assert [answer.status_code for answer in answers] == [200]


def test_answers_are_compressed_for_those_who_accept_it_unless_tiny(desk, port):
    port.log.append([container(f"BOX{n}") for n in range(100)])
    for accepted, packed in [("gzip", True), ("identity", False), ("gzip;q=0", False), ("br, gzip;q=0.5", True)]:
        answer = desk.session.get(desk.url + "/v1/snapshot", headers={"Accept-Encoding": accepted}, timeout=20)
        assert (answer.headers.get("Content-Encoding") == "gzip") == packed, accepted
        assert len(ids(answer.json())) > 100
    small = desk.session.get(desk.url + "/v1/snapshot/move", headers={"Accept-Encoding": "gzip"}, timeout=20)
    assert "Content-Encoding" not in small.headers


def test_errors_of_routing_have_the_same_shape(desk):
    for answer, status, code in [
        (desk.get("/v1/ghosts"), 404, "not_found"),
        (desk.session.delete(desk.url + "/v1/records", timeout=20), 405, "method_not_allowed"),
        (desk.get("/v1/records/ghosts"), 422, "invalid"),
    ]:
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_other_origins_get_no_permission(desk):
    answer = desk.session.get(desk.url + "/v1/health", headers={"Origin": "https://evil.example"}, timeout=20)
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_bug_is_logged_and_tells_the_client_nothing(port, desk, caplog):
    port.log.snapshot = None  # type: ignore[assignment, method-assign]
    answer = desk.get("/v1/snapshot")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    assert "error in GET /v1/snapshot" in caplog.text
    assert TOKEN not in caplog.text


TASK = {"id": "desk1-000001", "subject": "MSKU1234565", "assignee": "patrol-2", "note": "看一下箱门"}
HOLD = {"id": "desk1-000002", "plate": "闽A12345", "reason": "R01", "operator": "陈警官", "until": MORNING + 600_000}
DECISION = {
    "id": "desk1-000003", "warning": "R01:MSKU1234565:1", "rule": "R01", "subject": "MSKU1234565", "verb": "confirm",
    "operator": "陈警官", "note": "", "decided_at": MORNING + 1000,
}
POSTS = [("/v1/tasks", TASK), ("/v1/gate-holds", HOLD), ("/v1/decisions", DECISION)]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_what_a_desk_sends_is_stored_once_however_often_it_is_sent(desk, path, body):
    cursor = desk.get("/v1/records").json()["cursor"]
    first, again = desk.post(path, body), desk.post(path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert ids(desk.get("/v1/records", cursor=cursor).json()) == [first.json()["id"]]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_an_id_used_for_something_else_is_a_conflict(desk, path, body):
    desk.post(path, body)
    answer = desk.post(path, body | {"subject" if "subject" in body else "reason": "other"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "id_conflict")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/tasks", TASK | {"id": "with space"}, "id"), ("/v1/tasks", TASK | {"note": "x" * 501}, "note"),
        ("/v1/tasks", TASK | {"subject": 7}, "subject"), ("/v1/tasks", TASK | {"extra": 1}, "extra"),
        ("/v1/tasks", {k: v for k, v in TASK.items() if k != "subject"}, "subject"),
        ("/v1/gate-holds", {k: v for k, v in HOLD.items() if k != "plate"}, "plate"),
        ("/v1/gate-holds", HOLD | {"until": "tomorrow"}, "until"),
        ("/v1/gate-holds", HOLD | {"until": 2**70}, "until"),
        ("/v1/decisions", DECISION | {"verb": "DROP TABLE"}, "verb"),
        ("/v1/decisions", DECISION | {"rule": "R1"}, "rule"),
        ("/v1/decisions", [], None), ("/v1/decisions", None, None),
    ],
)  # fmt: skip
def test_a_post_that_is_wrong_is_told_where(desk, path, body, field):
    answer = desk.post(path, body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert "warning" not in answer.json()["error"]["message"]


def test_a_body_that_is_no_json_or_far_too_large_is_refused(desk):
    headers = {"Content-Type": "application/json"}
    broken = desk.session.post(desk.url + "/v1/tasks", data=b"{", headers=headers, timeout=20)
    assert (broken.status_code, broken.json()["error"]["code"]) == (422, "invalid")
    nested = desk.session.post(desk.url + "/v1/tasks", data=b"[" * 60_000, headers=headers, timeout=20)
    assert nested.status_code in (400, 422)
    large = b"x" * (LARGEST_BODY_BYTES + 1)
    stated = desk.session.post(desk.url + "/v1/tasks", data=large, headers=headers, timeout=20)
    assert (stated.status_code, stated.json()["error"]["code"]) == (413, "too_large")
    connection = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=20)
    chunks = (b"x" * 10_000 for _ in range(10))
    connection.request("POST", "/v1/tasks", chunks, headers | {"Authorization": f"Bearer {TOKEN}"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["error"]["code"] == "too_large"
    connection.close()


def test_a_task_is_accepted_and_then_done_with_a_result():
    clock = Clock()
    port = port_with(clock=clock)
    with serving(port) as desk:
        desk.post("/v1/tasks", TASK)
        for now in range(MORNING, MORNING + 900_000, 5_000):
            clock.now = now
            port.intake.step(now)
        tasks = desk.get("/v1/records/task").json()["batches"][0]["columns"]
    assert tasks["state"] == ["open", "accepted", "done"]
    assert tasks["result"] == [None, None, "nothing_found"]
    assert tasks["task"] == [TASK["id"]] * 3
    assert tasks["observed_at"] == sorted(tasks["observed_at"])
    assert tasks["assignee"] == ["patrol-2", "XC-01", "XC-01"]
    assert tasks["source"] == ["desk", "patrol", "patrol"]


def test_a_gate_hold_reaches_the_gate_and_ends():
    clock, gate = Clock(), Gate()
    port = port_with(clock=clock, gate=gate)
    with serving(port) as desk:
        desk.post("/v1/gate-holds", HOLD)
        port.intake.step(MORNING + 100)
        assert gate.held == [("闽A12345", HOLD["until"])]
        port.intake.step(HOLD["until"] - 1)
        assert desk.get("/v1/snapshot/task").json()["batches"][0]["columns"]["state"] == ["accepted"]
        port.intake.step(HOLD["until"])
        tasks = desk.get("/v1/records/task").json()["batches"][0]["columns"]
    assert (tasks["state"], tasks["task_kind"]) == (["open", "accepted", "done"], ["gate_hold"] * 3)
    assert gate.held == [("闽A12345", HOLD["until"])]


def test_a_decision_about_no_warning_is_an_action_too(desk):
    about_none = {name: value for name, value in DECISION.items() if name not in ("warning", "rule")}
    assert desk.post("/v1/decisions", about_none | {"verb": "mute"}).status_code == 201
    actions = desk.get("/v1/snapshot/action").json()["batches"][0]["columns"]
    assert (actions["action"], actions["warning"]) == (["mute"], [None])


def test_a_decision_appears_as_an_action(desk):
    desk.post("/v1/decisions", DECISION)
    actions = desk.get("/v1/snapshot/action").json()["batches"][0]["columns"]
    assert actions["warning"] == [DECISION["warning"]]
    assert (actions["action"], actions["operator"]) == (["confirm"], ["陈警官"])
    assert actions["observed_at"] == [MORNING + 1000]
