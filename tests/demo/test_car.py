"""The simulated car: its values are plausible and change."""

import pytest

from canmcast_gui.demo.car import COURSE_SECONDS, NO_COLLISION, OBJECTS, RANGE, Car, Traffic


@pytest.fixture(scope="module")
def drive() -> list[dict]:
    """The car's state, twice a second, over two rounds of its course."""
    car, states = Car(), []
    for half_second in range(int(2 * 2 * COURSE_SECONDS)):
        car.advance(half_second / 2)
        states.append(
            {**vars(car), "yaw_rate": car.yaw_rate, "fuel_rate": car.fuel_rate, "kmh": car.speed_kmh}
        )
    return states


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("kmh", 0, 140),
        ("acceleration", -9, 6),
        ("engine_speed", 700, 6000),
        ("torque", -60, 220),
        ("accelerator", 0, 100),
        ("throttle", 0, 100),
        ("brake_pressure", 0, 80),
        ("gear", 1, 6),
        ("steering_angle", -90, 90),
        ("yaw_rate", -1, 1),
        ("coolant", 50, 110),
        ("discs", 15, 400),
        ("charge", 70, 98),
        ("current", -60, 60),
        ("fuel_rate", 0, 60),
    ],
)
def test_values_are_in_the_range_of_a_car_and_change(name, lowest, highest, drive):
    values = [state[name] for state in drive]
    assert lowest <= min(values) < max(values) <= highest


def test_it_uses_all_gears_and_stops_at_the_end_of_a_round(drive):
    assert {state["gear"] for state in drive} == {1, 2, 3, 4, 5, 6}
    assert any(state["speed"] < 0.1 for state in drive[10:])


def test_the_same_seed_drives_the_same():
    one, other = Car(seed=7), Car(seed=7)
    one.advance(20)
    for second in range(21):
        other.advance(second)
    assert (one.speed, one.engine_speed) == (other.speed, other.engine_speed)


def test_the_radar_sees_some_objects_nearest_first():
    traffic, counts = Traffic(), set()
    for step in range(1, 4000):
        traffic.advance(step / 20, speed=20.0 if step % 400 < 300 else 3.0)
        distances = [user.distance for user in traffic.users]
        assert distances == sorted(distances)
        assert all(1 < distance < RANGE for distance in distances)
        assert 0 < traffic.seconds_to_collision <= NO_COLLISION
        counts.add(len(distances))
    assert counts <= set(range(OBJECTS + 1))
    assert len(counts) > 2
