"""Verbs of evidence: score, ablation, placebos, assumptions, draws, hypotheses, published misfit."""

import json
from pathlib import Path
from typing import Annotated

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
    write_table,
)


@app.command()
def score(
    episode: Name,
    replications: Annotated[int, typer.Option(min=1, help="number of replications")] = 200,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    as_shipped: Annotated[
        bool, typer.Option("--as-shipped", help="draw luck alone: links and assumed numbers stay as they ship")
    ] = False,
    changes: Set = None,
    rule: Rule = None,
    workers: Workers = 2,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Hold an episode against history, fact by fact.

    Each replication draws its luck, how flows are laid, and every number and
    date that is only assumed. With intervals, bands, loss and rivals.
    """
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.history.scoring import as_data
    from chokepoint.experiments.runs.score import score as run_score
    from chokepoint.experiments.telling.score import print_score

    permit(episode, allow_rules)
    place = find(episode)
    result = run_score(
        episode, replications, seed=seed, workers=workers, changes=changes or [], rules=rules_of(rule),
        as_shipped=as_shipped, progress=progress(as_json, 2),
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
def claims(
    chosen: Annotated[list[str] | None, typer.Argument(metavar="[CLAIM]...", help="names (default: all)")] = None,
    replications: Annotated[int, typer.Option(min=1, help="replications of each run")] = 3,
    draws: Annotated[int, typer.Option(min=1, help="draws of links and assumed numbers, and of parameters")] = 6,
    out: Annotated[Path | None, typer.Option(help="folder for claims.csv and claims.png")] = None,
    readme: Annotated[
        Path | None, typer.Option(metavar="FILE", help="page whose part between marks is renewed")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what holds of reserves, and what would overturn it.

    Under other luck, links, parameters, horizons, stocks, lengths and weights.
    """
    from chokepoint.experiments.attribution import claims as examined
    from chokepoint.experiments.attribution import claims_page
    from chokepoint.sim.scenario.problems import BadInput, nearest

    known = {c.name: c for c in examined.CLAIMS}
    unknown = [f"{name}: no claim ({nearest(name, known)})" for name in chosen or () if name not in known]
    if unknown:
        raise BadInput(unknown, "claims")
    found = examined.examine([known[n] for n in chosen or known], replications, draws, teller(as_json))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_table(out / "claims.csv", claims_page.rows(found))
        claims_page.draw(found).savefig(out / "claims.png", dpi=150)
    if readme is not None:
        claims_page.insert(readme, claims_page.page(found, f"chokepoint claims --readme {readme}"))
    if as_json:
        print(json.dumps(claims_page.rows(found)))
        return
    for answers in found.values():
        print(examined.in_words(answers), end="\n\n")


@app.command()
def misfit(
    replications: Annotated[int, typer.Option(min=1, help="replications of each episode")] = 200,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="file to write (default: README.md beside the episodes)")] = None,
) -> None:
    """Score all episodes; publish every fact, right or wrong."""
    from chokepoint.experiments.telling.misfit import FILE, publish

    print(publish(replications, seed, workers, teller(False), out or FILE))
