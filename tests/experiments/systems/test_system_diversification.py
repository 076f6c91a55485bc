"""S20: Japan's share of China falls with entry, and the choke point loosens without going away."""

import networkx as nx
import numpy as np
import pytest

from chokepoint.experiments.systems.diversification import betweenness, herfindahl, lost_flow

ROW = "S20"


def test_shares_of_origin_and_concentration(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    history, none = "as in history", "no new mines"
    share = [found.of(history, f"share of China, {y}", "Japan") for y in (2009, 2012, 2018)]
    assert share == sorted(share, reverse=True)
    assert found.of(none, "share of China, 2018", "Japan") > share[-1]
    index = [found.of(history, f"Herfindahl index of imports, {y}", "Japan") for y in (2009, 2018)]
    assert index[1] < index[0]
    lost = [found.of(history, f"flow lost without refineries, {y}", "China") for y in (2009, 2018)]
    assert lost[1] < lost[0]
    assert lost[1] > 50.0  # the choke point loosens and stays
    assert found.of(history, "flow lost without refineries, 2018", "Malaysia") > 0.0
    assert found.of(none, "flow lost without refineries, 2018", "Malaysia") == 0.0


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
