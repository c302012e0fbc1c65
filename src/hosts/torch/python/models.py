def preconditioned(network, x, t, kind="edm", sigma_data=0.5, sigma_min=0.002, **condition):
    """A model of clean data around a network, whose inputs and targets have variance 1 at every noise
    level (Karras et al. 2022, table 1)."""
    sigma = torch.as_tensor(t.sigma / t.alpha, dtype=torch.float32, device=x.device).view([-1] + [1] * (x.dim() - 1))
    length = torch.hypot(sigma, torch.as_tensor(sigma_data if kind in ("edm", "consistency") else 1.0))
    log = torch.log(sigma.clamp(min=1e-44))
    if kind == "edm":
        skip, out, scale, time_ = (sigma_data / length) ** 2, sigma * sigma_data / length, 1 / length, log / 4
    elif kind == "consistency":
        above = sigma - sigma_min
        skip, scale, time_ = sigma_data**2 / (above**2 + sigma_data**2), 1 / length, 250 * log
        out = above * sigma_data / length
    elif kind == "ve":
        skip, out, scale, time_ = 1, sigma, torch.ones_like(sigma), log - math.log(2)
    else:
        u = (torch.sqrt(0.1**2 + 2 * 19.9 * torch.log1p(sigma**2)) - 0.1) / 19.9
        skip, out, scale, time_ = 1, -sigma, 1 / length, 999 * u
    clean = x / t.alpha
    return skip * clean + out * network(scale * clean, time_.flatten().expand(len(x)), **condition)


def rescaled(result, conditional, amount):
    """Guided predictions with the deviation of the conditional ones (Lin et al. 2023, eq. 15)."""
    spread = lambda value: value.flatten(1).std(1).view([-1] + [1] * (value.dim() - 1))
    return result * (amount * spread(conditional) / spread(result) + 1 - amount)


def guided(model, x, t, scale, low=0, high=1e6, rescale=0, classes=None, worse=None):
    """Classifier-free guidance (Ho and Salimans 2022, eq. 6), or away from a worse model."""
    conditional = model(x, t, classes=classes) if classes is not None else model(x, t)
    inside = (torch.as_tensor(t.t, device=x.device) >= low) & (torch.as_tensor(t.t, device=x.device) <= high)
    if (classes is None and worse is None) or not inside.any():
        return conditional
    other = (worse(x, t, classes=classes) if classes is not None else worse(x, t)) if worse else model(x, t)
    scale = torch.where(inside, float(scale), 1.0).float().view([-1] + [1] * (x.dim() - 1))
    result = other + scale * (conditional - other)
    return rescaled(result, conditional, rescale) if rescale else result


def exact_model(centers, x, t, std=0.0, predicts="epsilon", labels=None, classes=None):
    """The exact prediction for a mixture of Gaussians around these centres; of a class, if given."""
    v = t.alpha**2 * std**2 + t.sigma**2
    logits = t.alpha / v * (x @ centers.T) - t.alpha**2 / (2 * v) * (centers**2).sum(1)
    if classes is not None and labels is not None:
        belongs = (classes[:, None] == labels) | (classes[:, None] < 0)
        logits = logits.masked_fill(~belongs, -1e9)
    mean = t.alpha * std**2 / v * x + t.sigma**2 / v * (torch.softmax(logits, 1) @ centers)
    return convert(mean, x, t, "sample", predicts)


def depth_to_space(x, block):
    """Assembles images from patches, whose channels are [row, column, channel]."""
    x = x.unflatten(1, (block * block, -1)).transpose(1, 2).flatten(1, 2)
    return F.pixel_shuffle(x, block)


def space_to_depth(x, block):
    """Moves patches of pixels into channels [row, column, channel]."""
    x = F.pixel_unshuffle(x, block)
    return x.unflatten(1, (-1, block * block)).transpose(1, 2).flatten(1, 2)
