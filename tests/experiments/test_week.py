"""`chokepoint week` is the week of the code: its phases, what they set, with units, and the rules they follow."""

import ast
import json
from pathlib import Path

from chokepoint.sim.engine.equations import equation_of, week
from chokepoint.sim.market.week import phases, rule_set
from tests.experiments.test_cli import call

ROYALTY = Path(__file__).parents[1] / "sim" / "engine" / "royalty.py"


def arrays_set(source: str) -> set[str]:
    """The arrays that a function sets to anything but zero, from its text."""
    found = set()
    for line in ast.walk(ast.parse(source)):
        if isinstance(line, ast.Assign | ast.AugAssign):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            zero = isinstance(line.value, ast.Constant) and line.value.value == 0.0
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Attribute) and not zero:
                found.add(target.value.attr)
    return found


def test_every_phase_stands_in_its_place_with_all_that_it_sets() -> None:
    source = phases()
    told = week(source)
    assert [t.phase for t in told] == [phase.name for phase in source.frame.phases]
    for t in told:
        text = source.file_of(t.phase).blocks[t.phase]
        body = text[: text.index("\n\n\n")] if "\n\n\n" in text else text
        assert {e.name for e in t.equations if e.kind == "sets"} == arrays_set(body), t.phase
        assert t.says.endswith("."), t.phase
        for e in t.equations:
            if e.kind == "sets":
                declared = [a for name, a in source.frame.arrays.items() if name.partition(".")[2] == e.name]
                assert e.unit in {a.unit for a in declared}, (t.phase, e.name)


def test_every_rule_says_an_equation_or_what_it_gives() -> None:
    source = phases()
    said = {name: text for t in week(source) for name, text in t.rules}
    assert set(said) == set(source.rules)
    for name, rule in source.rules.items():
        assert said[name] == equation_of(rule)
        assert len(said[name]) > 20, name


def test_a_mechanism_of_a_study_is_told_like_any_other() -> None:
    told = {t.phase: t for t in week(rule_set(files=[ROYALTY]).source)}
    lines = [(e.kind, e.text) for e in told["royalties"].equations]
    assert ("where", "due = owed(R.mined[step, mine], I.royalty[country])") in lines
    assert ("pays", "pay(S.cash, N.k_account[mine], N.c_account[country], due)") in lines
    assert ("sets", "R.royalty[step, country] += due") in lines


def test_the_verb_prints_the_week_and_shares_that_sum_to_one() -> None:
    done = call("week", "two-countries", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert [p["phase"] for p in data["phases"]] == [phase.name for phase in phases().frame.phases]
    total = data["share_of_policy"] + sum(p["share_of_time"] for p in data["phases"])
    assert abs(total - 1.0) < 0.01
    text = call("week", "two-countries").stdout
    assert "rule firm.use: It is the quote for those on contract too" in text
    assert "S.price_of[N.q_country[market], N.q_mat[market]] = S.price_at[market]" in text
    assert max(map(len, text.splitlines())) <= 120
    assert "  arrivals  (sim/market/mechanisms/cargo.py, mechanism cargo, " in text
    assert ", in agents/firm.py" in text


def test_each_phase_and_rule_stands_in_the_file_that_is_named() -> None:
    data = json.loads(call("week", "two-countries", "--json").stdout)
    root = Path(__file__).parents[2]
    for phase in data["phases"]:
        assert f"def {phase['phase']}(" in (root / phase["file"]).read_text(encoding="utf-8")
        for rule in phase["rules"]:
            text = (root / rule["file"]).read_text(encoding="utf-8")
            function = next(
                node
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef) and node.name == rule["rule"].partition(".")[2]
            )
            assert [a.arg for a in function.args.args] == rule["arguments"]


def test_the_short_week_has_a_line_a_phase() -> None:
    lines = call("week", "two-countries", "--short").stdout.splitlines()
    assert lines[0].startswith("Before the week, states decide")
    assert [line.split()[1] for line in lines[1:]] == [phase.name for phase in phases().frame.phases]
    assert lines[1].endswith("sim/market/mechanisms/mining.py")
