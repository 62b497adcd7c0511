"""Calls on their way from a method to their one callback."""
