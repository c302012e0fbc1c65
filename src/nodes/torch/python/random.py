def numbers(seed, path):
    """Draws depend only on the seed of a node and the iterations around it: every process draws the
    same batch, and a restart continues with the same numbers."""
    key = hashlib.sha256(repr((seed, *path)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(key[:7], "little"))


def normal(shape, seed, *path):
    if args.exact:
        return philox.normal(shape, seed, *path).to(device)
    return torch.randn(shape, generator=numbers(seed, path)).to(device)


def uniform(count, seed, *path):
    if args.exact:
        return philox.uniform(count, seed, *path)
    return torch.rand(count, generator=numbers(seed, path))


def integers(below, count, seed, *path):
    if args.exact:
        return philox.integers(below, count, seed, *path)
    return torch.randint(below, [count], generator=numbers(seed, path))


def permutation(count, seed, *path):
    if args.exact:
        return philox.permutation(count, seed, *path)
    return torch.randperm(count, generator=numbers(seed, path))
