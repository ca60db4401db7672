"""Worker processes for calls that would block the event loop, each behind a bounded queue."""
