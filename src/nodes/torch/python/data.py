def load_data(path):
    """Images [n, c, h, w] from -1 to 1, or points [n, d], and their labels, if there are any."""
    file = HERE / path
    if not file.exists():
        sys.exit(f"{file} is missing: put the data set beside this script.")
    with safe_open(file, "np") as data:
        stored = {name: data.get_tensor(name) for name in data.keys()}
        white = int((data.metadata() or {}).get("max", 255))
    labels = torch.from_numpy(stored["labels"]).long() if "labels" in stored else None
    if "points" in stored:
        return torch.from_numpy(stored["points"]), labels
    images = torch.from_numpy(stored["images"]).permute(0, 3, 1, 2).contiguous()
    return images.double().mul(2 / white).sub(1).float(), labels


def load_mnist(folder, part):
    """Images [n, 1, 28, 28] from -1 to 1 and labels, from the files of LeCun et al., packed or not."""
    def read(name):
        file = next((f for f in (HERE / folder / name, HERE / folder / f"{name}.gz") if f.exists()), None)
        if file is None:
            sys.exit(f"{HERE / folder / name} is missing: download MNIST into this folder.")
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
        return torch.frombuffer(bytearray(data[4 + 4 * len(shape) :]), dtype=torch.uint8).view(shape)
    images = read(f"{part}-images-idx3-ubyte")[:, None]
    return images.double().mul(2 / 255).sub(1).float(), read(f"{part}-labels-idx1-ubyte").long()


def batch_items(count, step, batch_size, seed, *data_set, drop_last=True, shuffle=True):
    """The items of a step: each occurs once in an epoch, in a random order."""
    per_epoch = count // batch_size if drop_last else -(-count // batch_size)
    epoch, start = step // per_epoch, step % per_epoch * batch_size
    if not shuffle:
        return torch.arange(count)[start : start + batch_size]
    return epoch_order(count, seed, epoch, *data_set)[start : start + batch_size]


@functools.lru_cache(4)
def epoch_order(count, seed, *epoch):
    return permutation(count, seed, *epoch)
