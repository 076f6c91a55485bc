"""The notebook for newcomers runs, and what is stored in it is whole, small and of no particular machine."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "first_steps.ipynb"
# A path from the root of a file system, not the end of an HTML tag or a part of a relative path or an address.
ABSOLUTE = re.compile(r"(?<![\w<.:/-])/(?:[\w.-]+/)+|\b[A-Za-z]:\\|~/")


def cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in cells(notebook) for output in cell.outputs]


def faults(notebook: Any) -> list[str]:
    """Errors and warnings among the outputs."""
    told = [o.evalue for o in outputs(notebook) if o.output_type == "error"]
    return told + [o.text for o in outputs(notebook) if o.get("name") == "stderr"]


def pictures(notebook: Any) -> int:
    return sum("image/png" in o.get("data", {}) for o in outputs(notebook))


@pytest.fixture(scope="module")
def stored() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_stored_as_one_whole_execution(stored: Any) -> None:
    nbformat.validate(stored)
    assert [cell.execution_count for cell in cells(stored)] == list(range(1, len(cells(stored)) + 1))
    assert all(cell.outputs for cell in cells(stored))
    assert faults(stored) == []
    assert pictures(stored) == 3
    assert NOTEBOOK.stat().st_size < 400_000


def test_it_names_no_machine(stored: Any) -> None:
    for text in ("see /home/somebody/x.py", 'File "/opt/lib/a.py"', r"C:\Users", "in ~/work"):
        assert ABSOLUTE.search(text)
    for text in ("</td></tr>", "USD/kg/year", "https://a.org/b/c", "docs/first_steps.ipynb", "inside/outside"):
        assert not ABSOLUTE.search(text)
    for output in outputs(stored):
        data = {k: v for k, v in output.get("data", {}).items() if k != "image/png"}
        assert not ABSOLUTE.search(json.dumps([data, output.get("text", "")]).replace("\\n", " ")), data
    assert not any(ABSOLUTE.search(cell.source) for cell in stored.cells)


@pytest.mark.slow
def test_it_runs(stored: Any) -> None:
    from nbclient import NotebookClient

    fresh = nbformat.read(NOTEBOOK, as_version=4)
    for cell in cells(fresh):
        cell.outputs, cell.execution_count = [], None
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(fresh, timeout=300, allow_errors=True, resources=where).execute()
    assert faults(fresh) == []
    assert pictures(fresh) == pictures(stored)
    assert all(cell.outputs for cell in cells(fresh))
