"""The policy `phylo`: a hidden tree of abilities, summed over exactly."""
