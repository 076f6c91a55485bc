"""What figures share: sizes, colours, an empty sheet, axes with units, what a factor or policy is called."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMN_IN, PAGE_IN = 3.5, 7.2  # widths of a column and of a page of a journal
# From seaborn's colour-blind palette, in an order in which neighbours differ in lightness as well.
COLOURS = ("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#56b4e9", "#ca9161")
STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)), (0, (3, 1)), (0, (1, 2)))
DARK, PALE = "#333333", "#d9d9d9"
TINY, SMALL = 5.5, 6.0  # points

Labels = Mapping[str, str] | None


def sheet(width_in: float, height_in: float) -> "Figure":
    """An empty figure, laid out so that nothing is cut off."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(width_in, height_in))
    fig.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    return fig


def titled(text: str, unit: str) -> str:
    """What an axis shows, with its unit."""
    return f"{text} ({unit})" if unit else text


def label(name: str, labels: Labels) -> str:
    """What a factor or policy is called in a figure: its name, or what `labels` says."""
    return (labels or {}).get(name, name)
