"""Regular expressions made backwards: every text that matches has a number, and is made from it."""

from envctl.synthetic.patterns.syntax import Unreadable
from envctl.synthetic.patterns.texts import Pattern

__all__ = ["Pattern", "Unreadable"]
