"""Qt item models: what a view shows, made from columns for the visible cells only."""
