"""The gallery is one file that asks nothing of the network."""

import json
import re
from pathlib import Path

import pytest

from chokepoint.experiments.telling.gallery import page_of
from chokepoint.sim import BadInput, Simulation
from tests.builders import TWO_COUNTRIES


def test_one_page_holds_figures_and_changes_and_no_address(tmp_path: Path) -> None:
    run = Simulation(TWO_COUNTRIES, changes=["end=2012-12-31", "use_elasticity=0.2"]).run(2)
    page = page_of(run.save(tmp_path / "run"))
    assert page.count("<img") >= 3
    assert "use_elasticity=0.2" in page
    assert re.findall(r"(?:src|href)='(?!data:)", page) == []
    assert "http" not in re.sub(r"base64,[^']*", "", page)


def test_facts_have_no_empty_numbers_and_small_figures_stay_small(tmp_path: Path) -> None:
    run = Simulation(TWO_COUNTRIES, changes=["end=2012-12-31"]).run(1)
    folder = run.save(tmp_path / "run")
    fact = {"title": "all parts of A", "unit": "", "observed": None, "value": float("nan"), "low": float("nan"),
            "high": float("nan"), "pass_share": 0.5, "pass": False}  # fmt: skip
    (folder / "report.json").write_text(json.dumps({"facts": [fact]}), encoding="utf-8")
    page = page_of(folder)
    assert "all parts of A" in page
    assert "50 %" in page
    assert "nan" not in re.sub(r"base64,[^']*", "", page)
    assert "width:50%" in page


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="manifest"):
        page_of(tmp_path)
