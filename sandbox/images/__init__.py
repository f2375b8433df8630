"""The image that agents run in: what it holds, how it is made, and which one is current."""
