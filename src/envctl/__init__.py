"""envctl: this branch's whole stack, isolated, with data, on Docker Compose."""

__version__ = "0.1.0"
