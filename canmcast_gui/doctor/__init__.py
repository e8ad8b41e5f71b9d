"""Why no frames arrive: checks of every step from the network interface to the first frame.

``examination.Examination`` runs all steps; the command ``canmcast doctor`` and the window show them. May
import ``transport``, ``processes``, ``frames`` and ``wording``.
"""
