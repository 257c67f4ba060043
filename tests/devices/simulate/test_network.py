"""The network cable: a plain wire until it is pulled."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from devices.simulate.network import NetworkCable


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while line := self.rfile.readline():
            self.wfile.write(line)


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A pulled cable is no error of the server."""


@pytest.fixture
def cable() -> Iterator[NetworkCable]:
    with EchoServer(("127.0.0.1", 0), Echo) as backend:
        thread = threading.Thread(target=backend.serve_forever, args=(0.05,))
        thread.start()
        wire = NetworkCable(listen_port=0, host="127.0.0.1", port=backend.server_address[1])
        try:
            yield wire
        finally:
            wire.close()
            backend.shutdown()
            thread.join()


def call(cable: NetworkCable) -> socket.socket:
    host, _, port = cable.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def echo(link: socket.socket, line: bytes) -> bytes:
    link.sendall(line)
    return link.recv(len(line))


def ended(link: socket.socket) -> bool:
    try:
        return link.recv(1) == b""
    except ConnectionResetError:
        return True


def test_what_goes_in_comes_back(cable: NetworkCable) -> None:
    with call(cable) as link:
        assert echo(link, b"bonjour\n") == b"bonjour\n"


def test_pulled_it_drops_the_calls_and_refuses_new_ones(cable: NetworkCable) -> None:
    with call(cable) as link:
        echo(link, b"bonjour\n")
        cable.pull()
        assert ended(link)
    with pytest.raises(ConnectionRefusedError):
        call(cable)
    assert not cable.plugged


def test_plugged_again_it_works_at_the_same_address(cable: NetworkCable) -> None:
    address = cable.address
    cable.pull()
    cable.plug()
    assert cable.address == address
    with call(cable) as link:
        assert echo(link, b"bonsoir\n") == b"bonsoir\n"


def test_a_slow_cable_delays_both_ways(cable: NetworkCable) -> None:
    cable.delay_s = 0.05
    with call(cable) as link:
        started = time.monotonic()
        echo(link, b"bonjour\n")
        assert time.monotonic() - started >= 0.1


def test_a_backend_that_is_away_ends_the_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wire = NetworkCable(listen_port=0, host="127.0.0.1", port=port)
    try:
        with call(wire) as link:
            assert ended(link)
    finally:
        wire.close()


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        NetworkCable(listen_port=taken.getsockname()[1], host="127.0.0.1", port=1)
