"""What services that compose share to report interactions to the journal: a queue, a spool on disk, deliveries."""
