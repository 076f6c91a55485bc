"""The gallery is one file that asks nothing of the network."""

import re
from pathlib import Path

import pytest

from experiments.gallery import page_of
from sim import BadInput, Simulation
from tests.builders import TWO_COUNTRIES


def test_one_page_holds_figures_and_changes_and_no_address(tmp_path: Path) -> None:
    run = Simulation(TWO_COUNTRIES, changes=["end=2012-12-31", "use_elasticity=0.2"]).run(2)
    page = page_of(run.save(tmp_path / "run"))
    assert page.count("<img") >= 3
    assert "use_elasticity=0.2" in page
    assert re.findall(r"(?:src|href)='(?!data:)", page) == []
    assert "http" not in re.sub(r"base64,[^']*", "", page)


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="manifest"):
        page_of(tmp_path)
