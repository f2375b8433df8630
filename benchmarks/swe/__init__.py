"""The SWE-bench family: rows in swebench 5's form, run in their own images, graded by swebench itself."""
