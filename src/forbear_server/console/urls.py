"""The staff pages."""

from django.urls import path

from forbear_server.console import (
    import_steps,
    imports,
    loans,
    may_contact,
    overview,
    rules,
    runs,
    sign_in,
    worklists,
)

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
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import-file"),
    path("imports/<uuid:import_uuid>/mapping/", import_steps.mapping, name="import-mapping"),
    path("imports/<uuid:import_uuid>/preview/", import_steps.preview, name="import-preview"),
    path("imports/<uuid:import_uuid>/findings/", import_steps.findings, name="import-findings"),
    path("imports/<uuid:import_uuid>/check/", import_steps.recheck, name="import-check"),
    path("imports/<uuid:import_uuid>/confirm/", import_steps.confirm, name="import-confirm"),
    path("imports/<uuid:import_uuid>/outcome/", import_steps.outcome, name="import-outcome"),
    path("imports/<uuid:import_uuid>/withdraw/", imports.withdraw, name="import-withdraw"),
    path(
        "imports/<uuid:import_uuid>/findings.csv",
        import_steps.findings_file,
        name="import-findings-file",
    ),
    path(
        "imports/<uuid:import_uuid>/rejected.csv",
        import_steps.rejects_file,
        name="import-rejects-file",
    ),
    path("rules/", rules.rules, name="rules"),
    path("rules/may-i-contact/", may_contact.may_contact, name="may-contact"),
    path("rules/differences/", rules.rule_differences, name="rule-differences"),
    path("rules/books/<str:book_id>/report/", rules.rulebook_report, name="rulebook-report"),
    path("rules/<str:rule_id>/", rules.rule, name="rule"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<str:day>/", runs.run_day, name="run"),
    path("runs/<str:day>/start/", runs.start, name="run-start"),
    path("runs/<str:day>/pause/", runs.pause, name="run-pause"),
    path("runs/<str:day>/manifest/", runs.manifest, name="run-manifest"),
]
