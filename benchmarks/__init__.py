"""Tasks and grades: what an agent is asked to do, and whether it did."""
