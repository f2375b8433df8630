"""What exists and how it did: a bare git repository of agents, and the journal."""
