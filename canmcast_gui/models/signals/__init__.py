"""The model of the panel Signals: databases, messages and signals as a tree."""
