"""Verbs of evidence: score, ablation, placebos, assumptions, draws, hypotheses, calibration, published misfit."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands.shared import (
    AllowRules,
    Json,
    Name,
    Rule,
    Set,
    Workers,
    app,
    console_of,
    permit,
    progress,
    rules_of,
    teller,
)


@app.command()
def score(
    episode: Name,
    replications: Annotated[int, typer.Option(min=1, help="number of replications")] = 50,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    changes: Set = None,
    rule: Rule = None,
    workers: Workers = 2,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Hold an episode against history, fact by fact.

    With intervals, loss and rivals of its prices.
    """
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.history.scoring import as_data
    from chokepoint.experiments.runs.score import score as run_score
    from chokepoint.experiments.telling.score import print_score

    permit(episode, allow_rules)
    place = find(episode)
    result = run_score(
        episode, replications, seed=seed, workers=workers, changes=changes or [], rules=rules_of(rule),
        progress=progress(as_json, 2),
    )  # fmt: skip
    if as_json:
        print(json.dumps(as_data(result, place)))
        return
    print_score(result, place, console_of(150))


@app.command()
def ablate(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=2, help="replications of each set")] = 10,
    orders: Annotated[int, typer.Option(min=0, help="random orders for Shapley values (0: none)")] = 40,
    no_pairs: Annotated[bool, typer.Option("--no-pairs", help="leave out the interactions of pairs")] = False,
    without: Annotated[list[str] | None, typer.Option(metavar="MECHANISM", help="only these mechanisms")] = None,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="also write ablation.json to this folder")] = None,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Take mechanisms out: what does each of them do?

    One at a time, in pairs and in random orders.
    """
    from chokepoint.experiments.attribution import ablation
    from chokepoint.experiments.history.catalogue import find

    permit(episode, allow_rules)
    place = find(episode)
    result = ablation.ablate(
        episode, replications, orders, pairs=not no_pairs, without=without or (), seed=seed, workers=workers,
        progress=progress(as_json, 2),
    )  # fmt: skip
    data = ablation.as_data(result, place)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "ablation.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    if as_json:
        print(json.dumps(data))
        return
    ablation.print_ablation(result, place, console_of(150))


@app.command()
def placebo(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=1, help="replications of each version")] = 8,
    shuffles: Annotated[int, typer.Option(min=1, help="versions with the dates of news shuffled")] = 20,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Shuffle the dates of news: does history's news carry the rise?

    Each item is left out once, too.
    """
    from chokepoint.experiments.attribution.placebo import placebos, print_placebos

    permit(episode, allow_rules)
    result = placebos(episode, replications, shuffles, seed, workers, progress(as_json, 2))
    if as_json:
        print(json.dumps({**vars(result), "ratio": result.ratio}))
        return
    print_placebos(result, console_of())


@app.command()
def tornado(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=1, help="replications of each version")] = 2,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="folder for tornado.png and tornado.csv")] = None,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Move each assumed number by half: what does the score hang on?"""
    from chokepoint.experiments.attribution import tornado as bars

    permit(episode, allow_rules)
    loss, found = bars.tornado(episode, replications, seed, workers, progress(as_json, 2))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        bars.draw(loss, found).savefig(out / "tornado.png", dpi=200)
        lines = [
            "key,value,loss_at_half,loss_at_one_and_a_half",
            *(f'"{b.key}",{b.value},{b.low},{b.high}' for b in found),
        ]
        (out / "tornado.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if as_json:
        print(json.dumps({"loss": loss, "bars": [vars(b) for b in found]}))
        return
    print(f"loss {loss:.3f}; {len(found)} assumptions varied by half, those that move it most:")
    for bar in found[:20]:
        print(f"  {bar.low:7.3f} {bar.high:7.3f}  {bar.key} = {bar.value:g}")


@app.command()
def draws(
    episode: Name = "2010-embargo",
    number: Annotated[int, typer.Option("--draws", min=2, help="draws of all parameters from their ranges")] = 200,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Draw all parameters: how often do prices stay sane?

    They are drawn from the ranges of their table.
    """
    from chokepoint.experiments.attribution.stability import REASONS, stability

    permit(episode, allow_rules)
    data = stability(episode, number, seed, workers, progress(as_json, number))
    if as_json:
        print(json.dumps(data))
        return
    low, high = 100 * data["low"], 100 * data["high"]
    print(f"{100 * data['share']:.0f} % of {number} draws are healthy (90 % interval {low:.0f} to {high:.0f} %). Not:")
    for name, count in data["reasons"].items():
        print(f"  {count:>4}  {name}: {REASONS[name]}")
    if data["parameters"]:
        print("Parameters that differ most: chance that a healthy draw has the larger value (50 %: no difference),")
        print(f"z of that (with {len(data['parameters'])} parameters 2.6 comes by luck), medians of healthy and others")
    for p in data["parameters"][:10]:
        print(f"  {100 * p['chance']:3.0f} % {p['z']:+5.1f} {p['healthy']:9.3g} {p['other']:9.3g}  {p['name']}")
    print(f"Ranges less than a factor of two wide: {', '.join(data['narrow']) or 'none'}")


@app.command()
def weigh(
    episode: Name = "2020-slump",
    points: Annotated[int, typer.Option(min=2, help="points simulated of each hypothesis")] = 400,
    replications: Annotated[int, typer.Option(min=1, help="replications of each point")] = 3,
    synthetic: Annotated[int, typer.Option(min=1, help="synthetic histories of each kind, for error rates")] = 500,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    figure: Annotated[Path | None, typer.Option(help="PNG file of history and the best path of each")] = None,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Weigh the hypotheses of an episode against each other.

    Each with its own size and dates: which tells history best?
    """
    from chokepoint.experiments.inference import weighing, weighing_report

    permit(episode, allow_rules)
    result = weighing.weigh(
        episode, points, replications, synthetic, seed=seed, workers=workers, progress=progress(as_json, 2)
    )
    if figure is not None:
        figure.parent.mkdir(parents=True, exist_ok=True)
        weighing_report.draw(result).savefig(figure, dpi=200)
    if as_json:
        print(json.dumps(weighing_report.as_data(result)))
        return
    weighing_report.print_weighing(result, console_of(150))


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
    free: Annotated[
        int,
        typer.Option(
            min=0,
            help="search only so many parameters, those that move the objective most; "
            "the rest stay at the medians of their priors (0: search all)",
        ),
    ] = 0,
    replications: Annotated[int, typer.Option(min=1, help="replications of each evaluation")] = 2,
    screen: Annotated[int, typer.Option(min=0, help="Morris trajectories afterwards (identification.csv)")] = 0,
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
    from datetime import date, timedelta

    for episode in episodes or ():
        permit(episode, allow_rules)
    from chokepoint.agents.behaviour import FITTED
    from chokepoint.experiments.inference import calibration, identification, posterior
    from chokepoint.experiments.inference.objective import Problem
    from chokepoint.experiments.runs import sample
    from chokepoint.sim.scenario.problems import BadInput

    try:
        last = None if to is None else date.fromisoformat(to)
    except ValueError:
        raise BadInput([f"--to {to}: is not a date such as 2011-12-31"], "calibrate") from None
    aims = calibration.aims_until(episodes or (), last)
    problem = Problem(FITTED, aims, replications, seed, elementary=elementary)
    if free:
        problem = identification.narrowed(problem, free, workers=workers)
    found = calibration.calibrate(problem, starts, evaluations, out, workers, teller(as_json), method)
    data: dict[str, Any] = {"starts": [vars(s) for s in found]}
    if last is not None:
        data["holdout"] = identification.holdout(found, problem.aims[0].episode, last + timedelta(days=1))
        _table(out / "holdout.csv", data["holdout"])
    if screen:
        data["identification"] = identification.screening(problem, found[0].values, screen, workers)
        _table(out / "identification.csv", data["identification"])
    if draws:
        taken, drawn = posterior.posterior(problem, found[0].values, draws, 60 * draws, workers)
        sample.write(drawn, out / "posterior.csv")
        data["steps_taken"] = taken
    if as_json:
        print(json.dumps(data))
        return
    _print_starts(data)
    print(f"Values: {out}/starts.json")


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
    for row in data.get("holdout", []):
        print("  ".join(f"{k} {v:.2f}" for k, v in row.items()))


def _table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows of equal keys as CSV, numbers with six significant digits."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)


@app.command()
def misfit(
    replications: Annotated[int, typer.Option(min=1, help="replications of each episode")] = 50,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="file to write (default: README.md beside the episodes)")] = None,
) -> None:
    """Score all episodes; publish every fact, right or wrong."""
    from chokepoint.experiments.telling.misfit import FILE, publish

    print(publish(replications, seed, workers, teller(False), out or FILE))
