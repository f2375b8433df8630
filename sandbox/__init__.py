"""Run what we do not trust, and carry files in and out of it as validated bytes."""
