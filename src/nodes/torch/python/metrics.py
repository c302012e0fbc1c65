def sliced_wasserstein(a, b, directions=64, seed=0):
    """Mean Wasserstein distance of projections (Bonneel et al. 2015), in the plane one per sector."""
    a, b = a.flatten(1).double().cpu(), b.flatten(1).double().cpu()
    if a.shape[1] == 1:
        along = torch.ones(1, 1).double()
    elif a.shape[1] == 2:
        angles = math.pi * (torch.arange(directions) + uniform(directions, seed)).double() / directions
        along = torch.stack([angles.cos(), angles.sin()])
    else:
        drawn = normal([directions, a.shape[1]], seed).double().cpu()
        along = (drawn / drawn.norm(dim=1, keepdim=True)).T
    x, y = (a @ along).sort(0).values, (b @ along).sort(0).values
    ends = torch.cat([torch.arange(1, len(v) + 1).double() / len(v) for v in (x, y)]).unique()
    middles, widths = ends - torch.diff(ends, prepend=torch.zeros(1).double()) / 2, torch.diff(ends, prepend=torch.zeros(1).double())
    pick = lambda v: v[(middles * len(v)).long().clamp(max=len(v) - 1)]
    return float(((pick(x) - pick(y)).abs() * widths[:, None]).sum(0).mean())


def nearest_neighbours(x, data):
    """The item of a data set nearest to each sample, and the distances."""
    items, distances = [], []
    for part in x.flatten(1).split(256):
        found = torch.cdist(part, data.flatten(1).to(x.device)).min(1)
        items.append(data.to(x.device)[found.indices])
        distances.append(found.values)
    return torch.cat(items), torch.cat(distances)


def frechet(a, b):
    """Distance between Gaussians fitted to two sets of features (Heusel et al. 2017)."""
    a, b = a.flatten(1).double().cpu(), b.flatten(1).double().cpu()
    first, second = torch.cov(a.T), torch.cov(b.T)
    roots = torch.linalg.eigvals(first @ second).real.clamp(min=0).sqrt().sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + first.trace() + second.trace() - 2 * roots)
