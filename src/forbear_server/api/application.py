"""The API under /v1/, with its OpenAPI description at /v1/openapi.json and /v1/docs."""

from __future__ import annotations

from ninja import NinjaAPI

from forbear_server.api.behaviour import router as behaviour
from forbear_server.api.channel_events import router as channel_events
from forbear_server.api.contact_checks import router as contact_checks
from forbear_server.api.evidence import router as evidence
from forbear_server.api.messages import router as messages
from forbear_server.api.permits import router as permits
from forbear_server.api.preferences import router as preferences
from forbear_server.api.problems import handle_problems
from forbear_server.api.signing_in import TokenSignIn

api = NinjaAPI(
    title="Forbear 善还",
    version="1",
    description="Lawful, restrained, checkable management of consumer loans after pay-out.",
    auth=TokenSignIn(),
    urls_namespace="api",
)
api.add_router("", contact_checks)
api.add_router("", permits)
api.add_router("", evidence)
api.add_router("", behaviour)
api.add_router("", channel_events)
api.add_router("", messages)
api.add_router("", preferences)
handle_problems(api)
