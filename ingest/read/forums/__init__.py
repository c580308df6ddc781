"""Exports of forums and issue trackers."""
