"""What no phase reads is refused by its name: choices, columns of sectors, words about reserves."""

import csv
import shutil
from pathlib import Path

import pytest

from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.simulation import load_scenario

GONE = (
    "elasticity_multiplier",
    "thrift_multiplier",
    "return_multiplier",
    "relocation_multiplier",
    "product_life_years",
)
WORLD = Path(__file__).parents[3] / "experiments" / "systems" / "worlds" / "one-exporter"


def test_prices_cannot_be_frozen() -> None:
    with pytest.raises(BadInput, match="freeze_prices_from"):
        Simulation("two-countries", changes=["choices.freeze_prices_from=2011-07-01"])


@pytest.mark.parametrize("column", GONE)
def test_a_column_of_sectors_that_nothing_reads_is_refused(column: str, tmp_path: Path) -> None:
    folder = tmp_path / "world"
    shutil.copytree(WORLD, folder)
    with (folder / "sectors.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / "sectors.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, [*rows[0], column])
        out.writeheader()
        out.writerows({**row, column: 1} for row in rows)
    with pytest.raises(BadInput, match=f"sectors.csv.*{column}"):
        load_scenario(folder)


def test_words_about_a_reserve_are_for_the_record() -> None:
    shipped = [item for item in load_scenario("2019-threat").news if item.topic == "reserve"]
    assert shipped
    assert {item.admitted for item in shipped} == {"no"}
    with pytest.raises(BadInput, match=r"news\.talk, topic: words about a reserve move nothing"):
        Simulation("2019-threat", changes=["say.talk=rumour:China:2019-05-04:reserve"])
    Simulation("2019-threat", changes=["say.talk=rumour:China:2019-05-04:supply"])
