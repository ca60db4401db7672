"""Where the journal keeps what it knows: SQL, on SQLite or PostgreSQL."""
