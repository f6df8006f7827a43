"""Một Cửa: a chat assistant for Vietnamese public offices."""

__version__ = "0.1.0"
