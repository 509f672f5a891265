"""Entries of the full text index are marked with their kind, and with whether everybody may find them.

One search then reads of a kind what it shows, and no more. What is in a mark stands in no word: a `_`.
"""

from django.db import migrations, models

MARKS = "'_' || kind || CASE WHEN is_public THEN ' _' || kind || '_all' ELSE '' END"
NEW, OLD = (f"{row}id, {row}title_terms, {row}body_terms, {row}marks" for row in ("new.", "old."))
COLUMNS = "rowid, title_terms, body_terms, marks"
TABLE = """CREATE VIRTUAL TABLE community_search USING fts5({columns}, content='community_searchentry',
    content_rowid='id', tokenize="{tokenize}", prefix='2 3 4')"""
ADD, TAKE = (
    f"INSERT INTO community_search({COLUMNS}) VALUES ({NEW});",
    f"INSERT INTO community_search(community_search, {COLUMNS}) VALUES ('delete', {OLD});",
)
DROP = (*(f"DROP TRIGGER search_{one}" for one in ("added", "removed", "changed")), "DROP TABLE community_search")
SQLITE = (
    *DROP,
    f"ALTER TABLE community_searchentry ADD COLUMN marks TEXT GENERATED ALWAYS AS ({MARKS}) VIRTUAL",
    TABLE.format(columns="title_terms, body_terms, marks", tokenize="ascii tokenchars '_'"),
    f"CREATE TRIGGER search_added AFTER INSERT ON community_searchentry BEGIN {ADD} END",
    f"CREATE TRIGGER search_removed AFTER DELETE ON community_searchentry BEGIN {TAKE} END",
    f"CREATE TRIGGER search_changed AFTER UPDATE ON community_searchentry BEGIN {TAKE} {ADD} END",
    "INSERT INTO community_search(community_search) VALUES ('rebuild')",
)
FOUND = "array_to_tsvector(array_remove(string_to_array({words}, ' '), ''))"
# The planner does not know that reading the words of each row costs more than the index that holds them: left to itself
# it reads all rows for a common word, or walks back from the newest one for a rare word.
NEWEST = """CREATE FUNCTION community_search_{name}(asked tsquery, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 50
    SET enable_seqscan = off SET jit = off
    AS $$ SELECT id FROM community_searchentry WHERE {column} @@ asked ORDER BY id + 0 DESC LIMIT most $$"""
POSTGRES = (
    # Long texts beside the rows, so that counting and taking the newest reads narrow ones.
    "ALTER TABLE community_searchentry SET (toast_tuple_target = 128)",
    f"""ALTER TABLE community_searchentry DROP COLUMN found, DROP COLUMN title_found,
        ADD COLUMN title_found tsvector GENERATED ALWAYS AS
          ({FOUND.format(words=f"title_terms || ' ' || {MARKS}")}) STORED,
        ADD COLUMN found tsvector GENERATED ALWAYS AS
          ({FOUND.format(words=f"title_terms || ' ' || body_terms || ' ' || {MARKS}")}) STORED""",
    "CREATE INDEX search_found ON community_searchentry USING gin (found)",
    "CREATE INDEX search_titled ON community_searchentry USING gin (title_found)",
    *(NEWEST.format(name=name, column=column) for name, column in (("newest", "found"), ("titled", "title_found"))),
)
OLD_COLUMNS = "rowid, title_terms, body_terms"
OLD_ADD = f"INSERT INTO community_search({OLD_COLUMNS}) VALUES (new.id, new.title_terms, new.body_terms);"
OLD_TAKE = (
    f"INSERT INTO community_search(community_search, {OLD_COLUMNS}) "
    "VALUES ('delete', old.id, old.title_terms, old.body_terms);"
)
UNDO = {
    "sqlite": (
        *DROP,
        "ALTER TABLE community_searchentry DROP COLUMN marks",
        TABLE.format(columns="title_terms, body_terms", tokenize="ascii"),
        f"CREATE TRIGGER search_added AFTER INSERT ON community_searchentry BEGIN {OLD_ADD} END",
        f"CREATE TRIGGER search_removed AFTER DELETE ON community_searchentry BEGIN {OLD_TAKE} END",
        f"CREATE TRIGGER search_changed AFTER UPDATE ON community_searchentry BEGIN {OLD_TAKE} {OLD_ADD} END",
        "INSERT INTO community_search(community_search) VALUES ('rebuild')",
    ),
    "postgresql": (
        *(f"DROP FUNCTION community_search_{name}(tsquery, integer)" for name in ("newest", "titled")),
        "ALTER TABLE community_searchentry RESET (toast_tuple_target)",
        f"""ALTER TABLE community_searchentry DROP COLUMN found, DROP COLUMN title_found,
            ADD COLUMN title_found tsvector GENERATED ALWAYS AS ({FOUND.format(words="title_terms")}) STORED,
            ADD COLUMN found tsvector GENERATED ALWAYS AS
              ({FOUND.format(words="title_terms || ' ' || body_terms")}) STORED""",
        "CREATE INDEX search_found ON community_searchentry USING gin (found)",
    ),
}


def change(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def undo(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("community", "0011_stories")]

    operations = [
        migrations.AddField(
            model_name="storypicture",
            name="unnamed_since",
            field=models.DateTimeField(
                blank=True, help_text="Since when no text names it; a day later it is deleted", null=True
            ),
        ),
        migrations.RunPython(change, undo),
    ]
