"""Fuzzing: random frames within given ranges, until a response arrives."""
