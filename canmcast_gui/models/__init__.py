"""Qt item models and the controllers of the transmit panels: what views show, without widgets.

Texts are made from columns for the visible cells only. Each subpackage belongs to one view: ``trace``,
``byid``, ``transmit``, ``plot``, ``signals``, ``database``. May import ``app`` and every package below it,
and neither ``ui`` nor pyqtgraph.
"""
