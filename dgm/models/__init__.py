"""Foundation models behind one interface; each provider in a file of its own."""
