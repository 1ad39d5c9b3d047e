"""The only part with tables: models, migrations, who may see which row, sealed personal data."""
