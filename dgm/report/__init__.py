"""What people look at: the lineage drawn, an agent's card, the live view. Text of agents is made visible."""
