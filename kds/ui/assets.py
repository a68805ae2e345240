"""Where fonts, translations and sounds lie: the one place that knows."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def fonts() -> list[Path]:
    """Return the font files."""
    return sorted((ASSETS / "fonts").glob("*.otf"))


def translation(lang: str) -> Path:
    """Return the file with the words of a language."""
    return ASSETS / "translations" / f"{lang}.json"
