def write(sweep, folder):
    return []
