"""What the line model is measured against: models of the same events that anybody can train in half an hour."""
