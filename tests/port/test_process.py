"""The port as a process: it says when it is ready, keeps its token to itself, and ends with whoever started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import requests

from data_sources.simulated_port.process import PortStartError, start_port

SMALL = [sys.executable, "-m", "tests.port.small_port"]
ROOT = Path(__file__).parents[2]
PARENT = """
import subprocess, sys, time
from data_sources.simulated_port.process import start_port
port = start_port(command=[sys.executable, "-m", "tests.port.small_port"], errors=subprocess.DEVNULL)
print(port.pid, flush=True)
time.sleep(600)
"""


def get(port, path: str) -> requests.Response:
    return requests.get(port.url + path, headers={"Authorization": f"Bearer {port.token}"}, timeout=10)


def comes_true(what: Callable[[], bool], patience_s: float = 20.0) -> bool:
    until = time.monotonic() + patience_s
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_desk_starts_its_port_reads_it_and_stops_it():
    with start_port(command=SMALL, seed="42", rate="60", date="2026-03-01") as port:
        about = get(port, "/v1/port").json()
        assert (about["seed"], about["rate"], about["date"], about["code"]) == (42, 60.0, "2026-03-01", "CNJGY")
        first = about["now"]
        assert first >= 1_772_294_400_000  # 2026-03-01T00:00+08:00
        assert comes_true(lambda: get(port, "/v1/health").json()["now"] > first + 4000)
        kinds = [batch["kind"] for batch in get(port, "/v1/snapshot").json()["batches"]]
        assert {"container", "position"} <= set(kinds)
        pid = port.pid
    assert not port.running
    assert is_gone(pid)
    port.stop()  # once more does no harm


def test_the_token_is_on_no_command_line_and_wanted_of_everybody():
    with start_port(command=SMALL) as port:
        assert port.token not in " ".join(psutil.Process(port.pid).cmdline())
        assert requests.get(port.url + "/v1/port", timeout=10).status_code == 401


def test_two_ports_run_side_by_side():
    with start_port(command=SMALL) as one, start_port(command=SMALL) as other:
        assert one.url != other.url
        assert get(one, "/v1/port").json()["run"] != get(other, "/v1/port").json()["run"]


def test_the_port_dies_with_a_parent_that_was_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not is_gone(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert comes_true(lambda: is_gone(pid))


@pytest.mark.skipif(not hasattr(os, "kill") or sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_port_that_runs_alone_prints_its_url_and_token_and_stops_at_a_signal(number, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIANGYIN_")}
    truth = tmp_path / "truth.jsonl"
    alone = subprocess.Popen(
        [*SMALL, "--bind", "127.0.0.1:0", "--truth", str(truth)], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert alone.stdout is not None
    said = json.loads(alone.stdout.readline())
    answer = requests.get(said["ready"] + "/v1/port", headers={"Authorization": f"Bearer {said['token']}"}, timeout=10)
    assert answer.status_code == 200
    alone.send_signal(number)
    rest, errors = alone.communicate(timeout=20)
    assert (alone.returncode, rest, errors) == (0, "", "")
    assert truth.read_text(encoding="utf-8") == "{}\n"


def test_a_given_token_is_used_and_printed_nowhere():
    environment = os.environ | {"JIANGYIN_PORT_TOKEN": "a-given-token"}
    alone = subprocess.Popen(
        [*SMALL, "--bind", "127.0.0.1:0"], cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert alone.stdout is not None
    said = json.loads(alone.stdout.readline())
    assert list(said) == ["ready"]
    answer = requests.get(said["ready"] + "/v1/port", headers={"Authorization": "Bearer a-given-token"}, timeout=10)
    assert answer.status_code == 200
    alone.terminate()
    rest, errors = alone.communicate(timeout=20)
    assert "a-given-token" not in rest + errors


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rate": "0"}, "--rate '0'"), ({"date": "yesterday"}, "--date 'yesterday'"), ({"seed": "-1"}, "--seed '-1'"),
        ({"scenario": "no/such/file"}, "no/such/file"), ({"port_definition": "no/such/port.json"}, "no/such/port.json"),
        ({"date": "2026-03-02", "at": "2026-03-01"}, "lies before --date"), ({"truth": "no/such/folder/f"}, "--truth"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_sentence(given, told):
    with pytest.raises(PortStartError, match=told) as caught:
        start_port(command=SMALL, errors=subprocess.DEVNULL, **given)
    assert caught.value.usage
    assert "\n" not in str(caught.value)


def test_an_address_in_use_is_told():
    with start_port(command=SMALL) as port:
        taken = port.url.removeprefix("http://")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JIANGYIN_")}
        second = subprocess.run(
            [*SMALL, "--bind", taken],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
        )
    assert second.returncode == 2
    assert second.stderr.startswith(f"The port cannot listen on {taken}")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([sys.executable, "-c", "raise SystemExit(7)"], "ended before it was ready"),
        ([sys.executable, "-c", "print('hello')"], "ended before it was ready"),
        (["/no/such/program"], "cannot be started"),
    ],
)
def test_a_port_that_does_not_come_up_says_so(command, told):
    with pytest.raises(PortStartError, match=told):
        start_port(command=command, errors=subprocess.DEVNULL)


def test_a_port_that_never_gets_ready_is_given_up_and_ended():
    with pytest.raises(PortStartError, match=r"not ready within 0\.5 s"):
        start_port(command=[sys.executable, "-c", "import sys; sys.stdin.read()"], timeout_s=0.5)


def test_a_simulation_that_fails_is_told_by_health_and_what_was_said_stays_readable(monkeypatch):
    monkeypatch.setenv("SMALL_PORT_BREAKS", "1")
    with start_port(command=SMALL, rate="60", date="2026-03-01", errors=subprocess.DEVNULL) as port:
        assert comes_true(lambda: get(port, "/v1/health").json()["status"] == "failed")
        assert get(port, "/v1/snapshot").status_code == 200
