"""What melody knows of styles: data, read with errors that name file and key."""
