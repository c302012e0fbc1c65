"""The random numbers of litegraph-diffusion, for `--exact`: Philox4x32-10 (Salmon, Moraes, Dror and
Shaw 2011) with Box-Muller. A draw has a key, derived from the seed of its node, the iterations of
the loops around it and its number in the node. Its elements are the counters."""
import numpy as np
import torch

LOW = np.uint64(0xFFFFFFFF)
HIGH = np.uint64(32)


def philox(counter, key):
    c0, c1, c2, c3 = (np.asarray(word, np.uint64) for word in counter)
    k0, k1 = (np.uint64(word) for word in key)
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (b >> HIGH) ^ c1 ^ k0, b & LOW, (a >> HIGH) ^ c3 ^ k1, a & LOW
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & LOW, (k1 + np.uint64(0xBB67AE85)) & LOW
    return c0, c1, c2, c3


def words(count, seed, *path, draw=0):
    """`count` unsigned 32-bit numbers of a draw."""
    path = (*path, draw)
    key = seed % 2**32, seed // 2**32
    for depth, index in enumerate(path):
        key = philox((index % 2**32, index // 2**32, depth + 1, len(path)), key)[:2]
    block = np.arange(-(-count // 4))
    zeros = np.zeros_like(block)
    return np.stack(philox((block, zeros, zeros, zeros), key), 1).reshape(-1)[:count]


def normal(shape, *path, draw=0):
    """Standard normal numbers. Those of images are drawn in the order [n, h, w, c]."""
    images = len(shape) == 4
    order = [shape[0], shape[2], shape[3], shape[1]] if images else list(shape)
    count = int(np.prod(order))
    a, b = words(-(-count // 4) * 4, *path, draw=draw).reshape(-1, 2).astype(np.float64).T
    radius, angle = np.sqrt(-2 * np.log((a + 1) / 2**32)), 2 * np.pi * b / 2**32
    values = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)[:count]
    result = torch.from_numpy(values.astype(np.float32)).reshape(order)
    return result.permute(0, 3, 1, 2).contiguous() if images else result


def uniform(count, *path, draw=0):
    values = (words(count, *path, draw=draw) >> np.uint64(8)).astype(np.float32)
    return torch.from_numpy(values / np.float32(2**24))


def integers(below, count, *path, draw=0):
    product = words(count, *path, draw=draw).astype(np.float64) * below / 2**32
    return torch.from_numpy(np.floor(product).astype(np.int64))


def permutation(count, *path, draw=0):
    """Fisher-Yates shuffle."""
    order, draws = list(range(count)), words(count, *path, draw=draw)
    for i in range(count - 1, 0, -1):
        j = int(draws[i]) * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return torch.tensor(order)
