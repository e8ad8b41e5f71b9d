"""The by-ID view's model."""
