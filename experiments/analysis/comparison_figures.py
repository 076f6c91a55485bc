"""Figures of policies against each other: paired differences, and replications that they take.

Each returns a figure; `telling/figure_file.py` writes it. labels: what to call a policy in the figure.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.analysis.comparison import Comparison
from chokepoint.experiments.telling.figure_parts import COLOURS, COLUMN_IN, DARK, SMALL, Labels, label, sheet, titled
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure


def differences(found: Comparison, unit: str, *, labels: Labels = None, width_in: float = COLUMN_IN) -> "Figure":
    """Paired differences of each policy: a dot a replication, the mean with its t interval (thick) and bootstrap
    interval (caps), and the share of replications won."""
    table = found.table
    with drawing.theme():
        fig = sheet(width_in, 0.65 + 0.38 * len(table))
        ax = fig.subplots()
        for i, gaps in enumerate(np.sort(found.differences.to_numpy(), axis=1)):
            row = table.iloc[i]
            lanes = i + 0.22 + 0.08 * (np.arange(len(gaps)) % 3 - 1)
            ax.plot(gaps, lanes, "o", color=drawing.GREY, alpha=0.5, markersize=2.0, markeredgewidth=0.0, zorder=2)
            colour = COLOURS[0]
            ax.plot(
                [row["t_low"], row["t_high"]], [i - 0.12] * 2, color=colour, linewidth=3.0, alpha=0.45,
                solid_capstyle="butt", zorder=3,
            )  # fmt: skip
            bars = [[row["difference"] - row["bootstrap_low"]], [row["bootstrap_high"] - row["difference"]]]
            ax.errorbar([row["difference"]], [i - 0.12], xerr=bars, fmt="o", color=colour, markersize=3.5,
                        elinewidth=0.8, capsize=2.5, zorder=4)  # fmt: skip
            ax.text(1.02, i, f"{100.0 * row['won']:.0f} %", transform=ax.get_yaxis_transform(), fontsize=SMALL,
                    va="center", color=DARK)  # fmt: skip
        ax.text(1.02, -0.72, "won", transform=ax.get_yaxis_transform(), fontsize=SMALL, va="center", color=drawing.GREY)
        ax.axvline(0.0, color=DARK, linewidth=0.7, zorder=1)
        ax.set_yticks(range(len(table)), [label(str(p), labels) for p in table.index])
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(titled(f"difference from {label(found.against, labels)}", unit))
    return fig


def replications(
    table: "pandas.DataFrame", unit: str, *, confidence: float = 0.95, labels: Labels = None,
    width_in: float = COLUMN_IN,
) -> "Figure":  # fmt: skip
    """Replications against the half-width of the interval that they buy: paired (lines), unpaired (dashed).

    table: of `comparison.replications_table`, made with the same confidence.
    """
    from matplotlib.lines import Line2D

    height = 0.78 * min(width_in, 3.5)
    with drawing.theme():
        fig = sheet(width_in, height)
        ax = fig.subplots()
        ends = []
        for i, policy in enumerate(dict.fromkeys(table["policy"])):
            own = table[table["policy"] == policy].sort_values("half_width")
            colour = COLOURS[i % len(COLOURS)]
            ax.plot(own["half_width"], own["paired"], color=colour, marker="o", markersize=2.5, label=str(policy))
            ax.plot(own["half_width"], own["unpaired"], color=colour, linestyle=(0, (3, 2)), linewidth=0.9)
            ends.append((label(str(policy), labels), colour))
        ax.set_xscale("log")
        drawing.log_axis(ax)
        widths = sorted(table["half_width"].unique())
        ax.set_xticks(widths, [f"{w:g}" for w in widths])
        ax.minorticks_off()
        ax.set_xlabel(titled(f"half-width of the {100.0 * confidence:g} % interval of the difference", unit))
        ax.set_ylabel("replications needed")
        handles = [Line2D([], [], color=colour, marker="o", markersize=2.5, label=text) for text, colour in ends]
        handles += [Line2D([], [], color=drawing.GREY, linestyle=(0, (3, 2)), label="without shared luck")]
        ax.legend(handles=handles, loc="upper right", borderpad=0.2, labelspacing=0.3)
    return fig
