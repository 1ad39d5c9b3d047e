"""The staff pages."""

from django.urls import path

from forbear_server.console import overview, sign_in

app_name = "console"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/recovery/", sign_in.sign_in_recovery, name="sign-in-recovery"),
    path("sign-in/binding/", sign_in.sign_in_binding, name="sign-in-binding"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("session/keep/", sign_in.keep, name="keep"),
    path("", overview.overview, name="overview"),
    path("worklist/", overview.overview, name="worklist"),
    path("imports/", overview.overview, name="imports"),
    path("runs/", overview.overview, name="runs"),
]
