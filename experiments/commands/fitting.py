"""Verbs of fitting: calibration, episodes left out in turn, recovery of known values."""

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands.shared import AllowRules, Json, Name, Workers, app, permit, teller, write_table


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(help="folder of the search; a search that stopped goes on there")],
    episodes: Annotated[
        list[str] | None, typer.Argument(metavar="[EPISODE]...", help="episodes fitted jointly (default: all)")
    ] = None,
    starts: Annotated[int, typer.Option(min=1, help="starts, all reported; the first are the priors' medians")] = 1,
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of each start, about")] = 400,
    method: Annotated[
        str, typer.Option(help="least-squares (Levenberg-Marquardt), or adaptation (of a covariance matrix)")
    ] = "least-squares",
    to: Annotated[str | None, typer.Option(metavar="DAY", help="fit only what is observed up to this day")] = None,
    elementary: Annotated[
        bool, typer.Option(help="count answers of `chokepoint economics` beyond their limits, too")
    ] = True,
    declared: Annotated[
        bool,
        typer.Option("--declared", help="believe observations as far as the model's own error (`misfit`) allows"),
    ] = False,
    free: Annotated[
        int,
        typer.Option(
            min=0,
            help="search only so many parameters, those that move the objective most; "
            "the rest stay at the medians of their priors (0: search all)",
        ),
    ] = 0,
    replications: Annotated[int, typer.Option(min=1, help="replications of each evaluation")] = 2,
    profiles: Annotated[
        bool,
        typer.Option("--profiles", help="profiles of all parameters afterwards, others fitted again (profiles.csv)"),
    ] = False,
    draws: Annotated[int, typer.Option(min=0, help="draws of the posterior afterwards (posterior.csv)")] = 0,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Fit parameters to history and their priors.

    One table for all episodes together, each of which counts alike; elementary
    economics counts beside them.
    """
    from datetime import timedelta

    for episode in episodes or ():
        permit(episode, allow_rules)
    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference import calibration, identification, posterior
    from chokepoint.experiments.inference.objective import Problem
    from chokepoint.experiments.runs import sample

    last = None if to is None else _day("--to", to)
    aims = calibration.aims_until(episodes or (), last)
    problem = Problem(FITTED, aims, replications, seed, elementary=elementary, declared=declared)
    if free:
        problem = identification.narrowed(problem, free, workers=workers)
    found = calibration.calibrate(problem, starts, evaluations, out, workers, teller(as_json), method)
    data: dict[str, Any] = {"starts": [vars(s) for s in found]}
    if last is not None:
        data["holdout"] = identification.holdout(found, problem.aims[0].episode, last + timedelta(days=1))
        write_table(out / "holdout.csv", data["holdout"])
    if profiles or draws:  # limits of elementary economics are walls, around which nothing is straight: data and priors
        smooth = dataclasses.replace(problem, elementary=False)
        (centre,) = calibration.calibrate(smooth, 1, evaluations, out / "data-alone", workers, teller(as_json), method)
        if profiles:
            data["profiles"] = identification.profiles(smooth, centre.values, workers)
            write_table(out / "profiles.csv", data["profiles"])
        if draws:
            sample.write(posterior.posterior(smooth, centre.values, draws, workers), out / "posterior.csv")
    if as_json:
        print(json.dumps(data))
        return
    _print_starts(data)
    print(f"Values: {out}/starts.json")


@app.command("leave-out")
def leave_out(
    out: Annotated[Path, typer.Option(help="folder of the fits; what stopped goes on there")],
    episodes: Annotated[
        list[str] | None, typer.Argument(metavar="[EPISODE]...", help="episodes left out in turn (default: all)")
    ] = None,
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of each fit, about")] = 150,
    replications: Annotated[int, typer.Option(min=1, help="replications of each score")] = 100,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Predict each episode by a fit that has not seen it.

    All others are fitted together, with priors and elementary economics.
    """
    import numpy as np

    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference import calibration
    from chokepoint.experiments.inference import left_out as fits
    from chokepoint.experiments.inference.objective import Problem

    problem = Problem(FITTED, calibration.aims_until((), None), 2, seed, elementary=True)
    rows = fits.leave_out(problem, episodes or (), evaluations, replications, out, workers, teller(as_json))
    if as_json:
        print(json.dumps(rows))
        return
    print(f"{'episode':<24} facts  pass: shipped  left out   mean abs. ln error: shipped  left out")
    for row in rows:
        print(
            "{episode:<24} {groups:>5} {shipped:>14.0%} {left_out:>9.0%} {shipped_error:>28.2f} {left_out_error:>9.2f}"
            .format(**row)
        )  # fmt: skip
    shares = [np.nanmedian([row[k] for row in rows]) for k in ("shipped", "left_out")]
    print(f"median share of facts that pass: {shares[0]:.0%} at shipped values, {shares[1]:.0%} left out")


@app.command()
def recover(
    out: Annotated[Path, typer.Option(help="folder of the fits; what stopped goes on there")],
    episodes: Annotated[
        list[str] | None, typer.Argument(metavar="[EPISODE]...", help="worlds whose history is made up (default: all)")
    ] = None,
    number: Annotated[int, typer.Option("--values", min=2, help="sets of known values")] = 60,
    draws: Annotated[int, typer.Option(min=9, help="draws of each posterior")] = 39,
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of each fit, about")] = 100,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Make history with known values: does the fit find them again?

    Simulation-based calibration: ranks of true values in their posteriors.
    """
    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference import calibration, recovery
    from chokepoint.experiments.inference.objective import Aim, Problem

    asked = [a.episode for a in calibration.aims_until(episodes or (), None)]
    problem = Problem(FITTED, tuple(Aim(e, facts=False) for e in recovery.with_history(asked)), 1, seed, count=0.0)
    rows = recovery.recover(problem, number, draws, evaluations, out, workers, teller(as_json))
    found = recovery.told(rows, problem.parameters, draws)
    if as_json:
        print(json.dumps({"episodes": [a.episode for a in problem.aims], "parameters": found}))
        return
    print(f"{len(rows)} sets of known values on {', '.join(a.episode for a in problem.aims)}; {draws} draws each")
    print("parameter                p of even ranks   90 % interval holds   correlation true, found   sd left")
    for row in found:
        print("{parameter:<24} {p:>15.2f} {held:>21.0%} {correlation:>25.2f} {left:>9.2f}".format(**row))
    low = min(row["p"] for row in found)
    print(f"least p {low:.3f}: ranks are {'even' if low > 0.01 else 'not even'} (more than .01 is asked of each)")


@app.command()
def elements(
    episode: Name = "2010-embargo",
    seen: Annotated[list[str] | None, typer.Option(metavar="MATERIAL", help="what is fitted (default: La, Nd)")] = None,
    first: Annotated[str, typer.Option(metavar="DAY", help="prices from this day on")] = "2010-07-01",
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of the fit, about")] = 150,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Fit some elements of an ore: does that predict the others?

    Root mean squared error of ln price outside, by element.
    """
    permit(episode, allow_rules)
    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference.elements import predicted
    from chokepoint.experiments.inference.objective import Aim, Problem

    fitted = seen or ["La", "Nd"]
    problem = Problem(FITTED, (Aim(episode, facts=False),), 1, seed)
    found = predicted(problem, fitted, evaluations, _day("--first", first))
    if as_json:
        print(json.dumps(found))
        return
    print("element   fitted   medians of priors")
    for item, error in found["fitted"].items():
        print(f"{item:<8} {error:>7.2f} {found['prior'][item]:>19.2f}{'' if item in fitted else '   not seen'}")
    print(f"not seen {found['fitted_unseen']:>7.2f} {found['prior_unseen']:>19.2f}")


@app.command()
def swap(
    out: Annotated[Path, typer.Option(help="folder of the searches; what stopped goes on there")],
    episode: Name = "2010-embargo",
    materials: Annotated[
        list[str] | None, typer.Option("--material", metavar="MATERIAL", help="exchanged (default: La, Ce, Nd, Dy)")
    ] = None,
    first: Annotated[str, typer.Option(metavar="DAY", help="prices from this day on")] = "2010-07-01",
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of each search, about")] = 70,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Exchange histories of elements: does the true one fit best?

    A new search under every exchange of their paths.
    """
    permit(episode, allow_rules)
    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference.elements import swapped
    from chokepoint.experiments.inference.objective import Aim, Problem

    items = materials or ["La", "Ce", "Nd", "Dy"]
    problem = Problem(FITTED, (Aim(episode, facts=False),), 1, seed)
    rows = swapped(problem, items, evaluations, _day("--first", first), out, teller(as_json))
    if as_json:
        print(json.dumps(rows))
        return
    true = rows[0]["objective"]
    for row in sorted(rows, key=lambda r: float(r["objective"])):
        print(f"{' '.join(row['order']):<24} {row['objective']:8.1f} {row['objective'] / true:6.2f} times the true one")


def _day(option: str, text: str) -> date:
    from chokepoint.sim.scenario.problems import BadInput

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput([f"{option} {text}: is not a date such as 2011-12-31"], option) from None


def _print_starts(data: dict[str, Any]) -> None:
    """All starts, and the values of the best one with how far they are from their priors."""
    from chokepoint.agents.behaviour import PARAMETERS
    from chokepoint.experiments.inference.objective import away

    print("start   first    best  of it priors  evaluations")
    for start in data["starts"]:
        print("{number:>5} {first:7.1f} {objective:7.2f} {prior:13.2f} {evaluations:>12}".format(**start))
    best = data["starts"][0]
    print("\nbest start: parameter, median of its prior, value, standard deviations of the prior between them", end="")
    print(", and left by the data (1: they say nothing)" if best["left"] else "")
    for name, value in best["values"].items():
        parameter = PARAMETERS[name]
        left = f"{best['left'][name]:6.2f}" if name in best["left"] else ""
        bound = "  at an end of what was looked at" if name in best["bounds"] else ""
        print(f"  {name:<24}{parameter.prior:>8g} {value:8.4g} {away(parameter, value):+6.1f} {left}{bound}")
    if best["directions"] is not None:
        print(f"The data say more than the priors in {best['directions']} of {len(best['values'])} directions.")
    for row in data.get("profiles", []):
        print(f"  {row['parameter']:<24} left {row['left']:.2f} with the others fitted again: {row['verdict']}")
    for row in data.get("holdout", []):
        print("  ".join(f"{k} {v:.2f}" for k, v in row.items()))
