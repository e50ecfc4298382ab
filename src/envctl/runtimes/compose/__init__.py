"""Docker Compose: rendering a project, and driving it."""
