"""The shipped suite: small repositories of our own, each task a defect put into one of them."""
