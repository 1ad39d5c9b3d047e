"""The staff pages."""

from django.urls import path

from forbear_server.console import loans, overview, runs, sign_in, worklists

app_name = "console"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/recovery/", sign_in.sign_in_recovery, name="sign-in-recovery"),
    path("sign-in/binding/", sign_in.sign_in_binding, name="sign-in-binding"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("session/keep/", sign_in.keep, name="keep"),
    path("", overview.overview, name="overview"),
    path("worklist/", worklists.worklist, name="worklist"),
    path("worklist/<int:item_id>/", worklists.item, name="worklist-item"),
    path("worklist/<int:item_id>/<slug:verb>/", worklists.change, name="worklist-change"),
    path("loans/<str:ref>/", loans.loan, name="loan"),
    path("imports/", runs.runs, name="imports"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<str:day>/", runs.run_day, name="run"),
    path("runs/<str:day>/start/", runs.start, name="run-start"),
    path("runs/<str:day>/pause/", runs.pause, name="run-pause"),
    path("runs/<str:day>/manifest/", runs.manifest, name="run-manifest"),
]
