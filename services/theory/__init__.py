"""The theory service: understands prompts, derives constraints, and corrects bars to them."""
