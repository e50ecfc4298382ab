"""Data that is masked, and a part of its rows chosen, on its way into a server."""
