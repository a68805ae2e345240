"""The checks of looks.md, section 14, on the tokens: contrast, colour-blindness, targets."""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from kds.ui.style.colours import Hatch, Ink, Theme, colour
from kds.ui.style.lettering import SMALLEST, TYPES, Role, pixels
from kds.ui.style.measures import Screen, TextSize, dish_size, measures

UI = Path(__file__).resolve().parents[2] / "kds" / "ui"

TEXTS = [
    *(
        (text, ground)
        for text in ("text", "text2", "text3")
        for ground in ("bg", "surface", "raised")
    ),
    ("note", "surface"),
    ("ready", "surface"),
    *(
        (f"{ink}_ink", ink)
        for ink in (
            "attention",
            "late",
            "critical",
            "rush",
            "vip",
            "allergy",
            "ready",
            "gated",
            "plate",
            "focus",
        )
    ),
    ("gated_ink", "gated_foot"),
    ("bg", "text"),
    ("surface", "text"),
]
SHAPES = [
    ("edge", "surface"),
    ("edge", "bg"),
    ("focus", "bg"),
    ("focus", "surface"),
    ("critical", "bg"),
    ("ready", "surface"),
    ("ready", "raised"),
    ("plate", "surface"),
]
APART = ("attention", "late", "critical", "rush", "ready", "gated", "allergy", "vip")

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Vector = tuple[float, float, float]


def linear(theme: Theme, ink: str) -> Vector:
    """A colour as linear RGB."""
    text = colour(theme, Ink(ink))
    parts = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def ratio(theme: Theme, one: str, other: str) -> float:
    """The contrast of WCAG 2."""
    lights = sorted(
        0.2126 * r + 0.7152 * g + 0.0722 * b
        for r, g, b in (linear(theme, one), linear(theme, other))
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def seen(theme: Theme, ink: str, vision: str) -> Vector:
    """A colour in CIELAB (D65) as somebody with this vision sees it."""
    rgb = linear(theme, ink)
    red, green, blue = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True))))
        for row in VISIONS[vision]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: Vector, other: Vector) -> float:
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rotation *= math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, dh / sh
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert ratio(theme, text, ground) >= 4.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shape_can_be_seen(theme: Theme, shape: str, ground: str) -> None:
    assert ratio(theme, shape, ground) >= 3


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("vision", VISIONS)
def test_bands_and_flags_are_told_apart_in_every_vision(theme: Theme, vision: str) -> None:
    seen_as = {ink: seen(theme, ink, vision) for ink in APART}
    for one, other in combinations(APART, 2):
        assert difference(seen_as[one], seen_as[other]) >= 10, (one, other)
    for one, other in (("attention", "late"), ("late", "critical")):
        assert difference(seen_as[one], seen_as[other]) >= 13, (one, other)
        assert seen_as[one][0] - seen_as[other][0] >= 10, (one, other)


def test_stated_figures_are_met() -> None:
    """Two figures of the page, so that the formulas above are the ones it was made with."""
    assert ratio(Theme.DARK, "text", "bg") == pytest.approx(18.0, abs=0.05)
    dark = [seen(Theme.DARK, ink, "deuteranopia") for ink in ("late", "attention")]
    assert difference(*dark) == pytest.approx(13.8, abs=0.1)


def test_every_theme_has_every_colour() -> None:
    for theme in Theme:
        for ink in Ink:
            assert re.fullmatch(r"#[0-9A-F]{6}", colour(theme, ink))
    assert all(one is not other for one, other in (hatch.value for hatch in Hatch))


def test_nothing_is_written_smaller_than_the_smallest() -> None:
    assert set(TYPES) == set(Role)
    assert min(kind.size for kind in TYPES.values()) == SMALLEST


SCREENS = [
    (Screen(1366, 768, 345, 194), (26, 35, 44, 53), 48),
    (Screen(1920, 1080, 345, 194), (37, 49, 61, 72), 67),
    (Screen(1920, 1080, 476, 268), (27, 36, 45, 54), 49),
    (Screen(1920, 1080, 527, 296), (24, 32, 40, 48), 44),
    (Screen(1920, 1080, 598, 336), (24, 28, 36, 43), 39),
    (Screen(1920, 1080, 708, 398), (24, 24, 30, 36), 33),
]


@pytest.mark.parametrize(("screen", "sizes", "target"), SCREENS)
def test_dish_size_follows_distance_and_pitch(
    screen: Screen, sizes: tuple[int, ...], target: int
) -> None:
    found = [dish_size(screen, mm) for mm in (1500, 2000, 2500, 3000)]
    assert all(abs(size - wanted) <= 1 for size, wanted in zip(found, sizes, strict=True)), found
    assert abs(screen.pixels(12) - target) <= 1


def test_screen_that_does_not_know_its_size_gets_a_share_of_it() -> None:
    assert dish_size(Screen(1920, 1080)) == 34
    assert dish_size(Screen(1366, 768)) == 24
    assert dish_size(Screen(1080, 1920, 16, 9)) == 34
    assert dish_size(Screen(1920, 1080), text=TextSize.XL) == 49


@pytest.mark.parametrize(("screen", "_sizes", "_target"), SCREENS)
def test_everything_that_is_touched_is_as_large_as_a_finger(
    screen: Screen, _sizes: object, _target: object
) -> None:
    for distance in (1500, 2000, 2500, 3000):
        for text in TextSize:
            m = measures(dish_size(screen, distance, text), screen)
            for touched in (m.line, m.foot, m.strip, m.bottom, m.button, m.header + m.meta):
                assert touched >= m.target


def test_size_of_text_is_whole_pixels() -> None:
    assert pixels(Role.TABLE, 33) == 47
    assert pixels(Role.KEY, 33) == 22


def test_colours_sizes_and_times_stand_in_the_style_alone() -> None:
    """A literal anywhere else would escape the checks above."""
    for path in UI.rglob("*.py"):
        if path.parent.name == "style":
            continue
        text = path.read_text("utf-8")
        assert not re.search(r"#[0-9A-Fa-f]{6}\b", text), path
        assert not re.search(r"setPixelSize\(\d|setPointSize|QColor\(\d", text), path
