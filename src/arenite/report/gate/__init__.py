"""Checks of several models as text for people and as the formats that CI systems read."""
