"""What a display tells of its frames is read as it was meant."""

from hypothesis import given
from hypothesis import strategies as st

from kds.frames import Frame, frame_of

ORDERS = st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1))).map(tuple)
FRAMES = st.builds(Frame, new=ORDERS, gone=ORDERS)


@given(FRAMES)
def test_a_frame_is_one_line_and_is_read_back(frame: Frame) -> None:
    """Order ids are any text, line breaks too."""
    line = frame.as_line()
    assert len(line.splitlines()) == 1
    assert frame_of(line) == frame


def test_other_lines_are_no_frames() -> None:
    assert frame_of("ready view=cut\n") is None
