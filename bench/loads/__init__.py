"""What the load generator does to a server. Each module has one `run(plan)` that returns figures."""
