"""Buttons in the panel of a dish or a ticket: sold out, on sale again, the rider is here."""

from __future__ import annotations

from kds.app.acting import Stamp, act_of
from kds.kitchen.ids import CommandId
from kds.ui.chrome.acts import ON_SALE, RIDER_GONE, RIDER_HERE, SOLD_OUT
from kds.ui.chrome.panel import PanelRow
from kds.ui.chrome.panels import all_day_panel, why_panel
from kds.ui.options import Options, Subject, reading_for
from tests.unit.rulebook.test_sold_out import House

READING = reading_for(Options(lang="en"), Subject("wok"))


def row_of(house: House, *, of_line: bool) -> PanelRow:
    (ticket,) = house.wok().tickets
    line = ticket.lines[0] if of_line else None
    rows = why_panel(ticket, line, READING, house.now).rows
    return next((row for row in rows if row.buttons), rows[-1])


def press(house: House, row: PanelRow) -> None:
    stamp = Stamp(CommandId(house._id()), house.now, house.kitchen.seq, "wok", "wok-1")
    command = act_of(row.id, row.buttons[0].action, house.wok(), stamp)
    assert command is not None
    house._decide(command)


def test_a_dish_is_sold_out_and_on_sale_again_from_its_panel() -> None:
    house = House()
    house.rice("1")
    row = row_of(house, of_line=True)
    assert row.buttons[0].action == SOLD_OUT
    press(house, row)
    assert house.left == (0, 1)
    row = row_of(house, of_line=True)
    assert (row.title, row.buttons[0].action) == ("0 left", ON_SALE)
    assert all_day_panel(house.wok(), READING).rows[-1].texts == ("0 left",)
    press(house, row)
    assert house.left[0] is None


def test_who_fetches_the_food_is_here_and_gone_from_the_panel_of_the_ticket() -> None:
    house = House()
    house.rice("1", service="delivery")
    row = row_of(house, of_line=False)
    assert row.buttons[0].action == RIDER_HERE
    press(house, row)
    row = row_of(house, of_line=False)
    assert row.buttons[0].action == RIDER_GONE
    press(house, row)
    assert "rider" not in house.wok().tickets[0].flags


def test_guests_at_a_table_are_fetched_for_by_no_rider() -> None:
    house = House()
    house.rice("1")
    assert row_of(house, of_line=False).buttons == ()


def test_a_ticket_that_is_gone_takes_no_more_buttons() -> None:
    house = House()
    stamp = Stamp(CommandId("x"), house.now, 0, "wok", "wok-1")
    assert act_of("gone", RIDER_HERE, house.wok(), stamp) is None
