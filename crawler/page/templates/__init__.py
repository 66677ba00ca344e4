"""page/templates."""
