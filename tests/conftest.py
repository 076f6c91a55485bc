"""How tests are shared between two processes: those that use the same tables stay together."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        together = "systems" if "systems" in item.path.parts else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(together))
