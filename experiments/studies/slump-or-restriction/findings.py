"""2020: which story tells exports and prices best, and how often would one be wrong?"""

import numpy as np
import pandas as pd

from chokepoint.experiments.inference import weighing, weighing_report
from chokepoint.experiments.sweep.paper import Paper

SYNTHETIC = 500  # histories of each kind, for error rates


def write(paper: Paper) -> None:
    """Add likelihoods, their ratio and error rates to a paper."""
    sweep, design = paper.sweep, paper.plan.study.design
    rows = sweep.runs.to_dict("records")
    result = weighing.weigh_rows(
        sweep.batch.episode, rows, paper.plan.sizes[-1], sweep.replications, SYNTHETIC, design.seed
    )
    data = weighing_report.as_data(result)
    paper.lines += ["## Two stories of 2020", ""]
    found = [
        {
            "hypothesis": h["title"], "best size": h["size"], "unit": h["unit"], "from": h["first"], "to": h["last"],
            "ln likelihood": h["log_likelihood"], "ln marginal": h["log_marginal"],
            "wrong (all)": h["errors"]["all"]["wrong"], "wrong (likely)": h["errors"]["likely"]["wrong"],
        }
        for h in data["hypotheses"].values()
    ]  # fmt: skip
    paper.table("hypotheses", pd.DataFrame(found), "Stories, each with its own size and dates")
    first = next(iter(data["hypotheses"].values()))["title"]
    paper.say(
        f"Fitted equally, the ratio of the likelihoods is {np.exp(data['log_ratio']):.3g} in favour of '{first}' "
        f"(averaged over all sizes and dates: {np.exp(data['log_bayes_factor']):.3g}). 'Wrong' is the share of "
        f"{SYNTHETIC} synthetic histories of a story that another story tells better: drawn from all its points, or "
        f"from those as likely as history makes them. {data['failed']} runs failed."
    )
    observations = pd.DataFrame(data["observations"])
    paper.table("observations", observations, "History beside the best path of each story", 6)
    paper.figure(
        "paths", weighing_report.draw(result), "Exports and neodymium of 2020: history and the best path of each story",
        "no interval: the best point of each story, mean over replications",
    )  # fmt: skip
