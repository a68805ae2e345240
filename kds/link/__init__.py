"""A display's connection to its bridge: connects, pumps the session, keeps commands on disk.

Everything runs on the event loop's thread but the disk, which has a thread of its own. The rules
of the conversation are `kds.wire`'s; here are sockets, clock and file.
"""

from kds.link.clock import Clock, SteadyClock
from kds.link.link import Link, LinkState

__all__ = ["Clock", "Link", "LinkState", "SteadyClock"]
