"""The one part that is compiled, where there is a compiler: everything works without it."""

from setuptools import Extension, setup

EVIDENCE = "src/forbear/evidence"

setup(
    ext_modules=[
        # no Python module but a plain library that hashing.py opens by ctypes: needs no Python.h
        Extension(
            "forbear.evidence._sha256_batch",
            [f"{EVIDENCE}/sha256_batch.c"],
            depends=[f"{EVIDENCE}/sha256_lanes.h"],
            extra_compile_args=["-O3"],
            optional=True,
        )
    ]
)
