"""Decode signals: raw values of ``frames.bitfield`` become physical values and texts.

``values`` has the arithmetic, ``columns`` decodes one signal in many frames, ``payload`` all signals of one
frame. cantools decodes one frame at a time; a column is decoded more than 100 times as fast.
"""
