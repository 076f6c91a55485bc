"""A paper of a study: what is made of its runs, what is refused, and the archive for deposit."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.runs.points import Factor
from chokepoint.experiments.sweep import study as studies
from chokepoint.experiments.sweep.bundle import bundle
from chokepoint.experiments.sweep.folder import Sweep, sweep
from chokepoint.experiments.sweep.paper import Paper, _others, write_paper
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.sim.scenario.problems import BadInput

HEAD = 'title = "t"\nscenario = "two-countries"\nchanges = ["end=2011-12-25"]\nreplications = 2\n'
PEAK = '[outputs.peak]\nstatistic = "peak"\nwith = { series = "price_outside", column = "M" }\n'
CHOICE = '[factors.law]\nlevels = { quota = [], free = ["quota=none"] }\n'


def made(folder: Path, text: str, run: str = "run") -> tuple[Sweep, Plan]:
    path = folder / "study.toml"
    path.write_text(HEAD + text)
    return sweep(path, folder / run, workers=1), Plan(path)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sweep, Plan]:
    text = (
        '[design]\nkind = "latin-hypercube"\npoints = 20\ncross = ["law"]\n[factors.use_elasticity]\n' + CHOICE + PEAK
        + '[outputs.own]\nfunction = "outputs.py:own"\n'
        + '[[find]]\nname = "dearer"\noutput = "peak"\nfactor = "law"\nlevel = "quota"\nbase = "free"\nabove = 0.0\n'
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("crossed")
    (folder / "outputs.py").write_text("def own(run):\n    return run.column('use', 'Importia')[:, 0]\n")
    return made(folder, text)


def test_a_sobol_study_tells_shares_that_add_up_and_draws_them(tmp_path: Path) -> None:
    text = '[design]\nkind = "sobol"\npoints = 16\n[factors.use_elasticity]\n' + CHOICE + PEAK
    text += '[series]\nrecord = ["price_outside|M"]\nevery = "quarter"\n'
    found, plan = made(tmp_path, text)
    page = write_paper(found, plan).read_text()
    table = pd.read_csv(found.folder / "paper" / "peak-indices.csv").set_index("factor")
    assert table.loc["law", "ST"] > 0.5  # the quota halves exports: what elasticity does is small beside it
    assert table.loc["law", "ST"] > table.loc["use_elasticity", "ST"]
    assert found.identity in page
    assert "Convergence:" in page
    for stem in ("peak-indices", "peak-convergence", "price_outside-M-over-time"):
        assert {p.suffix for p in (found.folder / "paper").glob(f"{stem}.*")} >= {".png", ".pdf", ".svg", ".txt"}
        assert f"({stem}.png)" in page
        assert found.identity in (found.folder / "paper" / f"{stem}.txt").read_text()


def test_a_question_is_asked_of_paired_differences(crossed: tuple[Sweep, Plan], tmp_path: Path) -> None:
    found, plan = crossed
    assert len(found.points) == 40
    paper = Paper(found, plan, tmp_path)
    peak = paper.values("peak")
    gap = peak[paper.places(law="quota")] - peak[paper.places(law="free")]
    elasticity = found.points["use_elasticity"]
    same = elasticity[paper.places(law="quota")].to_numpy() == elasticity[paper.places(law="free")].to_numpy()
    assert same.all()  # the same draw of everything else
    held = int((np.mean(gap > 0.0, axis=1) >= 0.5).sum())
    page = write_paper(found, plan, tmp_path / "paper").read_text()
    assert f"It holds in {held} of 20 worlds" in page
    assert held > 15


def test_a_comparison_is_paired_and_names_what_it_is_beside(tmp_path: Path) -> None:
    text = (
        '[design]\nkind = "grid"\nlevels = 2\n[factors.use_elasticity]\n' + CHOICE + PEAK
        + '[[compare]]\nname = "law"\nfactor = "law"\nbase = "free"\noutputs = ["peak"]\n'
    )  # fmt: skip
    found, plan = made(tmp_path, text)
    write_paper(found, plan)
    table = pd.read_csv(found.folder / "paper" / "law-peak.csv")
    assert sorted(table["use_elasticity"]) == [PARAMETERS["use_elasticity"].low, PARAMETERS["use_elasticity"].high]
    needed = pd.read_csv(found.folder / "paper" / "law-peak-replications.csv")
    assert (needed.sort_values("half_width")["paired"].diff().dropna() <= 0).all()  # the finer, the more
    runs = found.with_factors().set_index(["use_elasticity", "law", "replication"])["peak"]
    for _, row in table.iterrows():
        by_hand = [runs[row["use_elasticity"], "quota", i] - runs[row["use_elasticity"], "free", i] for i in (0, 1)]
        assert row["difference"] == pytest.approx(np.mean(by_hand))


def test_worlds_that_share_no_value_are_compared_one_by_one() -> None:
    drawn = np.random.default_rng(1).random((300, 12)).repeat(2, axis=0)
    factors = [Factor(f"x{i}", "parameter") for i in range(12)] + [Factor("days", "set", values=(0.0, 180.0))]
    points = pd.DataFrame(np.column_stack([drawn, np.tile([0.0, 180.0], 300)]), columns=[f.name for f in factors])
    paper = SimpleNamespace(sweep=SimpleNamespace(points=points, factors=factors))
    found = list(_others(paper, "days"))  # type: ignore[arg-type]
    assert sorted(sorted(places) for _, places in found) == [[i, i + 1] for i in range(0, 600, 2)]


def test_files_of_a_paper_have_names_that_any_disk_and_link_takes(tmp_path: Path) -> None:
    paper = Paper(None, None, tmp_path)  # type: ignore[arg-type]
    names = [paper.file(stem) for stem in ("price-3 USD/kg", "price-3 USD-kg", "x" * 400, "../up", "price-3 USD/kg")]
    assert names == ["price-3-USD-kg", "price-3-USD-kg-2", "x" * 100, "-up", "price-3-USD-kg"]


def test_nothing_is_made_of_a_study_with_a_failed_run(tmp_path: Path) -> None:
    text = '[design]\nkind = "sobol"\npoints = 2\n[factors.use_elasticity]\n'
    text += '[outputs.late]\nfunction = "tests.experiments.measures:late"\n'
    os.environ["CHOKEPOINT_TEST_FAILS"] = "yes"
    try:
        found, plan = made(tmp_path, text)
    finally:
        del os.environ["CHOKEPOINT_TEST_FAILS"]
    with pytest.raises(BadInput, match=r"run 1 \(point 0, replication 1\)"):
        write_paper(found, plan)
    with pytest.raises(BadInput, match="6 failed"):
        bundle(found.folder)


def test_a_bundle_is_whole_and_the_same_twice(crossed: tuple[Sweep, Plan], tmp_path: Path) -> None:
    found, _ = crossed
    first = bundle(found.folder)
    packed = first.read_bytes()
    assert bundle(found.folder).read_bytes() == packed  # though the first lies beside the study
    with zipfile.ZipFile(first) as archive:
        archive.extractall(tmp_path / "x")
    place = tmp_path / "x"
    sums = dict(reversed(line.split("  ")) for line in (place / "SHA256SUMS").read_text().splitlines())
    files = {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    assert set(sums) == files
    assert all(hashlib.sha256((place / name).read_bytes()).hexdigest() == told for name, told in sums.items())
    assert (place / "results" / "results.parquet").read_bytes() == (found.folder / "results.parquet").read_bytes()
    script = (
        "from experiments.runs.batch import identity; from experiments.sweep.plan import Plan\n"
        "import sim, sys; print(sim.__file__); print(identity(Plan(sys.argv[1]).batch.data()))"
    )
    command = [sys.executable, "-c", script, str(place / "study" / "study.toml")]
    told = subprocess.run(command, cwd=place / "code", capture_output=True, text=True, check=True).stdout.split()
    assert told == [str(place / "code" / "sim" / "__init__.py"), found.identity]  # its code is the code that ran


@pytest.mark.parametrize("name", studies.names())
@pytest.mark.parametrize("short", [False, True])
def test_studies_that_ship_are_in_order(name: str, short: bool) -> None:
    plan = Plan(name, short)
    assert len(plan.batch) > 0
    page = (studies.FOLDER / name / "README.md").read_text()
    shown = [part.partition(")")[0] for part in page.split("](")[1:] if ".png)" in part]
    assert shown
    assert all((studies.FOLDER / name / figure).is_file() for figure in shown)
