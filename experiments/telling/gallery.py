"""A gallery: one self-contained HTML page of a run on disk, for those who only want to look.

It holds the same figures as `chokepoint run` draws (drawn now where they are missing), the report beside history, and
what was run. It asks nothing of the network.
"""

import base64
import json
import tempfile
from html import escape
from math import isnan
from pathlib import Path
from typing import Any

from chokepoint.experiments.history import catalogue
from chokepoint.experiments.telling.numbers import show_number
from chokepoint.sim.results.drawing import DPI, MM_PER_INCH, PAGE_MM
from chokepoint.sim.results.run import Run, load_run
from chokepoint.sim.scenario.problems import BadInput

TITLES = {
    "prices": "Spot prices outside and inside", "expectations": "What holders expect",
    "exports_and_quota": "Exports and quota", "stocks": "Stocks in weeks of use",
    "reserves": "State reserves", "network": "Who supplies whom",
}  # fmt: skip
STYLE = """
body {font:15px/1.5 system-ui,sans-serif; color:#222; background:#f4f5f7; margin:0;}
main {max-width:1100px; margin:0 auto; padding:24px 20px 60px;}
h1 {font-size:26px; margin:0 0 4px;} h2 {font-size:18px; margin:34px 0 8px;} .sub {color:#666; font-size:13px;}
figure {margin:0; background:#fff; border:1px solid #e1e4e8; border-radius:6px; padding:12px;}
img {height:auto; display:block;}
table {border-collapse:collapse; background:#fff; width:100%; font-size:13.5px;}
th, td {padding:4px 10px; border-bottom:1px solid #eceef0; text-align:left;}
td.n, th.n {text-align:right; font-variant-numeric:tabular-nums;}
.pass {color:#1b7f4b;} .fail {color:#b3261e;}
"""


def _figures(run: Run, folder: Path) -> dict[str, bytes]:
    """PNG files by name: those of the folder, or newly drawn."""
    found = sorted((folder / "figures").glob("*.png"))
    if found:
        return {path.stem: path.read_bytes() for path in found}
    with tempfile.TemporaryDirectory() as place:
        if run.manifest["scenario"] in catalogue.names():
            from chokepoint.experiments.telling.figures import draw_all

            paths = draw_all(run, catalogue.find(str(run.manifest["scenario"])).folder, Path(place))
        else:
            from chokepoint.sim.results.figures import save_all

            paths = save_all(run, place)
        return {path.stem: path.read_bytes() for path in paths}


def _table(heads: list[str], rows: list[list[str]], numbers: set[int]) -> str:
    def cell(tag: str, column: int, text: str) -> str:
        return f"<{tag}{' class=n' if column in numbers else ''}>{text}</{tag}>"

    top = "".join(cell("th", i, escape(h)) for i, h in enumerate(heads))
    body = "".join("<tr>" + "".join(cell("td", i, c) for i, c in enumerate(row)) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _facts(report: dict[str, Any]) -> str:
    rows = []
    for f in report.get("facts", []):
        unit = f["unit"]
        mark = ""
        if f["pass_share"] is not None:
            mark = f"<span class={'pass' if f['pass'] else 'fail'}>{100 * f['pass_share']:.0f} %</span>"
        sums_up = f["value"] is None or isnan(f["value"])  # whether all parts of a fact pass
        span = f"{show_number(f['low'], unit)} to {show_number(f['high'], unit)}"
        numbers = ["", "", ""] if sums_up else [show_number(f["observed"], unit), show_number(f["value"], unit), span]
        rows.append([escape(f["title"]), *numbers, "" if unit == "month" else escape(unit), mark])
    heads = ["", "history", "model, median", "10-90 %", "unit", "replications that pass"]
    note = "<p class=sub>A fact passes when it does in at least 70 % of replications.</p>"
    return f"<h2>Beside history</h2>{_table(heads, rows, {1, 2, 3, 5})}{note}" if rows else ""


def _image(name: str, png: bytes) -> str:
    """A figure as wide as it was made for: a page or a column."""
    dots = int.from_bytes(png[16:20], "big")
    part = min(100.0, 100.0 * dots / (PAGE_MM / MM_PER_INCH * DPI))
    source = base64.b64encode(png).decode()
    return f"<img alt='{escape(name)}' style='width:{part:.0f}%' src='data:image/png;base64,{source}'>"


def page_of(folder: str | Path) -> str:
    """The page of a run on disk as HTML; `BadInput` when the folder holds none."""
    folder = Path(folder)
    run = load_run(folder)
    path = folder / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except json.JSONDecodeError as error:
        raise BadInput([f"{path}: is damaged ({error})"], "report") from None
    m = run.manifest
    made = [
        f"episode {m['scenario']}, {run.replications} replications, seed {m['seed']}",
        f"identity {m['identity']}, code {m['code']}",
    ]
    given = m.get("changes", [])
    assert isinstance(given, list)
    changes = "".join(f"<li><code>{escape(str(c))}</code></li>" for c in given)
    figures = _figures(run, folder)
    order = [*(n for n in TITLES if n in figures), *(n for n in figures if n not in TITLES)]
    pictures = "".join(
        f"<h2>{escape(TITLES.get(n, n.replace('_', ' ').capitalize()))}</h2><figure>{_image(n, figures[n])}</figure>"
        for n in order
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(run.title)}</title><style>{STYLE}</style><main><h1>{escape(run.title)}</h1>"
        f"<div class=sub>{'<br>'.join(map(escape, made))}</div>"
        + (f"<h2>What was changed</h2><ul>{changes}</ul>" if changes else "")
        + pictures + _facts(report)
        + "<p class=sub>Made by Chokepoint, a simulator of mineral export restrictions.</p></main></html>\n"
    )  # fmt: skip
