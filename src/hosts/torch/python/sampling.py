def clean_and_noise(output, x, t, predicts, clip=None):
    """The clean data and the noise of a prediction; the noise is that of the clipped data."""
    x_0 = convert(output, x, t, predicts, "sample")
    if clip is None or t.sigma == 0:
        return x_0, convert(output, x, t, predicts, "epsilon")
    x_0 = clip(x_0)
    return x_0, convert(x_0, x, t, "sample", "epsilon")


def ddpm_step(x, output, t, s, predicts, noise, clip=None, large=False, log_variance=None):
    """Draws from q(x_s | x_t, x_0) (Ho et al. 2020, algorithm 2)."""
    x_0, _ = clean_and_noise(output, x, t, predicts, clip)
    added = t.sigma**2 - (t.alpha / s.alpha * s.sigma) ** 2
    mean = s.alpha * added / t.sigma**2 * x_0 + t.alpha / s.alpha * s.sigma**2 / t.sigma**2 * x
    if s.sigma == 0:
        return mean
    if log_variance is not None:
        return mean + torch.exp(log_variance / 2) * noise
    return mean + math.sqrt(added if large else s.sigma**2 / t.sigma**2 * added) * noise


def learned_log_variance(output, t, s, kind):
    """The logarithm of the variance between both fixed ones (Nichol and Dhariwal 2021, eq. 15)."""
    if kind == "learned":
        return output
    added = t.sigma**2 - (t.alpha / s.alpha * s.sigma) ** 2
    high, low = (math.log(max(v, 1e-20)) for v in (added, s.sigma**2 / t.sigma**2 * added))
    return (high + low) / 2 + (high - low) / 2 * output


def ddim_step(x, output, t, s, predicts, clip=None, eta=0, noise=0):
    """Song et al. 2021, eq. 12. With `eta` 0 it is Euler's method."""
    x_0, epsilon = clean_and_noise(output, x, t, predicts, clip)
    passed = t.alpha * s.sigma / (s.alpha * t.sigma) if eta else 0
    fresh = eta * s.sigma * math.sqrt(1 - passed**2)
    return s.alpha * x_0 + math.sqrt(max(0, s.sigma**2 - fresh**2)) * epsilon + fresh * noise


def heun_step(x, model, t, s, predicts, clip=None, flow=False):
    """Heun's method over sigma / alpha, or over the time of a flow (Karras et al. 2022, algorithm 1)."""
    slope = lambda x_0, x, at: convert(x_0, x, at, "sample", "flow_prediction" if flow else "epsilon")
    x_0, epsilon = clean_and_noise(model(x, t), x, t, predicts, clip)
    euler = s.alpha * x_0 + s.sigma * epsilon
    if s.sigma == 0 or (t.alpha == 0 and not flow):
        return euler
    end, _ = clean_and_noise(model(euler, s), euler, s, predicts, clip)
    length = s.sigma - t.sigma if flow else s.alpha * (s.sigma / s.alpha - t.sigma / t.alpha)
    return euler + (slope(end, euler, s) - slope(x_0, x, t)) * (length / 2)


def lcm_step(x, output, t, s, predicts, noise, clip=None, sigma_data=0.5, scaling=10):
    """A step of a latent consistency model (Luo et al. 2023, algorithm 3)."""
    x_0, _ = clean_and_noise(output, x, t, predicts, clip)
    if sigma_data:
        scaled = scaling * t.t
        x_0 = (sigma_data**2 * x / (scaled**2 + sigma_data**2)) + scaled / math.hypot(scaled, sigma_data) * x_0
    return s.alpha * x_0 + s.sigma * noise if s.sigma > 0 else s.alpha * x_0


def consistency_step(x, output, t, s, predicts, noise, clip=None, sigma_min=0):
    """A step of a consistency model (Song et al. 2023, algorithm 1)."""
    x_0, _ = clean_and_noise(output, x, t, predicts, clip)
    return s.alpha * x_0 + math.sqrt(max(0, s.sigma**2 - (s.alpha * sigma_min) ** 2)) * noise


def multistep(x, output, t, s, predicts, history, clip=None, order=2, kind="midpoint", terms="data", eta=0, noise=0):
    """DPM-Solver++, DPM-Solver, and their SDE variants (Lu et al. 2022). `history` is their memory."""
    x_0, epsilon = clean_and_noise(output, x, t, predicts, clip)
    now = (t, x_0 if terms == "data" else epsilon)
    order, eta = 1 if s.sigma == 0 else order, 0 if s.sigma == 0 and terms == "noise" else eta
    predictions = [now, *usable(history, t, order)]
    history[:] = [now, *history][:2]
    return exponential_step(x, t, s, predictions, kind, terms, eta, noise)


def unipc_step(x, output, t, s, predicts, memory, clip=None, order=2, kind="bh2", terms="data", uncorrected=0):
    """UniPC (Zhao et al. 2023, algorithms 1 and 2). `memory` has the steps before."""
    x_0, epsilon = clean_and_noise(output, x, t, predicts, clip)
    now, history = (t, x_0 if terms == "data" else epsilon), memory.get("history", [])
    if memory.get("steps", 0) > uncorrected:
        before, at, count = memory["last"]
        earlier = usable(history, t, count + 1)
        x = exponential_step(before, at, t, [now, *earlier], kind, terms) if earlier else x
    predictions = [now, *usable(history, t, 1 if s.sigma == 0 else order)]
    memory.update(history=[now, *history][:3], last=(x, t, len(predictions)), steps=memory.get("steps", 0) + 1)
    return exponential_step(x, t, s, predictions, kind, terms)


def log_snr_half(t):
    return math.inf if t.sigma == 0 else -math.inf if t.alpha == 0 else math.log(t.alpha / t.sigma)


def exponential_step(x, t, s, history, kind="exact", terms="data", eta=0, noise=0):
    """Integrates the polynomial through predictions [(level, prediction), ...], the newest first, over
    log alpha / sigma exactly (Lu et al. 2022; Zhao et al. 2023)."""
    start = log_snr_half(t)
    h = log_snr_half(s) - start
    if terms == "data":
        decay = math.exp(-eta * h) if eta else 1
        kept, rate, scale = s.sigma / t.sigma * decay, -(1 + eta), (1 + eta) * s.alpha
        constant, deviation = s.alpha - kept * t.alpha, s.sigma * math.sqrt(1 - decay**2)
    else:
        kept, rate, scale = s.alpha / t.alpha, 1, -(1 + eta) * s.sigma
        constant = -(1 + eta) * (s.alpha * t.sigma / t.alpha - s.sigma)
        deviation = math.sqrt(eta * ((s.alpha * t.sigma / t.alpha) ** 2 - s.sigma**2)) if eta else 0
    moments = [constant] + [
        scale * math.factorial(k) * h ** (k + 1) * phi(k + 1, rate * h) for k in range(1, len(history))
    ]
    if len(history) == 2 and kind in ("midpoint", "bh2"):
        moments[1] = constant * h / 2
    elif len(history) == 2 and kind == "bh1":
        moments[1] = scale * h * h / 2
    elif len(history) == 3 and kind in ("midpoint", "heun"):
        moments[2] /= 2
    nodes = [log_snr_half(at) - start for at, _ in history]
    result = kept * x
    for weights, (_, value) in zip(interpolation(nodes), history):
        result = result + sum(w * m for w, m in zip(weights, moments)) * value
    return result + deviation * noise if eta else result


def phi(k, z):
    """The functions of exponential integrators (Hochbruck and Ostermann 2010, eq. 2.10)."""
    if abs(z) < 1:
        return sum(z**j / math.factorial(j + k) for j in range(24))
    value = math.exp(z)
    for j in range(1, k + 1):
        value = (value - 1 / math.factorial(j - 1)) / z
    return value


def interpolation(nodes):
    """The coefficients of the Lagrange polynomial of each node, from the constant upwards."""
    result = []
    for i, node in enumerate(nodes):
        basis = [1.0]
        for j, other in enumerate(nodes):
            if j != i:
                shifted, own = [0.0, *basis], [*basis, 0.0]
                basis = [(a - other * b) / (node - other) for a, b in zip(shifted, own)]
        result.append(basis)
    return result


def usable(history, t, order):
    """The newest predictions of a multistep solver, without those at infinite log alpha / sigma."""
    finite = [one for one in history if math.isfinite(log_snr_half(one[0]))]
    return finite[: order - 1] if math.isfinite(log_snr_half(t)) else []


def slerp(a, b, w):
    """Spherical interpolation of each item (Shoemake 1985)."""
    flat_a, flat_b = a.flatten(1), b.flatten(1)
    cosine = F.cosine_similarity(flat_a, flat_b, dim=1).clamp(-1, 1)
    angle = torch.acos(cosine).view([-1] + [1] * (a.dim() - 1))
    near = angle.sin() < 1e-6
    safe = torch.where(near, torch.ones_like(angle), angle)
    curved = (torch.sin((1 - w) * safe) * a + torch.sin(w * safe) * b) / torch.sin(safe)
    return torch.where(near, torch.lerp(a, b, w), curved)
