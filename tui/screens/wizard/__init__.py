"""Making a sandbox: origin, size, options, review."""

from tui.screens.wizard.screen import WizardScreen

__all__ = ["WizardScreen"]
