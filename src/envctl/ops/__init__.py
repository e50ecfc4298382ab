"""The stories, one verb each."""
