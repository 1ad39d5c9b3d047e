"""`python -m forbear_server.cli …` is `forbear …`, wherever the environment lies."""

from forbear_server.cli.main import app

app()
