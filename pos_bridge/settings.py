"""What a bridge is told at its start: where it keeps data, where it listens, whom it believes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path


class StartError(Exception):
    """The bridge cannot start. The text is one sentence for the person who started it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens. Port 0: any free port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Only programs on this machine can connect."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one bridge.

    `rules` None: `data`/rules, made from the shipped book at the first start. `tokens`: what
    callers may prove themselves with; empty: everybody on this machine is believed.
    `starts_at`: kitchen time at the start, as seconds since 1970; None: the wall clock's.
    `pos` None: `data`/pos.toml. `captures`: where tills print to; `capture_to`: the real printer
    that the jobs of each go on to, None for none; `capture_idle_s`: the silence that ends a slip.
    `ends_with_stdin`: end when standard input closes, so with whoever started the bridge.
    """

    data: Path
    database: str
    http: Address
    displays: Address
    rules: Path | None = None
    tokens: tuple[str, ...] = field(default=(), repr=False)
    time_scale: float = 1.0
    live_rules: bool = False
    starts_at: float | None = None
    ends_with_stdin: bool = False
    pos: Path | None = None
    captures: tuple[Address, ...] = ()
    capture_to: tuple[Address | None, ...] = ()
    capture_idle_s: float = 2.0


@lru_cache(maxsize=256)  # every request asks it of the same few names
def is_loopback(host: str) -> bool:
    """Say whether `host`, a name or an address, can only mean this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_tokens(path: Path) -> tuple[str, ...]:
    """Read a token file: one token per line, blank lines and `#` comments aside."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"The token file {path} cannot be read: {plain(error)}.") from error
    tokens = tuple(text for line in lines if (text := line.strip()) and not text.startswith("#"))
    if not tokens:
        raise StartError(f"The token file {path} holds no token; write one on a line of its own.")
    if not all(token.isascii() and token.isprintable() and " " not in token for token in tokens):
        raise StartError(
            f"The token file {path} holds a token that no header can carry: "
            "use ASCII letters, digits and signs without blanks."
        )
    return tokens


def check_reach(settings: Settings) -> None:
    """Refuse an address that other machines can reach when nobody has to prove who they are."""
    if settings.tokens:
        return
    for flag, address in (("--http", settings.http), ("--displays", settings.displays)):
        if not address.is_loopback:
            raise StartError(
                f"{flag} {address} can be reached by other machines, so --token-file is needed "
                "(a file with one secret text per line, which callers send as a bearer token)."
            )


def plain(error: BaseException) -> str:
    """Say what went wrong in the words of the system, without errno and path."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
