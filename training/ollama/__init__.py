"""The model for Ollama users: a small llama whose vocabulary is the notation of lines."""
