with open("README.md", "a") as file:
    file.write("A child like any other.\n")
