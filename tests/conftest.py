"""Settings of the property tests, and how the tests are shared out between two processes."""

import os

import pytest
from hypothesis import settings

# No deadline (CI machines differ), and the same cases every time in CI.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `-n 2`: a file stays in one process, and all browser tests in one, for they share a site.

    The browser tests are the longest part and begin first, so neither process waits for the other.
    """
    if not config.pluginmanager.hasplugin("xdist"):
        return
    items.sort(key=lambda item: not _is_of_browser(item))
    for item in items:
        part = "browser" if _is_of_browser(item) else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(part))


def _is_of_browser(item: pytest.Item) -> bool:
    return "tests/browser" in item.path.as_posix()
