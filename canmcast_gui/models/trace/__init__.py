"""The model of the chronological view: from rows of a recording to the texts of a screen."""
