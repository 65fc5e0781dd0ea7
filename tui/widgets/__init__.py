"""Widgets: they paint values of the backend and say what was chosen. No decisions here."""
