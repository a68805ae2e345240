"""Listening sockets, bound before anything else so that a port in use is said at once."""

from __future__ import annotations

import socket

from pos_bridge.settings import Address, StartError, plain


def listen(flag: str, address: Address) -> socket.socket:
    """Bind `address`; raises StartError with `flag`'s name when that cannot be."""
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, place = found[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise StartError(f"{flag} {address} is no address here: {plain(error)}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(256)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise StartError(f"{flag} {address} cannot be used: {plain(error)}.") from error
    return listener


def real_address(asked: Address, listener: socket.socket) -> Address:
    """Return what was asked for with the port that the system chose."""
    return Address(asked.host, int(listener.getsockname()[1]))
