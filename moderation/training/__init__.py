"""Fits and measures the detector on data that stays outside the repository. Not needed to run it."""
