"""Qt item models: what views show, without widgets.

Texts are made from columns for the visible cells only. The subpackages ``trace``, ``plot``, ``transmit`` and
``database`` belong to the views of the same name. May import ``app`` and every package below it, and neither
``ui`` nor pyqtgraph.
"""
