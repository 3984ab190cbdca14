"""Indexes for search on PostgreSQL.

Wagtail looks for words in the title and the body joined, and joins what it found with the rows by
their key as text. Without these two, each search reads every row.
"""

from django.db import migrations

INDEXES = {
    "pages_search_words": "wagtailsearch_indexentry USING gin ((title || body))",
    "pages_passage_key": "pages_passage ((id::varchar(50)))",
}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, on in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {on}")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):

    dependencies = [
        ("pages", "0005_search_lists"),
        ("wagtailsearch", "0010_add_text_fields"),
    ]

    operations = [migrations.RunPython(create, drop)]
