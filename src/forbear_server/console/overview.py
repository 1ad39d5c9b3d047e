"""C02 overview: how the book stands, and at what cost to people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.selectors.access import Screen


@require_GET
@screen(Screen.OVERVIEW)
def overview(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/overview.html", {})
