"""Layouts as the rows and settings that people edit on a screen."""
