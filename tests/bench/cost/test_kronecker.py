"""§3's memory figure, by hand."""

import pytest

from bench.cost.kronecker import kronecker_memory, stated_readings
from registry.errors import RequestError


def test_the_papers_figure_is_the_batch_flattened():
    rows = {row.formula: row for row in kronecker_memory(32, 112)}
    flattened = rows["(32·1·112·112)²"]
    assert flattened.bytes == (32 * 112 * 112) ** 2 * 4
    assert f"{flattened.gib:.2f}" == "600.25"
    assert not flattened.sound
    per_image = rows["32·(1·112·112)²"]
    assert f"{per_image.gib:.2f}" == "18.76"
    assert per_image.sound


def test_the_outer_product_takes_a_side_squared_an_image():
    *_, outer = kronecker_memory(8, 56)
    assert outer.bytes == 8 * 56 * 56 * 4


def test_one_image_of_one_element():
    assert {row.bytes for row in kronecker_memory(1, 1)} == {4}


def test_readings_of_what_papers_state():
    (told,) = stated_readings()
    assert "600.25 GB" in told
    assert "(32·1·112·112)²·4 B in GiB" in told
    assert "or" not in told.split("that is")[1].split()


@pytest.mark.parametrize(("batch", "side", "said"), [(0, 112, "BATCH"), (32, -1, "SIDE")])
def test_nothing_has_no_memory(batch, side, said):
    with pytest.raises(RequestError, match=said):
        kronecker_memory(batch, side)
