"""complaint: customer complaints as plain files in git, and answers one can stand behind."""

__version__ = "0.1.0"
