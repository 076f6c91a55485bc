"""S20: Japan's share of China falls with entry, and the choke point loosens without going away."""

import networkx as nx
import numpy as np
import pytest

from chokepoint.experiments.systems.diversification import betweenness, herfindahl, lost_flow

ROW = "S20"


def test_shares_of_origin_and_concentration(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    early, middle, late = (found.of("as in history", f"share of China, {y}", "Japan") for y in (2009, 2012, 2018))
    assert early > 75.0  # 90 in history
    assert 45.0 < middle < 75.0  # below 60
    assert 35.0 < late < 65.0  # 58
    assert found.of("no new mines", "share of China, 2018", "Japan") > 75.0
    for importer in ("Japan", "United States", "Europe"):
        index = [found.of("as in history", f"Herfindahl index of imports, {y}", importer) for y in (2009, 2018)]
        assert index[1] < index[0] - 0.15
    lost = [found.of("as in history", f"flow lost without refineries, {y}", "China") for y in (2009, 2018)]
    assert lost[0] > 85.0
    assert 45.0 < lost[1] < 75.0
    assert found.of("as in history", "flow lost without refineries, 2018", "Malaysia") > 10.0
    assert found.of("no new mines", "flow lost without refineries, 2018", "Malaysia") == 0.0


def test_measures_on_numbers_worked_by_hand() -> None:
    assert np.allclose(herfindahl(np.array([[6.0], [3.0], [1.0]])), 0.36 + 0.09 + 0.01)
    graph = nx.DiGraph()
    for a, b, t in (
        (("mine", "China"), ("refinery", "China"), 8.0), (("mine", "Australia"), ("refinery", "Malaysia"), 2.0),
        (("refinery", "China"), ("use", "Japan"), 3.0), (("refinery", "China"), ("use", "China"), 5.0),
        (("refinery", "Malaysia"), ("use", "Japan"), 2.0),
    ):  # fmt: skip
        graph.add_edge(a, b, t=t)
    assert lost_flow(graph, "China") == pytest.approx(3.0 / 5.0)  # use in China itself is not counted
    assert lost_flow(graph, "Malaysia") == pytest.approx(2.0 / 5.0)
    assert betweenness(graph, "China") == pytest.approx(0.5)  # one of two linked pairs
