"""The folk model: from tunes to the counts of a back-off model."""
