"""What composing services share: engines, streams of checked bars, worker processes."""
