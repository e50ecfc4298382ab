"""Rows of a database as other stores take them: templates, the question that answers them, and the answer."""
