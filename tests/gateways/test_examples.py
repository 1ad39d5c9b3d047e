"""The examples in the gateways' own docstrings hold."""

import doctest
import importlib
import pkgutil

import pytest

import forbear_server.gateways

MODULES = [module.name for module in pkgutil.iter_modules(forbear_server.gateways.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"forbear_server.gateways.{name}")).failed == 0
