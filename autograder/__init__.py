"""Grades update rules written by students, and says what their code computes."""

__version__ = "0.1.0"
