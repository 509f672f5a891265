"""Our own start and stop of the web processes (promises R-06 and F2)."""
