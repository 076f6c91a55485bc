"""Results of the shipped worlds are those of before, or the changelog says which moved and why."""

from pathlib import Path

import pytest

from chokepoint.sim import Simulation
from tests import fingerprints

WORLDS = fingerprints.worlds()


@pytest.mark.parametrize("world", WORLDS)
def test_results_are_as_before(world: str) -> None:
    moved = fingerprints.moved(fingerprints.kept(), world, fingerprints.taken(WORLDS[world]))
    assert not moved, (
        f"{', '.join(moved)} of {world} move: say so in CHANGELOG.md with {fingerprints.MARK}, the world and why, then "
        "run `python -m tests.fingerprints 'that line'`"
    )


def test_every_renewal_stands_in_the_changelog() -> None:
    told = fingerprints.told_of()
    assert {world for world, _ in fingerprints.kept()} == set(WORLDS)
    for (world, _), row in fingerprints.kept().items():
        line = row["line"]
        assert line == fingerprints.FIRST or any(line in t and fingerprints.names(t, world) for t in told), (
            f"{world}: {line}"
        )


def test_a_small_change_of_behaviour_moves_it_and_a_renewal_without_a_word_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Simulation("two-countries", behaviour={"use_elasticity": 0.1001}, seed=1).run(2)
    other = Simulation("two-countries", behaviour={"use_elasticity": 0.1}, seed=1).run(2)
    for kind in fingerprints.KINDS:
        one, two = (fingerprints.fingerprint(r, kind) for r in (run, other))
        assert abs(one - two) > 10.0 * fingerprints.AGREE * abs(one), kind
    copy = tmp_path / "fingerprints.csv"
    changed = fingerprints.FILE.read_text(encoding="utf-8").replace("two-countries,any,", "two-countries,any,1")
    copy.write_text(changed, encoding="utf-8")
    monkeypatch.setattr(fingerprints, "FILE", copy)
    monkeypatch.setattr(fingerprints, "worlds", lambda: {"two-countries": WORLDS["two-countries"]})
    with pytest.raises(SystemExit, match="CHANGELOG"):
        fingerprints.renew("a new market")
    log = tmp_path / "CHANGELOG.md"
    log.write_text(f"- {fingerprints.MARK} in one-exporter: a new market\n", encoding="utf-8")
    monkeypatch.setattr(fingerprints, "CHANGELOG", log)
    with pytest.raises(SystemExit, match="does not name"):
        fingerprints.renew("a new market")
    log.write_text(f"- {fingerprints.MARK} in two-countries: a new market\n", encoding="utf-8")
    assert fingerprints.renew("a new market") == ["two-countries"]
    assert fingerprints.kept()["two-countries", "any"]["line"] == "a new market"
