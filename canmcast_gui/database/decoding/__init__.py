"""Decode signals: raw numbers out of payloads, physical values and texts, in columns or for one frame."""
