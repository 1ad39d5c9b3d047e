"""The evidence written since the foundation gets its place in the log, in the order it was written."""

from django.db import migrations

from forbear_server.store.evidence_conversion import convert_earlier_rows


def convert(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        convert_earlier_rows(cursor)


class Migration(migrations.Migration):
    dependencies = [("store", "0007_evidence_log")]

    operations = [migrations.RunPython(convert, migrations.RunPython.noop)]
