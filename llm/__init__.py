"""Language models of an Ollama server on this machine: what they can do, and what they answer."""
