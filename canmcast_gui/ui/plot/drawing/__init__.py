"""Draws plots with pyqtgraph: curves over time in lanes with a fixed time axis, or over another signal.

``LanesView`` and ``XYView`` are the views. pyqtgraph has the view boxes that move and zoom, the axes, the
curves and the lines of cursors; this package places them, and converts samples to curves. ``entry`` needs
no pyqtgraph; everything else is imported with the first signal. The package may import models, helpers of
``ui``, pyqtgraph and Qt.
"""
