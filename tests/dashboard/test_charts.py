"""Charts: nothing of what was measured is lost, and there is room for it."""

import plotly.graph_objects as go
import pytest

from dashboard import charts
from dashboard.charts import MARKS, draw, over_epochs


@pytest.fixture
def drawn(monkeypatch):
    """Charts as they are handed to Streamlit."""
    found = []
    monkeypatch.setattr(charts.st, "plotly_chart", lambda figure, **_: found.append(figure))
    return found


def test_a_value_between_gaps_keeps_its_mark():
    epochs = list(range(1, 101))
    whole = [0.5] * 100
    gaps = [None, 0.5, None, *whole[3:]]
    first, second = over_epochs({"whole": (epochs, whole), "gaps": (epochs, gaps)}, "%").data
    assert first.marker.maxdisplayed == MARKS
    assert not second.marker.maxdisplayed
    assert list(second.y) == gaps


@pytest.mark.parametrize("lines", [1, 3, 7, 200])
def test_a_long_legend_leaves_room_for_the_chart(drawn, lines):
    figure = go.Figure([go.Scatter(x=[1, 2], y=[1, 2], name=f"trial {n}") for n in range(lines)])
    draw(figure, "reports", "lines", height=340)
    margin = drawn[0].layout.margin
    assert 340 - margin.t - margin.b > 340 / 3
