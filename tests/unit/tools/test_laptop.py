"""The parts of the laptop stack that need no cloud."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from tools.laptop import daemons, logs
from tools.laptop.daemons import Daemon
from tools.laptop.places import HOST, LaptopError, Places

SERVER = """
import signal, socket, sys
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening", flush=True)
while True:
    listening.accept()[0].close()
"""
STUBBORN = SERVER.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    return Places(port, tmp_path)


def server(places: Places, script: str = SERVER) -> Daemon:
    command = [sys.executable, "-c", script, str(places.cloud_port)]
    return Daemon("server", command, [places.cloud_port])


def test_places_come_from_the_environment(tmp_path: Path) -> None:
    found = Places.from_environment(
        {"TESSERA_PORT_BASE": "5000", "TESSERA_STATE_DIR": str(tmp_path)}
    )

    assert found.endpoint == "http://127.0.0.1:5000"
    assert found.api_url == "http://7e55e2a0.execute-api.localhost:5000"
    ports = {found.cloud_port, found.apns_port, found.google_port, found.phone_port}
    assert ports == {5000, 5005, 5006, 5007}
    assert found.state_dir == tmp_path


@pytest.mark.parametrize("base", ["", "80", "http", "70000"])
def test_a_senseless_port_is_refused_with_the_remedy(base: str) -> None:
    with pytest.raises(LaptopError, match="give a port from 1024 to 65000"):
        Places.from_environment({"TESSERA_PORT_BASE": base})


def test_clients_of_a_stack_cannot_reach_a_real_account(tmp_path: Path) -> None:
    environment = Places(5000, tmp_path).aws_environment()

    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_a_daemon_serves_after_its_start_and_not_after_its_stop(places: Places) -> None:
    daemons.start(server(places), places)
    started = daemons.pid_of("server", places)
    # A second start finds it running.
    daemons.start(server(places), places)

    assert started is not None
    assert daemons.pid_of("server", places) == started
    assert "listening" in daemons.log_of("server", places).read_text(encoding="utf-8")
    assert daemons.stop(["server"], places)
    assert daemons.pid_of("server", places) is None


def test_a_daemon_that_ends_at_once_is_told_with_its_log(places: Places) -> None:
    broken = Daemon("server", [sys.executable, "-c", "raise SystemExit('no luck')"], [1])

    with pytest.raises(LaptopError, match=r"(?s)server did not start.*no luck"):
        daemons.start(broken, places)


def test_a_port_that_is_taken_is_told_with_the_remedy(places: Places) -> None:
    with (
        socket.create_server((HOST, places.cloud_port)),
        pytest.raises(LaptopError, match="TESSERA_PORT_BASE="),
    ):
        daemons.start(server(places), places)


def test_a_daemon_that_does_not_stop_is_killed_and_told(places: Places) -> None:
    daemons.start(server(places, STUBBORN), places)

    assert not daemons.stop(["server"], places, stop_s_max=0.1)
    assert daemons.pid_of("server", places) is None


def test_another_program_under_a_remembered_id_is_not_ours(places: Places) -> None:
    daemons.start(server(places), places)
    record = places.state_dir / "run" / "server.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    try:
        record.write_text(json.dumps(content | {"started_at": "before"}), encoding="utf-8")
        assert daemons.pid_of("server", places) is None
    finally:
        record.write_text(json.dumps(content), encoding="utf-8")
        daemons.stop(["server"], places)


def test_a_record_is_read_as_a_sentence_with_what_matters() -> None:
    message = {
        "level": "INFO",
        "location": "handler:12",
        "message": "request answered",
        "service": "till_api",
        "function_name": "tessera-till_api",
        "operation": "ping",
        "status": 200,
    }

    line = logs.parse("till_api", 0, json.dumps(message))

    assert line is not None
    assert (line.level, line.text) == ("INFO", "request answered operation=ping status=200")


def test_a_metric_is_read_as_its_names_and_values() -> None:
    message = {
        "_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "Purchases"}]}]},
        "Purchases": [1.0],
    }

    line = logs.parse("till_api", 0, json.dumps(message))

    assert line is not None
    assert (line.level, line.text) == ("METRIC", "Purchases=1.0")


@pytest.mark.parametrize(
    "message", ["", "START RequestId: 1", "END RequestId: 1", "REPORT RequestId"]
)
def test_what_says_nothing_to_a_reader_is_left_out(message: str) -> None:
    assert logs.parse("till_api", 0, message) is None


def test_plain_text_is_passed_on() -> None:
    line = logs.parse("till_api", 0, "Traceback (most recent call last):\n")

    assert line is not None
    assert line.text == "Traceback (most recent call last):"
    assert "till_api" in logs.render(line, colour=False)
    assert "\033[" in logs.render(line, colour=True)
