"""Which part of the server answers which address."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from forbear_server.api.application import api
from forbear_server.api.log_files import checkpoint, tile

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/console/", permanent=False)),
    path("language/", set_language, name="set_language"),
    path("v1/", api.urls),
    path("log/checkpoint", checkpoint, name="log-checkpoint"),
    path("log/<path:name>", tile, name="log-tile"),
    path("console/", include("forbear_server.console.urls")),
]

handler404 = "forbear_server.ui.server_errors.not_found"
handler500 = "forbear_server.ui.server_errors.server_error"
