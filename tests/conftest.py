"""Settings of the property tests, and how the tests are shared out between two processes."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# No deadline (CI machines differ), and the same cases every time in CI.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


class ByFile(LoadScopeScheduling):
    """A file stays in one process, and all browser tests in one, for they share a site."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests are the longest part: they begin first, so neither process waits at the end."""
    items.sort(key=lambda item: "tests/browser/" not in item.path.as_posix())
