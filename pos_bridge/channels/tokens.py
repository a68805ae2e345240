"""Tokens that vendors give to the client itself, each asked for once for all who need it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pos_bridge.channels.settings import Api

_SPARE_S = 60.0


class Token:
    """One vendor's token, kept while it lasts. Event loop thread only.

    All who ask a vendor share it: some vendors count how often they are asked for one, and with
    others a new one ends the one before.
    """

    def __init__(self) -> None:
        self.value = ""
        self._api = Api()
        self._lasts_until = 0.0
        self._asking = asyncio.Lock()

    async def of(self, api: Api, ask: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """Return the token for `api`. `ask`: asks for a new one, and how many seconds it lasts."""
        clock = asyncio.get_running_loop().time
        async with self._asking:
            if api != self._api:
                self.value, self._api = "", api
            if not self.value or clock() >= self._lasts_until:
                self.value, lasts_s = await ask()
                self._lasts_until = clock() + max(0.0, lasts_s - _SPARE_S)
            return self.value

    def refused(self, value: str) -> None:
        """Note that the vendor takes a token no more; another may have been given meanwhile."""
        if value == self.value:
            self.value = ""


class Tokens:
    """The tokens of all vendors."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def of(self, vendor: str) -> Token:
        """Return a vendor's."""
        return self._tokens.setdefault(vendor, Token())
