"""A study file is checked whole: every problem at once, axes included; designs run what they say."""

from pathlib import Path

import numpy as np
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.runs.points import Factor
from chokepoint.experiments.sweep import designs
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.sim.scenario.problems import BadInput

ELASTICITY = PARAMETERS["use_elasticity"]
HEAD = 'title = "t"\nscenario = "2010-embargo"\n'
KEPT = '[outputs.peak]\nstatistic = "peak"\nwith = { series = "price_outside", column = "Nd" }\n'


def plan(tmp_path: Path, text: str, **options) -> Plan:  # type: ignore[no-untyped-def]
    path = tmp_path / "study.toml"
    path.write_text(text)
    return Plan(path, **options)


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        plan(tmp_path, text)
    return "\n".join(caught.value.problems)


def test_unknown_keys_are_named_with_the_nearest(tmp_path: Path) -> None:
    told = problems(
        tmp_path, HEAD + 'replication = 3\n[design]\nkind = "sobol"\npoint = 4\n[outputs.x]\nstatistics = 1\n'
    )
    assert "study.toml, replication: unknown key (nearest: replications" in told
    assert "design.point: unknown key (nearest: points" in told
    assert "outputs.x.statistics: unknown key (nearest: statistic" in told


def test_everything_that_is_wrong_with_the_content_is_told_at_once(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        HEAD + 'parameters = ["stock_*", "xyz*"]\n[design]\nkind = "sobol"\n'
        '[factors.use_elasticty]\n'
        "[factors.threat]\nrange = [0.3, 99]\n"
        '[factors.days]\nset = "reserve.Japan.dais"\nrange = [1, 2]\n'
        '[factors.quota]\nlevels = { cut = [], none = ["quota.2030=none"] }\n'
        '[outputs.a]\nstatistic = "peek"\n'
        '[outputs.b]\nstatistic = "peak"\nwith = { series = "price_outside", colum = "Nd" }\n'
        '[outputs.c]\nstatistic = "level"\n'
        'with = { series = "price_outside", column = "Xx", span = [2035-01-01, 2036-01-01] }\n'
        '[outputs.run]\nfact = "A99"\n'
        '[series]\nrecord = ["exprts"]\n[agents]\nsample = 9999\nfields = ["mood"]\n'
        '[[find]]\nname = "f"\noutput = "zzz"\nabove = 1.0\n'
        '[[compare]]\nname = "c"\nfactor = "quota"\nbase = "cutt"\noutputs = ["a"]\n',
    )  # fmt: skip
    for part in (
        "design, points: sobol needs", "'xyz*' names none", "use_elasticty: no parameter of that name (nearest: use_el",
        "factors.threat: 99 lies outside", "factors.days, 1:", "factors.quota, none:", "no statistic 'peek'",
        "colum", "no column 'Xx'", "is not within the scenario", "the name is taken", "no fact 'A99'",
        "no series 'exprts'", "a sample between 1 and", "fields: 'mood'", "find.f: no output 'zzz'",
        "compare.c: no level 'cutt' (nearest: cut)",
    ):  # fmt: skip
        assert part in told, part


def test_a_grid_runs_every_combination_and_a_short_version_fewer(tmp_path: Path) -> None:
    text = (
        HEAD + '[design]\nkind = "grid"\nlevels = 3\n[factors.use_elasticity]\n'
        '[factors.hold]\nlevels = { held = [], free = ["embargo=none"] }\n'
        '[factors.licences]\nset = "quota.2010H2"\nvalues = [8000, 16000]\nunit = "t gross"\n' + KEPT
        + "[short]\nreplications = 1\nvalues = { licences = [8000] }\n"
    )  # fmt: skip
    full, short = plan(tmp_path, text), plan(tmp_path, text, short=True)
    assert len(full.batch.points) == 3 * 2 * 2
    assert len(short.batch.points) == 3 * 2
    assert (full.batch.replications, short.batch.replications) == (10, 1)
    last = full.batch.points[11]
    assert last.changes == ("embargo=none", "quota.2010H2=16000.0")
    assert last.behaviour == {"use_elasticity": pytest.approx(ELASTICITY.high)}


def test_a_list_takes_names_of_levels_and_names_bad_cells(tmp_path: Path) -> None:
    text = (
        HEAD + '[design]\nkind = "list"\nfile = "points.csv"\n[factors.use_elasticity]\n'
        '[factors.hold]\nlevels = { held = [], free = ["embargo=none"] }\n' + KEPT
    )  # fmt: skip
    (tmp_path / "points.csv").write_text("use_elasticity,hold\n0.1,free\n0.12,held\n")
    points = plan(tmp_path, text).batch.points
    assert [p.changes for p in points] == [("embargo=none",), ()]
    (tmp_path / "points.csv").write_text("use_elasticity,hold\n9,free\nx,hald\n")
    told = problems(tmp_path, text)
    assert f"row 2, use_elasticity: '9' lies outside {ELASTICITY.low:g} to {ELASTICITY.high:g}" in told
    assert "row 3, use_elasticity: 'x' is not a number" in told
    assert "row 3, hold: 'hald' is no level (nearest: held)" in told


FACTORS = [Factor("a", "parameter", ("a",), 0.0, 10.0), Factor("b", "parameter", ("b",), 1.0, 100.0, scale="log"),
           Factor("c", "choice", low=0.0, high=2.0, levels=("x", "y", "z"))]  # fmt: skip


@pytest.mark.parametrize(("kind", "rows"), [("latin-hypercube", 8), ("sobol", 8 * 5), ("morris", 8 * 4)])
def test_random_designs_keep_their_first_rows_when_they_grow(kind: str, rows: int) -> None:
    small = designs.rounds_of(kind, [8], FACTORS, 3, False)
    large = designs.rounds_of(kind, [8, 16], FACTORS, 3, False)
    assert (len(small), len(large)) == (rows, 2 * rows)
    assert np.array_equal(large[:rows], small)
    assert not np.array_equal(large[rows:], small)
    assert large[:, 1].min() >= 1.0
    assert large[:, 1].max() <= 100.0
    assert set(large[:, 2]) == {0.0, 1.0, 2.0}


def test_a_sobol_sample_in_one_go_is_that_in_two() -> None:
    assert np.array_equal(
        designs.rounds_of("sobol", [16], FACTORS, 3, True), designs.rounds_of("sobol", [4, 16], FACTORS, 3, True)
    )
    with pytest.raises(BadInput, match="power of two"):
        designs.rounds_of("sobol", [12], FACTORS, 3, True)


def test_a_logarithmic_factor_is_spread_evenly_in_its_logarithm() -> None:
    assert FACTORS[1].at(np.array([0.0, 0.5, 1.0])).tolist() == pytest.approx([1.0, 10.0, 100.0])
    assert Factor("n", "set", ("k",), 0.0, 4.0, whole=True).at(np.array([0.4])).tolist() == [2.0]
    assert FACTORS[2].at(np.array([0.0, 0.34, 1.0])).tolist() == [0.0, 1.0, 2.0]


def test_values_of_the_wrong_kind_are_told_wherever_they_stand(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        'title = 3\nscenario = "2010-embargo"\nchanges = [5]\nbehaviour = { x = "a" }\nseed = -1\n'
        '[design]\nkind = "grid"\n'
        '[factors.a]\nset = "k"\nlevels = { x = [], y = [] }\n[factors.b]\nset = "k"\nvalues = [1, 1]\n'
        '[factors.c]\nset = "k"\nrange = [0.5, 3]\nwhole = true\n',
    )
    for part in (
        "changes.0: 5: input should be a valid string", "behaviour.x: 'a'", "seed: -1 must be at least 0",
        "study.toml, factors.a: both set and levels", "factors.b: a value stands there twice", "factors.c: whole",
    ):  # fmt: skip
        assert part in told, part


def test_what_would_have_no_effect_or_spoil_a_table_is_refused(tmp_path: Path) -> None:
    head = 'title = "t"\nscenario = "2010-embargo"\nchanges = ["use_elasticity=0.1", "end=2010-12-26", "quotta=none"]\n'
    told = problems(
        tmp_path,
        head + '[design]\nkind = "latin-hypercube"\npoints = 4\nlevels = 3\n'
        "[factors.use_elasticity]\n[factors.threat]\nvalues = [0.3, 0.4]\n"
        '[factors.same]\nset = "threat"\nrange = [0.3, 0.4]\n'
        '[factors.peak]\nlevels = { a = [], b = ["end=2011-12-26"] }\n' + KEPT
        + '[outputs.fact]\nfact = "A8.La"\n[outputs.time]\nstatistic = "share_from"\n'
        'with = { destination = "Japn", origin = "China", span = [2010-01-04, 2010-06-30] }\n'
        '[agents]\nnames = ["x"]\nsample = 9999\nfields = ["risk"]\n'
        '[[compare]]\nname = "c"\nfactor = "peak"\nbase = "a"\noutputs = ["peak"]\n[short]\nvalues = { peak = [1] }\n',
    )  # fmt: skip
    for part in (
        "changes: use_elasticity is what factors.use_elasticity varies", "design, levels: a latin-hypercube takes none",
        "factors.threat, values: a latin-hypercube draws from a range", "factors.same: threat is set by",
        "factors.peak: the name is taken", "outputs.fact, fact A8.La, outside: 2011-09-15", "outputs.time: the name is",
        "outputs.time, with: series 'imports' has no column 'Japn from China'", "names or a sample, not both",
        "compare.c: peak must be one of a grid or a list, or crossed", "short.values.peak: it has levels", "quotta",
    ):  # fmt: skip
        assert part in told, part
    told = problems(tmp_path, HEAD + 'parameters = ["*"]\n[design]\nkind = "grid"\n' + KEPT)
    assert "are too many" in told
    told = problems(tmp_path, HEAD.replace("2010-embargo", "2010-embarg") + '[design]\nkind = "gird"\n' + KEPT)
    assert "'gird' is not one of" in told
    told = problems(tmp_path, HEAD.replace("2010-embargo", "2010-embarg") + '[design]\nkind = "list"\n' + KEPT)
    assert "nearest: 2010-embargo" in told
    assert "list needs a CSV file" in told


def test_a_study_may_vary_nothing_and_a_list_come_from_a_spreadsheet(tmp_path: Path) -> None:
    assert len(plan(tmp_path, HEAD + '[design]\nkind = "grid"\n' + KEPT).batch.points) == 1
    text = HEAD + '[design]\nkind = "list"\nfile = "points.csv"\n[factors.use_elasticity]\n' + KEPT
    (tmp_path / "points.csv").write_bytes("\ufeffuse_elasticity\r\n0.1\r\n".encode())
    assert plan(tmp_path, text).batch.points[0].behaviour == {"use_elasticity": 0.1}
    (tmp_path / "points.csv").write_bytes(b"use_elasticity\n0.1,3\n")
    assert "more cells than columns" in problems(tmp_path, text)
    (tmp_path / "points.csv").write_bytes("use_elasticity\nz\xe9\n".encode("latin-1"))
    assert "UTF-8" in problems(tmp_path, text)
