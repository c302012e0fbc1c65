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


def guided(model, x, t, scale, low=0, high=math.inf, rescale=0, classes=None, worse=None):
    """Classifier-free guidance (Ho and Salimans 2022, eq. 6), or away from a worse model."""
    conditional = model(x, t, classes=classes) if classes is not None else model(x, t)
    inside = (torch.as_tensor(t.t, device=x.device) >= low) & (torch.as_tensor(t.t, device=x.device) <= high)
    if (classes is None and worse is None) or not inside.any():
        return conditional
    other = (worse(x, t, classes=classes) if classes is not None else worse(x, t)) if worse else model(x, t)
    scale = torch.where(inside, float(scale), 1.0).float().view([-1] + [1] * (x.dim() - 1))
    result = other + scale * (conditional - other)
    if rescale:
        spread = lambda value: value.flatten(1).std(1).view([-1] + [1] * (x.dim() - 1))
        result = result * (rescale * spread(conditional) / spread(result) + 1 - rescale)
    return result


def exact_denoiser(data, x, t, chunk=1024):
    """The mean of the clean data at a noisy point, for the empirical distribution of a data set."""
    flat = data.flatten(1).to(x.device)
    means = []
    for part, alpha, sigma in parts_of_batch(x.flatten(1), t, chunk):
        distances = (part**2).sum(1, keepdim=True) - 2 * alpha * part @ flat.T + alpha**2 * (flat**2).sum(1)
        means.append(torch.softmax(-distances / (2 * sigma**2), 1) @ flat)
    return torch.cat(means).view_as(x)


def parts_of_batch(x, t, chunk):
    """Parts of a batch with their levels."""
    columns = [torch.as_tensor(v, dtype=torch.float32, device=x.device).view(-1, 1).expand(len(x), 1) for v in (t.alpha, t.sigma)]
    return zip(x.split(chunk), columns[0].split(chunk), columns[1].split(chunk))


def depth_to_space(x, block):
    """Assembles images from patches, whose channels are [row, column, channel]."""
    x = x.unflatten(1, (block * block, -1)).transpose(1, 2).flatten(1, 2)
    return F.pixel_shuffle(x, block)


def space_to_depth(x, block):
    """Moves patches of pixels into channels [row, column, channel]."""
    x = F.pixel_unshuffle(x, block)
    return x.unflatten(1, (-1, block * block)).transpose(1, 2).flatten(1, 2)
