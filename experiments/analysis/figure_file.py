"""A figure on disk: PNG, PDF and SVG that say what they show, and a caption beside them; the same bytes each time."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.results import drawing
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 300


@dataclass(frozen=True)
class Caption:
    """What a reader must know of a figure.

    n: how many of what, such as `512 base samples, 6144 points, 10 replications each`; seeds: of design and draws;
    interval: what lines, bars and bands stand for; note: anything else. `BadInput` when one of the others is empty.
    """

    title: str
    n: str
    seeds: str
    interval: str
    note: str = ""

    def __post_init__(self) -> None:
        empty = [k for k in ("title", "n", "seeds", "interval") if not str(getattr(self, k)).strip()]
        if empty:
            raise BadInput([f"{k}: a caption must say it" for k in empty], "caption")

    def __str__(self) -> str:
        said = f"{self.title}. n = {self.n}; seeds: {self.seeds}; {self.interval}."
        return f"{said} {self.note}" if self.note else said


def save(figure: "Figure", stem: str | Path, caption: Caption, identity: str) -> list[Path]:
    """Write `<stem>.png` (300 dpi), `.pdf`, `.svg` and `.txt`, the caption; returns the paths.

    identity: of the sweep. Each file carries it with the caption, in text chunks of the PNG, the information of the
    PDF, the metadata of the SVG; none carries a time or a version, so equal figures are equal files.
    """
    import matplotlib

    if not identity.strip():
        raise BadInput(["identity: a figure must say what was run"], "figure")
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    title, text, source = caption.title, str(caption), f"sweep {identity}"
    metadata: dict[str, dict[str, Any]] = {
        "png": {"Title": title, "Description": text, "Source": source, "Software": "Chokepoint"},
        "pdf": {
            "Title": title, "Subject": text, "Keywords": source, "Creator": "Chokepoint", "Producer": "Chokepoint",
            "CreationDate": None,
        },
        "svg": {"Title": title, "Description": text, "Source": source, "Creator": "Chokepoint", "Date": None},
    }  # fmt: skip
    paths = []
    with drawing.theme(), matplotlib.rc_context({"svg.hashsalt": identity, "pdf.fonttype": 42}):
        for ending, told in metadata.items():
            content = BytesIO()
            figure.savefig(content, format=ending, dpi=DPI, metadata=told)
            paths.append(stem.with_name(f"{stem.name}.{ending}"))
            write_whole(paths[-1], content.getvalue())
    paths.append(stem.with_name(f"{stem.name}.txt"))
    write_whole(paths[-1], f"{text}\n{source}\n")
    return paths
