import resource

size = min(5 * 2**30, resource.getrlimit(resource.RLIMIT_FSIZE)[0])
with open("/workspace/sparse", "wb") as file:
    file.truncate(size)
try:
    open("/workspace/larger", "wb").truncate(5 * 2**30)
except OSError as error:
    print(error)
