"""``canmcast serve`` with python-can's socketcand client, which is a real one, and with plain sockets."""

import json
import re
import signal
import socket
from contextlib import contextmanager

import can
import click
import pytest

from canmcast_gui.cli.socketcand.command import parse_address
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transport import BusSettings, FrameSender, Receiver
from tests.cli.conftest import Running, assert_one_line
from tests.support.network import Network
from tests.support.waiting import wait_until


class Serving:
    """A running command and a program on its bus."""

    def __init__(self, start, network, tmp_path, name="name=") -> None:
        port = network.free_port()
        self.report = tmp_path / "r.json"
        self.running = start(
            "serve",
            *("--bus", f"{name}multicast:,local=true,port={port}"),
            *("--socketcand", "0", "--report", self.report),
        )
        line = self.running.process.stderr.readline()
        found = re.search(r"serving .* at 127\.0\.0\.1 port (\d+);", line)
        assert found, line + self.running.process.stderr.read()
        self.port = int(found[1])
        settings = BusSettings.this_computer(port=port)
        self._receiver = Receiver(settings, keep_own=False)
        self.sender = FrameSender(settings, on_address=self._receiver.mark_own)
        self._batches: list[FrameBatch] = []

    @property
    def received(self) -> FrameBatch:
        self._batches.append(self._receiver.drain())
        return FrameBatch.concatenate(self._batches)

    def end(self) -> dict:
        result = self.running.interrupt(signal.SIGINT).result()
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
        return json.loads(self.report.read_text())

    def close(self) -> None:
        self.sender.close()
        self._receiver.close()


@pytest.fixture
def serving(start, network, tmp_path):
    made = Serving(start, network, tmp_path, "can0=")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for the tests that leave it as it is."""
    running: list[Running] = []

    def begin(*arguments: object) -> Running:
        running.append(Running(*arguments))
        return running[-1]

    made = Serving(begin, Network(isolated=True), tmp_path_factory.mktemp("shared"), "can0=")
    yield made
    made.close()
    running[0].close()


@contextmanager
def python_can(serving: Serving):
    with can.Bus(interface="socketcand", host="127.0.0.1", port=serving.port, channel="can0") as bus:
        yield bus


class Plain:
    """A client that speaks the protocol itself."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._text = b""

    def send(self, text: str | bytes) -> None:
        self._socket.sendall(text if isinstance(text, bytes) else text.encode())

    def read(self) -> str:
        """The next text of the server; "" at the end of the connection."""
        while b">" not in self._text:
            try:
                data = self._socket.recv(4096)
            except ConnectionResetError:
                return ""
            if not data:
                return ""
            self._text += data
        text, _, self._text = self._text.partition(b">")
        return text.decode() + ">"

    def __enter__(self) -> "Plain":
        assert self.read() == "< hi >"
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()

    def ask(self, text: str) -> str:
        self.send(text)
        return self.read()


def test_python_cans_client_sends_and_receives_and_does_not_get_its_own_frames(serving):
    with python_can(serving) as bus, python_can(serving) as other:
        data = [bytes(range(length)) for length in range(9)]
        for payload in data:
            bus.send(can.Message(arbitration_id=0x123, is_extended_id=False, data=payload))
            bus.send(can.Message(arbitration_id=0x123, is_extended_id=True, data=payload))
        wait_until(lambda: len(serving.received) == 18)
        received = serving.received
        assert [received.payload(row) for row in range(18)] == [each for each in data for _ in range(2)]
        assert received.has(Flag.EXTENDED).tolist() == [False, True] * 9
        for payload in data:  # the other client is another node of the bus
            for extended in (False, True):
                message = other.recv(5)
                assert message is not None
                assert (message.data, message.is_extended_id) == (payload, extended)
        serving.sender.send_batch(received)
        for payload in data:
            for extended in (False, True):
                message = bus.recv(5)
                assert message is not None
                assert (message.arbitration_id, message.data, message.is_extended_id) == (
                    0x123,
                    payload,
                    extended,
                )
                assert abs(message.timestamp - received.timestamp_ns[0] / 1e9) < 60
        assert bus.recv(0.1) is None
    report = serving.end()
    assert report == {
        "clients": 2,
        "dropped_clients": 0,
        "refused_clients": 0,
        "forwarded": 36,
        "sent": 18,
        "refused": 0,
    }


def test_the_texts_of_raw_mode_are_those_of_the_protocol(serving):
    with Plain(serving.port) as client:
        assert client.ask("< echo >") == "< echo >"
        assert client.ask("< rawmode >") == "< error unknown command >"
        assert client.ask("< open can0 >") == "< ok >"
        assert client.ask("<rawmode>") == "< ok >"
        client.send(
            "< send 7FF 2 1 F1 >< send 1AAAAAAA 0 >< sendrtr 123 4 >< fdsend 123 01 12" + " ff" * 12 + " >"
        )
        wait_until(lambda: len(serving.received) == 4)
        sent = serving.received
        assert sent.arbitration_id.tolist() == [0x7FF, 0x1AAAAAAA, 0x123, 0x123]
        fd = Flag.FD | Flag.BRS
        assert sent.flags.tolist() == [0, Flag.EXTENDED, Flag.REMOTE, fd]
        assert [sent.payload(row) for row in (0, 3)] == [b"\x01\xf1", b"\xff" * 12]
        assert sent.dlc.tolist() == [2, 0, 4, 9]
        data = bytes(range(16))
        batch = FrameBatch.from_messages(
            [
                can.Message(arbitration_id=0x12, is_extended_id=False, data=data[1:4]),
                can.Message(arbitration_id=0x12, is_extended_id=True),
                can.Message(arbitration_id=0x12, is_extended_id=False, is_remote_frame=True, dlc=3),
                can.Message(arbitration_id=0x12, data=data, is_fd=True, error_state_indicator=True),
                can.Message(arbitration_id=0x4, is_error_frame=True, is_extended_id=False),
            ]
        )
        serving.sender.send_batch(batch)
        texts = [client.read() for _ in range(5)]
        time = r"\d{10}\.\d{6}"
        for text, expected in zip(
            texts,
            (
                f"< frame 012 {time} 010203 >",
                f"< frame 00000012 {time}  >",
                f"< rtr 012 {time} 3 >",
                f"< fdframe 00000012 02 {time} {data.hex().upper()} >",
                f"< error 004 {time} >",
            ),
            strict=True,
        ):
            assert re.fullmatch(expected, text), text


def test_the_broadcast_manager_mode_has_subscriptions_and_sending(serving):
    with Plain(serving.port) as client:
        assert client.ask("< open can0 >") == "< ok >"
        client.send("< subscribe 0 0 123 >< subscribe 100 0 00000123 >< send 55 1 AA >")
        wait_until(lambda: len(serving.received) == 1)
        frames = [(0x123, False), (0x123, True), (0x123, True), (0x124, False), (0x123, False)]
        batch = [can.Message(arbitration_id=number, is_extended_id=ext, data=b"\1") for number, ext in frames]
        serving.sender.send_batch(FrameBatch.from_messages(batch))
        assert [client.read().split()[2] for _ in range(3)] == ["123", "00000123", "123"]
        client.send("< unsubscribe 123 >< subscribe 0 0 124 >")
        assert client.ask("< echo >") == "< echo >"
        serving.sender.send_batch(FrameBatch.from_messages([batch[0], batch[3]]))
        assert client.read().split()[2] == "124"
        assert client.ask("< rawmode >") == "< ok >"
        assert client.ask("< bcmmode >") == "< ok >"
        assert client.ask("< add 1 0 123 1 00 >") == "< error unknown command >"


@pytest.mark.parametrize(
    "text",
    [
        "< send >",
        "< send 123 >",
        "< send 123 2 11 >",
        "< send 123 1 11 22 >",
        "< send 123 1 1FF >",
        "< send 0x1 1 11 >",
        "< send -1 0 >",
        "< send 123456789ABCDEF 0 >",
        "< send 123 65" + " 0" * 65 + " >",
        "< fdsend 123 0 >",
        "< sendrtr 123 4 5 >",
        "< subscribe 0 123 >",
        "< subscribe x 0 123 >",
        "< >",
    ],
)
def test_commands_that_are_not_valid_get_an_error_and_the_connection_stays(shared, text):
    with Plain(shared.port) as client:
        assert client.ask("< open can0 >") == "< ok >"
        assert client.ask(text) == "< error syntax error >"
        assert client.ask("< echo >") == "< echo >"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("< open other >", "< error could not open bus >"),
        ("< open " + "x" * 40 + " >", "< error could not open bus >"),
        ("< open can0 ><" + "x" * 2000, "< ok >< error command too long >"),
        (b"\xff" * 5000, "< error command too long >"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a" * 600, "< error command too long >"),
    ],
)
def test_hostile_input_ends_a_connection_and_no_other(shared, text, answer):
    with Plain(shared.port) as steady, Plain(shared.port) as hostile:
        hostile.send(text)
        assert "".join(iter(hostile.read, "")) == answer
        assert steady.ask("< open can0 >") == "< ok >"


def test_frames_that_the_bus_refuses_are_counted_and_named_once(serving):
    with Plain(serving.port) as client:
        assert client.ask("< open can0 >") == "< ok >"
        client.send("< send FFF 0 >< send FFF 0 >< send 1 0 >")
        wait_until(lambda: len(serving.received) == 1)
        assert client.ask("< echo >") == "< echo >"
    line = serving.running.process.stderr.readline()
    assert "a frame of a client cannot be sent: 0xfff is not a standard arbitration id" in line
    report = serving.end()
    assert (report["sent"], report["refused"]) == (1, 2)


def test_a_slow_client_is_dropped_and_the_others_get_every_frame(serving):
    batch = FrameBatch.from_messages(
        [can.Message(arbitration_id=0x18FF0000, data=bytes([n] * 64), is_fd=True) for n in range(200)]
    )
    with Plain(serving.port) as slow, Plain(serving.port) as quick:
        for client in (slow, quick):
            assert client.ask("< open can0 >") == "< ok >"
            assert client.ask("< rawmode >") == "< ok >"
        rounds = 0
        dropped = False
        while not dropped and rounds < 400:
            serving.sender.send_batch(batch)
            texts = [quick.read() for _ in range(200)]
            assert [text.split()[-2][:2] for text in texts] == [f"{n:02X}" for n in range(200)]
            rounds += 1
            dropped = rounds % 20 == 0 and _is_dropped(serving)
    report = serving.end()
    assert dropped
    assert report["dropped_clients"] == 1
    assert report["forwarded"] == rounds * 200


def _is_dropped(serving: Serving) -> bool:
    """Whether the command has said that a client was disconnected."""
    import select

    stderr = serving.running.process.stderr
    if not select.select([stderr], [], [], 0)[0]:
        return False
    return "a client was disconnected because it is too slow" in stderr.readline()


def test_more_clients_than_the_limit_are_refused(serving):
    clients = [Plain(serving.port) for _ in range(32)]
    for client in clients:
        assert client.read() == "< hi >"
    one_more = Plain(serving.port)
    assert one_more.read() == "< error too many clients >"
    clients[0].__exit__()
    wait_until(lambda: _is_served(serving.port))
    for client in (*clients[1:], one_more):
        client.__exit__()


def _is_served(port: int) -> bool:
    client = Plain(port)
    greeting = client.read()
    client.__exit__()
    return greeting == "< hi >"


def test_addresses():
    assert parse_address("29536") == ("127.0.0.1", 29536)
    assert parse_address("0.0.0.0:1") == ("0.0.0.0", 1)
    assert parse_address("[::1]:5") == ("::1", 5)
    for text in ("", "port", "127.0.0.1", "1:70000", "1:-1"):
        with pytest.raises(click.UsageError, match="is not an address: write PORT or ADDRESS:PORT"):
            parse_address(text)


def test_mistakes_are_one_line(canmcast, serving, network):
    bus = ("--bus", f"multicast:,local=true,port={network.free_port()}")
    taken = canmcast("serve", *bus, "--socketcand", serving.port)
    assert_one_line(taken, 1, f"cannot listen at 127.0.0.1:{serving.port}", "choose another address or port")
    result = canmcast("serve", *bus, *bus)
    assert (result.returncode, "give --bus once" in result.stderr) == (2, True)
    assert canmcast("serve", *bus, "--socketcand", 0, "--duration", 0.1).returncode == 0
