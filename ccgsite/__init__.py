"""Wiring: the only room that knows every other room; nothing imports it."""
