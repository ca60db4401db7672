"""How the tables came about, version by version; Alembic runs it when the journal starts."""
