"""What `pos.toml` sets for vendors: mistyped options are told, and those that are meant known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pos_bridge.adapters.adapter import Choosing
from pos_bridge.channels.directory import Directory, load_adapters, read_directory
from pos_bridge.channels.options import check_options
from pos_bridge.channels.settings import read_settings

ADAPTERS = Path(__file__).parents[3] / "pos_bridge" / "adapters"
ASKED = re.compile(r'(?:\bwants\(|\boptions\.get\()\s*"(\w+)"')


def told(folder: Path, text: str) -> list[str]:
    file = folder / "pos.toml"
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    found = read_directory(load_adapters(), file, folder / "maps", Directory())
    assert found.is_settled
    return [each.text("en") for each in found.diagnostics]


def test_a_mistyped_option_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    text = '[pos.ubereats]\nsecrets = ["a"]\nhold_until_relase = true\n'
    near = "(did you mean 'hold_until_release'?)"
    expected = f"pos.toml:3:1: ubereats has no option 'hold_until_relase' {near}"
    assert told(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("option", "must"),
    [
        ('cook_completed = "true"', "cook_completed must be true or false"),
        ("stores = {a = 1}", "stores must be a list of ids"),
        ("catch_up_s = true", "catch_up_s must be a number"),
    ],
)
def test_an_option_of_another_kind_is_told(tmp_path: Path, option: str, must: str) -> None:
    assert told(tmp_path, f"[pos.square]\n{option}\n") == [f"pos.toml:2:1: {must}"]


def test_a_misspelt_setting_is_told_too(tmp_path: Path) -> None:
    (found,) = told(tmp_path, '[pos.toast]\nsecert = "x"\n')
    assert found.endswith("toast has no option 'secert' (did you mean 'secret'?)")


def test_what_another_package_calls_options_breaks_nothing() -> None:
    class Odd:
        options = ("a", "b")

    text = '[pos.odd]\nb = 1\nsecert = "x"\n'
    settings, _ = read_settings("pos.toml", text)
    assert settings is not None
    (found,) = check_options("pos.toml", text, {"odd": Odd()}, settings)
    assert found.text("en") == "pos.toml:3:1: 'secert' is no setting (did you mean 'secret'?)"


def test_what_is_right_is_not_told(tmp_path: Path) -> None:
    text = """
        [pos.square]
        stores = "L1"
        cook_unpaid = false
        catch_up_s = 60
        [pos.toast]
        stores = ["a", "b"]
        dining_options = {a = "dine_in"}
        [pos.shopify]
        catch_up_s = 0.5
    """
    assert told(tmp_path, text) == []


@pytest.mark.parametrize("vendor", sorted(load_adapters()))
def test_every_option_that_an_adapter_asks_for_is_known(vendor: str) -> None:
    adapter = load_adapters()[vendor]
    assert isinstance(adapter, Choosing)
    texts = [each.read_text("utf-8") for each in ADAPTERS.glob(f"{vendor}*.py")]
    assert {name for each in texts for name in ASKED.findall(each)} <= set(adapter.options)
    shared = {"stores": "is_elsewhere(", "cook_unpaid": "is_unpaid=", "names": "known_as("}
    for option, use in shared.items():
        assert any(use in each for each in texts) == (option in adapter.options), option
