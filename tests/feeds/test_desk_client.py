"""What an officer decides reaches the port once, whatever the line does meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_sources import desk_client
from data_sources.desk_client import DeskClient, Errand, Outcome
from data_sources.outbox import Outbox
from tests.feeds.scripted_port import TOKEN, ScriptedPort, half_an_answer, server_error, serving
from tests.feeds.test_rest_feed import eventually, unused_port
from tests.feeds.trade import NOON
from twin.feed_health import FeedErrorCode


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_client, "_BACKOFF_FIRST_S", 0.02)
    monkeypatch.setattr(desk_client, "_BACKOFF_MOST_S", 0.1)


@pytest.fixture
def port() -> ScriptedPort:
    return ScriptedPort()


@pytest.fixture
def client(port: ScriptedPort) -> Iterator[DeskClient]:
    with serving(port) as url:
        made = DeskClient(url, TOKEN)
        made.start()
        yield made
        made.stop()


def test_a_patrol_a_hold_and_a_decision_arrive_in_order(port: ScriptedPort, client: DeskClient) -> None:
    patrol = client.task("CSQU3054383", note="look at the seal")
    hold = client.gate_hold(plate="闽A12345", reason="no release", operator="Zhang", until=NOON + 600_000)
    decided = client.decision(warning="w1", rule="R01", subject="CSQU3054383", verb="dispatch", operator="Zhang",
                              decided_at=NOON)
    eventually(lambda: len(port.posted) == 3)
    assert [(path, body["id"]) for path, body in port.posted] == [
        ("/v1/tasks", patrol), ("/v1/gate-holds", hold), ("/v1/decisions", decided)]
    assert "container" not in port.posted[1][1]
    outcomes: list[Outcome] = []
    eventually(lambda: outcomes.extend(client.outcomes()) or len(outcomes) == 3)
    assert [(o.errand, o.id, o.accepted) for o in outcomes] == [
        (Errand.TASK, patrol, True), (Errand.GATE_HOLD, hold, True), (Errand.DECISION, decided, True)]
    assert client.pending() == ()


def test_a_hold_is_sent_again_with_its_id_until_the_port_has_it(port: ScriptedPort, client: DeskClient) -> None:
    port.misbehave(server_error, half_an_answer, server_error)
    hold = client.gate_hold(container="CSQU3054383", reason="seal cut", operator="Zhang", until=NOON)
    eventually(lambda: port.posted)
    assert [body["id"] for _, body in port.posted] == [hold]


def test_the_port_refuses_a_truck_it_does_not_know_and_the_desk_hears_why(
    port: ScriptedPort, client: DeskClient,
) -> None:
    client.gate_hold(plate="refuse", reason="x", operator="Zhang", until=NOON)
    outcomes: list[Outcome] = []
    eventually(lambda: outcomes.extend(client.outcomes()) or outcomes)
    refusal = outcomes[0].refusal
    assert refusal is not None
    assert (refusal.field, refusal.value, refusal.text) == ("plate", "refuse", "no such truck")


def test_what_waits_for_a_dead_port_is_shown_and_named_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    client = DeskClient(f"http://127.0.0.1:{unused_port()}", TOKEN)
    client.start()
    task = client.task("CSQU3054383")
    eventually(lambda: [item.trouble for item in client.pending()] == [FeedErrorCode.REFUSED])
    assert client.stop(1.0) == (task,)
    assert task in caplog.text
    assert not any(thread.name == "desk-client" for thread in threading.enumerate())


def test_a_hold_of_nothing_is_refused_at_once(client: DeskClient) -> None:
    with pytest.raises(ValueError, match="plate or a container"):
        client.gate_hold(reason="x", operator="Zhang", until=NOON)


def test_what_a_desk_could_not_send_is_sent_by_the_next_one_once(port: ScriptedPort, tmp_path: Path) -> None:
    """The port is away, the watch ends, the desk is closed; the next watch opens it again when the port is back."""
    file = tmp_path / "outbox"
    first = DeskClient(f"http://127.0.0.1:{unused_port()}", TOKEN, outbox=Outbox(file))
    first.start()
    hold = first.gate_hold(plate="闽A12345", reason="no release", operator="Zhang", until=NOON)
    decided = first.decision(subject="CSQU3054383", verb="close", operator="Zhang", decided_at=NOON, warning="w1",
                             rule="R01")
    assert first.stop(1.0) == (hold, decided)
    with serving(port) as url:
        second = DeskClient(url, TOKEN, outbox=Outbox(file))
        second.start()
        fresh = second.task("CSQU3054383")
        eventually(lambda: len(port.posted) == 3)
        assert [body["id"] for _, body in port.posted] == [hold, decided, fresh]
        second.stop()
    assert Outbox(file).waiting() == ()


def test_a_desk_that_is_killed_has_kept_what_it_was_to_send(tmp_path: Path) -> None:
    file = tmp_path / "outbox"
    program = (
        "import os, signal, sys; from pathlib import Path; from data_sources.desk_client import DeskClient; "
        "from data_sources.outbox import Outbox; "
        f"client = DeskClient('http://127.0.0.1:{unused_port()}', 't', outbox=Outbox(Path(sys.argv[1]))); "
        "client.task('CSQU3054383', task_id='seen'); os.kill(os.getpid(), signal.SIGKILL)")
    ended = subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert [(errand, item) for errand, item, _ in Outbox(file).waiting()] == [("task", "seen")]


def test_a_disk_that_takes_nothing_keeps_nobody_from_sending(
    port: ScriptedPort, tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = Outbox(tmp_path)  # a folder: no file can be there
    with serving(port) as url:
        client = DeskClient(url, TOKEN, outbox=outbox)
        client.start()
        client.task("CSQU3054383")
        eventually(lambda: len(port.posted) == 1)
        client.stop()
    assert "kept in memory alone" in caplog.text


def test_a_decision_about_no_warning(port: ScriptedPort, client: DeskClient) -> None:
    client.decision(subject="sound", verb="mute", operator="Zhang", decided_at=NOON)
    eventually(lambda: port.posted)
    assert (port.posted[0][1]["warning"], port.posted[0][1]["rule"]) == (None, None)
