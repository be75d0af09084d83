"""What a range in a study's file comes to."""

from jobs.study_space import read_range


def test_the_points_of_a_grid_are_those_a_matrix_would_name():
    """Or the same cell would be trained twice: 0.05 + 0.9 / 2 is 0.49999999999999994 in binary."""
    written = {"low": 0.05, "high": 0.95, "points": 7, "log": False}
    range_ = read_range("attention.radius", written, {"attention": "hfc"}, {})
    assert range_.points == (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)


def test_the_points_of_a_logarithmic_range_lie_at_equal_ratios():
    written = {"low": 1e-5, "high": 1e-1, "points": 5, "log": True}
    assert read_range("lr", written, {}, {}).points == (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
