"""`./boumb mcp`: the experts as tools of an assistant, over the Model Context Protocol."""
