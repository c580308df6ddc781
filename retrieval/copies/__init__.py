"""Texts that repeat others."""
