"""What a database consists of, asked of its server."""
