"""The HTTP client of the gateways that call one: no redirects, no proxy of the environment, no log.

httpx writes every address it calls to its log, and the platforms want secrets and tokens in the
address; its log is therefore kept to warnings.
"""

import logging

import httpx

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def http_client(response_seconds: float) -> httpx.Client:
    """A client whose calls end after `response_seconds` without a sign of life."""
    return httpx.Client(timeout=response_seconds, follow_redirects=False, trust_env=False)
