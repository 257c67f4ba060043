"""Tells systemd that the kiosk is up and alive; silent where there is no systemd."""

import os
import socket


def notify(state: str) -> None:
    """Send `state`, such as ``READY=1``, to the service manager (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), address)
        except OSError:
            return
