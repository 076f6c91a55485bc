"""D4: what a restricted tonne does to the price, beside what Giordani, Rocha and Ruta found for food."""

from collections.abc import Mapping, Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.systems.contagion import NOTHING_EXPECTED, PLAUSIBLE, STATES, heard
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, run_cases, year

ROW = ("D4", "contagion")
WITHHELD = (0.05, 0.1, 0.15, 0.2)  # of world trade
ASKED = {"tenth": 0.1, "fifth": 0.2}
END = "end=2012-01-29"
SEED = 1


def elasticities(behaviour: Behaviour, states: tuple[str, ...]) -> dict[float, float]:
    """Rise of the price outside over 2011, per cent for each per cent of world trade that these states withhold."""
    cases = [Case("free", (END,), behaviour)]
    cases += [Case(f"{share}", (END, *heard(share, states)), behaviour) for share in WITHHELD]
    runs = run_cases(WORLDS / "four-exporters", cases, 1, SEED)
    price = {case: float(run.mean("price_outside", "M", *year(2011))[0]) for case, run in runs.items()}
    return {share: (price[f"{share}"] / price["free"] - 1.0) / share for share in WITHHELD}


def measured(behaviour: Behaviour) -> Mapping[str, float]:
    """The elasticities by share, where one exporter withholds it all."""
    return {f"{share}": each for share, each in elasticities(behaviour, STATES[:1]).items()}


def make(given: Sequence[Behaviour]) -> Reply:
    """One exporter alone, which is asked; all four, and one where nothing is expected, which are told."""
    found = over(given, measured)
    path = np.array([found[f"{share}"] for share in WITHHELD])
    four = np.array(list(elasticities(given[0], STATES).values()))
    blind = elasticities({**given[0], **NOTHING_EXPECTED}, STATES[:1])
    ends = tuple(np.quantile(path[:, 1:], [0.1, 0.9], axis=1)) if path.shape[1] > 1 else (path[:, 0], path[:, 0])
    panel = Panel(
        "rise of price for 1 % of trade withheld", "% of price", {"one of four alone": path[:, 0], "all four": four},
        axis="withheld, share of world trade", at=np.array(WITHHELD), low=PLAUSIBLE[0], high=PLAUSIBLE[1],
        bands={"one of four alone": (ends[0], ends[1])},
    )  # fmt: skip
    notes = [
        f"all four exporters withhold a tenth between them, so that nobody may fill the gap: {four[1]:.2g}",
        f"one alone, and nobody expects anything: {blind[0.1]:.2g}",
    ]
    return Reply({name: found[f"{share}"] for name, share in ASKED.items()}, [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Price of a restricted tonne",
        "Giordani, Rocha and Ruta (2012), CESifo Working Paper 3783; (2016), Journal of International Economics 101,"
        " 102-122",
        "One of four equal exporters withholds a tenth, or a fifth, of world trade for a year by half-yearly quotas"
        " that everybody hears of; the other three may sell more, as exporters of food could when 1 % more of trade"
        " came under restrictions.",
        "draws of all parameters",
        "Elasticities of metals are near those of staple food in a year, and others fill half of the gap. Where all"
        " exporters withhold together nobody does, and the price rises twice to three times as much.",
        tuple(
            Question(
                name, f"rise of price for 1 % of trade, a {name} withheld", *PLAUSIBLE, "%",
                "1.1; 0.7 to 1.6 is taken as plausible",
            )
            for name in ASKED
        ),
        make,
    ),
)  # fmt: skip
