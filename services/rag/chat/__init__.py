"""Answers in sentences, each with the page that it comes from."""
