"""Placing tickets: nothing lost, nothing overlaps, nothing moves under a finger."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.ids import VisitId
from kds.ui.geometry import Box
from kds.ui.pages import fit, one_by_one
from kds.ui.placement import Placement, place, turn
from kds.ui.slips import Arrangement, PlaceStyle, Size, Slip

TARGET = 44  # 12 mm on a 23.8 inch screen
GRID = PlaceStyle(
    Arrangement.GRID, gap=12, narrowest=396, lowest=270, usual=270, strip=46, per_page=8
)
FLOW = replace(GRID, arrangement=Arrangement.FLOW)
STYLES = {"grid": GRID, "flow": FLOW}
HD = (1920, 914)

styles = st.builds(
    PlaceStyle,
    arrangement=st.sampled_from(Arrangement),
    gap=st.integers(6, 20),
    narrowest=st.integers(200, 500),
    lowest=st.integers(180, 400),
    usual=st.integers(180, 600),
    strip=st.integers(TARGET, 60),
    columns=st.integers(0, 6),
    per_page=st.integers(0, 24),
)
sizes = st.tuples(st.integers(600, 2200), st.integers(600, 1800))
blocks = st.lists(st.integers(TARGET, 160), max_size=16).map(tuple)


@st.composite
def slips(draw: st.DrawFn, at_most: int = 16) -> list[Slip]:
    """Tickets of any kind in any number."""
    heights = draw(st.lists(blocks, max_size=at_most))
    return [
        Slip(
            VisitId(f"v{i}"),
            head=draw(st.integers(60, 140)),
            blocks=of_one,
            foot=draw(st.integers(TARGET, 60)),
            torn_head=draw(st.integers(40, 120)),
            glued=frozenset(draw(st.sets(st.integers(0, 24), max_size=3))),
            pinned=draw(st.integers(0, 9)) == 0,
        )
        for i, of_one in enumerate(heights)
    ]


def slip(name: str, *blocks: int) -> Slip:
    """A ticket with a usual head and foot."""
    return Slip(VisitId(name), head=110, blocks=blocks, foot=55, torn_head=50)


def many(count: int, lines: int = 2) -> list[Slip]:
    """Tickets of equal height, t1 and up."""
    return [slip(f"t{i}", *[46] * lines) for i in range(1, count + 1)]


def grown(ticket: Slip, lines: int) -> Slip:
    """The ticket with more lines."""
    return replace(ticket, blocks=(*ticket.blocks, *[46] * lines))


def placed(tickets: Sequence[Slip], style: PlaceStyle, size: Size = HD) -> Placement:
    """A first placement."""
    return place(None, tickets, size, style)


def where(placement: Placement) -> dict[str, tuple[Box, ...]]:
    """The boxes of each ticket that is looked at."""
    return {ticket: placement.boxes(ticket) for ticket in placement.ids}


def check(placement: Placement, tickets: Sequence[Slip]) -> None:
    """Assert what must hold of every placement."""
    assert placement.pages
    assert 0 <= placement.page < len(placement.pages)
    wall = Box(0, 0, *placement.size)
    for page in placement.pages:
        boxes = [part.box for part in page]
        assert all(box.within(wall) for box in boxes)
        assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i])
    check_nothing_is_lost(placement, tickets)


def check_nothing_is_lost(placement: Placement, tickets: Sequence[Slip]) -> None:
    """Assert that every ticket is on one page, and its parts show or count every block once."""
    ids = [part.id for page in placement.pages for part in page if part.is_first]
    assert sorted(ids) == sorted(ticket.id for ticket in tickets)
    slip_of = {ticket.id: ticket for ticket in tickets}
    for page in placement.pages:
        for ticket in dict.fromkeys(part.id for part in page):
            parts = [part for part in page if part.id == ticket]
            assert [part.index for part in parts] == list(range(len(parts)))
            assert {part.count for part in parts} == {len(parts)}
            assert parts[0].first == 0
            assert all(a.last == b.first for a, b in itertools.pairwise(parts))
            assert parts[-1].last + parts[-1].hidden == len(slip_of[ticket].blocks)
            assert not any(part.hidden for part in parts[:-1])
            # "Goes on there: 0 more", and a ticket that is nothing but its foot.
            assert all(part.last > part.first or part.hidden for part in parts[1:])


def check_contents_fit(placement: Placement, tickets: Sequence[Slip]) -> None:
    """Assert that head, blocks, strip and foot of every part have room in its box."""
    slip_of = {ticket.id: ticket for ticket in tickets}
    for page in placement.pages:
        for part in page:
            ticket = slip_of[part.id]
            height = ticket.head_at(part.first) + sum(ticket.blocks[part.first : part.last])
            height += ticket.foot if part.is_last else placement.style.strip
            height += placement.style.strip if part.hidden else 0
            assert height <= part.box.h or part.last == 0


@given(slips(), sizes, styles)
def test_every_ticket_is_somewhere_whole_and_alone(
    tickets: list[Slip], size: Size, style: PlaceStyle
) -> None:
    placement = placed(tickets, style, size)
    check(placement, tickets)
    check_contents_fit(placement, tickets)


@given(slips(), styles)
def test_parts_are_large_enough_for_a_finger(tickets: list[Slip], style: PlaceStyle) -> None:
    placement = placed(tickets, style, HD)
    boxes = [part.box for page in placement.pages for part in page]
    assert all(min(box.w, box.h) >= TARGET for box in boxes)


@st.composite
def changes(draw: st.DrawFn) -> tuple[list[Slip], list[Slip]]:
    """A board, and what has become of it."""
    tickets = draw(slips())
    before = [t for t in tickets if draw(st.integers(0, 4))]
    after = [t for t in tickets if draw(st.integers(0, 4))]
    after = [grown(t, draw(st.integers(0, 4))) for t in after]
    return before, draw(st.permutations(after))


@given(changes(), sizes, styles, st.integers(0, 3))
def test_nothing_that_stays_moves_while_it_is_looked_at(
    change: tuple[list[Slip], list[Slip]], size: Size, style: PlaceStyle, page: int
) -> None:
    before, after = change
    old = turn(placed(before, style, size), before, page)
    new = place(old, after, size, style)
    check(new, after)
    check_contents_fit(new, after)
    staying = [t for t in old.ids if t in {ticket.id for ticket in after}]
    for ticket in staying:
        assert new.boxes(ticket)[0][:3] == old.boxes(ticket)[0][:3]


@given(changes(), sizes, styles)
def test_after_settling_it_is_as_if_placed_anew_but_for_pinned(
    change: tuple[list[Slip], list[Slip]], size: Size, style: PlaceStyle
) -> None:
    before, after = ([replace(t, pinned=False) for t in side] for side in change)
    settled = place(placed(before, style, size), after, size, style, settle=True)
    assert settled.pages == placed(after, style, size).pages


@given(changes(), sizes, styles)
def test_pinned_tickets_stay_even_when_all_settle(
    change: tuple[list[Slip], list[Slip]], size: Size, style: PlaceStyle
) -> None:
    before, after = change
    old = placed(before, style, size)
    new = place(old, after, size, style, settle=True)
    check(new, after)
    for ticket in after:
        was = old.page_of(ticket.id)
        if ticket.pinned and was is not None:
            page = new.page_of(ticket.id)
            assert page is not None
            first = next(p.box for p in new.pages[page] if p.id == ticket.id)
            assert first[:3] == next(p.box for p in old.pages[was] if p.id == ticket.id)[:3]


@given(slips(), sizes, styles)
def test_same_board_again_changes_nothing(
    tickets: list[Slip], size: Size, style: PlaceStyle
) -> None:
    old = placed(tickets, style, size)
    assert place(old, tickets, size, style).pages == old.pages


@pytest.mark.parametrize("name", STYLES)
def test_bumped_tile_leaves_its_place_empty(name: str) -> None:
    tickets = many(20)
    old = placed(tickets, STYLES[name])
    fourth = old.ids[3]
    new = place(old, [t for t in tickets if t.id != fourth], HD, STYLES[name])
    assert where(new) == {t: boxes for t, boxes in where(old).items() if t != fourth}
    assert new.left == ((fourth, old.boxes(fourth)),)


@pytest.mark.parametrize("name", STYLES)
def test_bumped_tile_takes_no_number_from_the_others(name: str) -> None:
    """A blind "4, BUMP" hits what was 4, whoever has bumped 2 meanwhile."""
    tickets = many(20)
    old = placed(tickets, STYLES[name])
    second = old.ids[1]
    new = place(old, [t for t in tickets if t.id != second], HD, STYLES[name])
    assert new.keyed == tuple(None if t == second else t for t in old.keyed)


@pytest.mark.parametrize("name", STYLES)
def test_next_arrival_fills_the_empty_place_with_what_is_next(name: str) -> None:
    tickets = many(20)
    old = placed(tickets, STYLES[name])
    gone = old.ids[3]
    waiting = old.pages[1][0].id
    left = [t for t in tickets if t.id != gone]
    new = place(place(old, left, HD, STYLES[name]), [*left, slip("new", 46)], HD, STYLES[name])
    assert new.boxes(waiting)[0][:2] == old.boxes(gone)[0][:2]
    assert new.pages[-1][-1].id == "new"


@pytest.mark.parametrize("name", STYLES)
def test_ticket_that_comes_back_gets_its_own_place(name: str) -> None:
    tickets = many(20)
    old = placed(tickets, STYLES[name])
    without = place(old, [t for t in tickets if t.id != "t3"], HD, STYLES[name])
    assert where(place(without, tickets, HD, STYLES[name])) == where(old)


@pytest.mark.parametrize("name", STYLES)
def test_no_ticket_grows_into_a_place_that_was_just_left(name: str) -> None:
    """What it hides stays hidden until tickets close up, so that an undo finds its place again."""
    tickets = [slip("t1", *[46] * 22), slip("t2", *[46] * 14), *many(30, 6)[2:]]
    style = replace(STYLES[name], columns=3)
    old = placed(tickets, style)
    assert len(old.ids) > 1
    for bumped in old.ids:
        rest = [t for t in tickets if t.id != bumped]
        gap = place(old, rest, HD, style)
        assert where(gap) == {t: boxes for t, boxes in where(old).items() if t != bumped}
        assert where(place(gap, tickets, HD, style)) == where(old)


@pytest.mark.parametrize("name", STYLES)
def test_page_that_was_emptied_is_filled_at_once(name: str) -> None:
    tickets = many(30)
    old = placed(tickets, STYLES[name])
    left = [t for t in tickets if t.id not in old.ids]
    assert place(old, left, HD, STYLES[name]).ids[0] == left[0].id


@pytest.mark.parametrize("name", STYLES)
def test_going_on_shows_what_was_next_and_going_back_closes_the_gaps(name: str) -> None:
    tickets = many(30)
    first = placed(tickets, STYLES[name])
    bumped = [t for t in tickets if t.id != "t2"]
    gap = place(first, bumped, HD, STYLES[name])
    second = turn(gap, bumped, 1)
    assert second.parts == first.pages[1]
    back = turn(second, bumped, 0)
    assert back.ids == tuple(t.id for t in bumped[: len(first.ids)])


def test_turning_beyond_the_last_page_stays_there() -> None:
    tickets = many(20)
    old = placed(tickets, GRID)
    assert turn(old, tickets, 9).page == len(old.pages) - 1
    assert turn(old, tickets, -1).page == 0


def test_rushed_ticket_goes_ahead_without_moving_what_is_seen() -> None:
    tickets = many(30)
    old = placed(tickets, GRID)
    rushed = [tickets[29], *tickets[:29]]
    new = place(old, rushed, HD, GRID)
    assert where(new) == where(old)
    assert new.pages[1][0].id == "t30"
    assert place(new, rushed, HD, GRID, settle=True).ids[0] == "t30"


def test_grid_reads_row_by_row_and_has_as_many_cells_as_asked_for() -> None:
    placement = placed(many(10), GRID)
    assert placement.ids == tuple(f"t{i}" for i in range(1, 9))
    tops = [part.box.y for part in placement.parts]
    assert tops == sorted(tops)
    assert len({part.box.x for part in placement.parts}) == 4


def test_ticket_too_tall_for_a_cell_takes_the_one_below() -> None:
    placement = placed([slip("tall", *[46] * 12), *many(6)], GRID)
    tall, second = placement.boxes(VisitId("tall"))[0], placement.boxes(VisitId("t1"))[0]
    assert tall.h == 2 * second.h + GRID.gap
    assert placement.ids == ("tall", "t1", "t2", "t3", "t4", "t5", "t6")


def test_ticket_too_tall_for_a_column_is_torn_over_further_cells() -> None:
    placement = placed([slip("huge", *[46] * 40), *many(3)], GRID)
    parts = [part for part in placement.parts if part.id == "huge"]
    assert len(parts) == 3
    assert parts[-1].hidden == 0
    assert placement.ids == ("huge", "t1", "t2", "t3")[: len(placement.ids)]


def test_last_cell_says_how_much_it_hides() -> None:
    placement = placed([*many(7), slip("long", *[46] * 12)], GRID)
    last = placement.parts[-1]
    assert (last.id, last.count) == ("long", 1)
    assert last.hidden == 12 - last.last > 0
    assert placement.hides


def test_empty_place_is_not_taken_by_what_would_not_show_whole() -> None:
    tickets = many(12)
    long = slip("long", *[46] * 12)
    old = placed(tickets, GRID)
    left = [t for t in tickets if t.id != "t8"]
    new = place(old, [*left[:7], long, *left[7:]], HD, GRID)
    assert "long" not in new.ids
    assert "t9" in new.ids


def test_flow_tears_only_what_is_taller_than_half_a_column() -> None:
    placement = placed([slip("a", *[46] * 9), slip("b", *[46] * 5)], FLOW)
    assert [part.count for part in placement.parts] == [1, 1]
    assert len({part.box.x for part in placement.parts}) == 2
    torn = placed([slip("a", *[46] * 9), slip("b", *[46] * 10)], FLOW)
    assert [part.count for part in torn.parts] == [1, 2, 2]


def test_flow_uses_the_height_each_ticket_needs() -> None:
    tickets = [slip("a", 46), slip("b", 46, 46, 46), slip("c", 46)]
    placement = placed(tickets, FLOW)
    assert [part.box.h for part in placement.parts] == [t.height for t in tickets]
    assert len({part.box.x for part in placement.parts}) == 1


def test_ticket_that_grows_takes_free_room_below_it() -> None:
    for style in (GRID, FLOW):
        tickets = [slip("a", 46, 46)]
        old = placed(tickets, style)
        new = place(old, [grown(tickets[0], 9)], HD, style)
        assert not new.hides
        assert new.boxes(VisitId("a"))[0].h > old.boxes(VisitId("a"))[0].h


def test_what_goes_on_elsewhere_is_never_a_mere_foot() -> None:
    """All dishes have room and only the foot has not: the last dish goes along with it."""
    rooms = one_by_one([Box(0, 0, 400, 300), Box(410, 0, 400, 300)])
    parts = fit(slip("a", 46, 46, 46), rooms, 46)
    assert [(part.first, part.last) for part in parts] == [(0, 2), (2, 3)]
    alone = fit(slip("b", 138), one_by_one([Box(0, 0, 400, 300), Box(410, 0, 400, 310)]), 46)
    assert alone == ()


def test_ticket_that_grows_with_neighbours_below_is_cut_or_torn_but_moves_nobody() -> None:
    tickets = many(8)
    old = placed(tickets, GRID)
    new = place(old, [grown(tickets[0], 9), *tickets[1:]], HD, GRID)
    assert {t: b[0] for t, b in where(new).items()} == {t: b[0] for t, b in where(old).items()}
    assert new.parts[0].hidden > 0


def test_bar_is_never_parted_from_what_stands_below_it() -> None:
    ticket = replace(slip("a", *[46] * 40), glued=frozenset(range(0, 40, 2)))
    for part in placed([ticket], GRID).parts[:-1]:
        assert part.last - 1 not in ticket.glued


def test_ten_tickets_of_a_page_have_a_number() -> None:
    style = replace(GRID, lowest=166, per_page=24)
    placement = placed(many(24, lines=0), style)
    assert len(placement.ids) == 20
    assert placement.keyed == tuple(f"t{i}" for i in range(1, 11))


def test_another_size_keeps_in_sight_what_was_looked_at() -> None:
    tickets = many(40)
    old = turn(placed(tickets, GRID), tickets, 2)
    new = place(old, tickets, (1080, 1400), GRID)
    assert old.ids[0] in new.ids


def test_empty_board_has_one_empty_page() -> None:
    placement = placed([], GRID)
    assert placement.pages == ((),)
    assert placement.part_at(5, 5) is None
    assert placement.page_of(VisitId("x")) is None
    assert place(placement, many(1), HD, GRID).ids == ("t1",)


def test_point_finds_its_ticket() -> None:
    placement = placed(many(3), GRID)
    part = placement.parts[1]
    assert placement.part_at(part.box.x, part.box.y) is part
    assert placement.part_at(part.box.right, part.box.y) is None
