"""Frames per second, latency, staleness."""

import pytest

from core.inference.live.meter import STALE_AFTER_S, SpeedMeter


def test_before_the_first_frame():
    speed = SpeedMeter().read(10.0)
    assert (speed.fps, speed.p50_latency_ms, speed.judged, speed.stale) == (0.0, None, 0, False)


def test_a_steady_stream():
    meter = SpeedMeter(window_s=5)
    for number in range(300):
        arrived = number / 20
        meter.add(arrived, arrived + (0.1 if number % 10 == 0 else 0.01), dropped=number % 2)
    speed = meter.read(299 / 20 + 0.01)
    assert speed.fps == pytest.approx(20, rel=0.02)
    assert speed.p50_latency_ms == pytest.approx(10)
    assert speed.p95_latency_ms == pytest.approx(100)
    assert (speed.judged, speed.dropped, speed.stale) == (300, 150, False)


def test_the_start_is_not_averaged_with_the_time_before():
    meter = SpeedMeter(window_s=5)
    for number in range(11):
        meter.add(100 + number / 10, 100 + number / 10)
    assert meter.read(101.0).fps == pytest.approx(10)


def test_after_the_last_frame_the_figures_stand():
    meter = SpeedMeter(window_s=5)
    for number in range(50):
        meter.add(number / 10, number / 10 + 0.02)
    assert meter.read(60.0).fps == meter.read(5.0).fps == pytest.approx(10)
    assert meter.read(60.0).p50_latency_ms == pytest.approx(20)


def test_stale_after_a_pause_and_fresh_again():
    meter = SpeedMeter()
    meter.add(0.0, 0.1)
    assert not meter.read(0.1 + STALE_AFTER_S).stale
    assert meter.read(0.2 + STALE_AFTER_S).stale
    meter.add(9.0, 9.1)
    assert not meter.read(9.2).stale
