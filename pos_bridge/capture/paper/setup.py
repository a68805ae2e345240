"""What a printer keeps from one sheet to the next. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pos_bridge.capture.paper.document import Align, Style


@dataclass(frozen=True, slots=True)
class Setup:
    """What a printer keeps between two sheets of one connection.

    `page`: chosen by ESC t, None: never. `double`: FS & is on. `utf8`: chosen by FS ( C.
    """

    page: int | None = None
    double: bool = False
    utf8: bool = False
    country: int = 0
    style: Style = Style()
    align: Align = Align.LEFT

    def as_text(self) -> str:
        """Return it in a form that can be kept beside the bytes."""
        page = "" if self.page is None else str(self.page)
        return f"page={page};double={int(self.double)};utf8={int(self.utf8)};country={self.country}"

    @classmethod
    def from_text(cls, text: str) -> Setup:
        """Read what `as_text` wrote; what is missing is as after power-on."""
        pairs = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        found = {name.strip(): value for name, value in pairs.items() if value.isdigit()}
        return cls(
            page=int(found["page"]) if "page" in found else None,
            double=found.get("double") == "1",
            utf8=found.get("utf8") == "1",
            country=int(found.get("country", "0")),
        )
