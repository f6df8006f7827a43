"""The history of the schema, run by Alembic; each file is one step and is never edited once released."""
