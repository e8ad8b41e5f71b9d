"""Which time a plot shows: the newest, all of it, or where the user has gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.plot.span import MAX_SECONDS, MIN_SECONDS, PlotSpan, SpanMode


def test_it_follows_the_newest_until_the_user_goes_elsewhere():
    span = PlotSpan(10)
    span.update(0, 42)
    assert span.span == (32, 42)
    span.move(-5)
    span.update(0, 50)
    assert (span.span, span.mode) == ((27, 37), SpanMode.FREE)
    span.follow()
    span.update(0, 60)
    assert span.span == (50, 60)


def test_zooming_while_following_keeps_the_newest_frame_visible():
    span = PlotSpan(10)
    span.update(0, 100)
    span.zoom(0.5, 92)
    assert (span.span, span.mode, span.window) == ((95, 100), SpanMode.FOLLOW, 5)


def test_zooming_a_free_span_keeps_the_time_under_the_pointer():
    span = PlotSpan(10)
    span.move(10)
    span.zoom(0.5, 12)
    assert span.span == (11, 16)
    span.zoom(2, 12)
    assert span.span == (10, 20)


def test_the_whole_recording_grows():
    span = PlotSpan(10)
    span.show_all()
    span.update(2, 5)
    span.update(2, 9)
    assert span.span == (2, 9)
    span.update(None, None)
    assert span.span == (2, 9)
    span.update(7, 7)
    assert span.span == (-3, 7)
    span.set_window(30)
    assert span.mode is SpanMode.FOLLOW


def test_another_window_of_a_free_span_keeps_its_middle():
    span = PlotSpan(10)
    span.move(10)
    span.set_window(4)
    assert span.span == (13, 17)


def test_a_hidden_time_becomes_visible():
    span = PlotSpan(10)
    span.move(0)
    span.bring_into_view(4)
    assert span.span == (0, 10)
    span.bring_into_view(100)
    assert span.span == (95, 105)


@given(st.lists(st.tuples(st.floats(1e-9, 1e9), st.floats(-1e6, 1e6)), max_size=20), st.booleans())
def test_zooming_is_limited(zooms, following):
    span = PlotSpan(10)
    if not following:
        span.move(0)
    for factor, second in zooms:
        span.zoom(factor, second)
        start, stop = span.span
        assert MIN_SECONDS * 0.99 <= stop - start <= MAX_SECONDS * 1.01 or stop - start == pytest.approx(
            MIN_SECONDS, abs=1e-3
        )
