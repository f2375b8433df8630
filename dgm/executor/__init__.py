"""Who carries jobs out at the same time: threads by default."""
