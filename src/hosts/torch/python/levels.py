def table_schedule(betas):
    """Timesteps 0 to T - 1 with these betas (Ho et al. 2020)."""
    alpha_bar = torch.cumprod(1 - betas, 0)
    return lambda t: (alpha_bar[t.long()].sqrt(), (1 - alpha_bar[t.long()]).sqrt())


def betas_of_curve(alpha_bar, T):
    """Betas of a curve over u from 0 to 1, at most 0.999 (Nichol and Dhariwal 2021, eq. 17)."""
    values = alpha_bar(torch.arange(T + 1).double() / T)
    return (1 - values[1:] / values[:-1]).clamp(max=0.999)


def cosine_alpha_bar(u):
    return torch.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2


def sigmoid_alpha_bar(u):
    """Jabri et al. 2022, algorithm 1."""
    sigmoid = lambda x: 1 / (1 + math.exp(-x))
    return (sigmoid(3) - torch.sigmoid(6 * u - 3)) / (sigmoid(3) - sigmoid(-3))


def laplace_alpha_bar(u):
    """Hang et al. 2024, as in diffusers."""
    sign = torch.where(u > 0.5, -1.0, 1.0).double()
    snr = torch.exp(-0.5 * sign * torch.log(1 - 2 * (0.5 - u).abs() + 1e-6))
    return torch.sqrt(snr / (1 + snr))


def warm_up(start, end, T, share):
    """Betas that grow over the first timesteps."""
    betas = torch.full([T], end).double()
    ramp = torch.linspace(start, end, int(T * share)).double()
    betas[: len(ramp)] = ramp
    return betas


def zero_terminal_snr(betas):
    """Lin et al. 2023, algorithm 1."""
    roots = torch.cumprod(1 - betas, 0).sqrt()
    rescaled = ((roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2
    return 1 - rescaled / torch.cat([torch.ones(1).double(), rescaled[:-1]])


def flow_schedule(T):
    """Linear interpolation between data and noise (Lipman et al. 2023)."""
    return lambda t: (1 - t / T, t / T)


def sigma_schedule():
    """Unscaled data, with the noise level as the time (Karras et al. 2022)."""
    return lambda t: (torch.ones_like(t), t)


def vp_schedule(T, beta_min, beta_d):
    """Linear betas in continuous time (Song et al. 2021, eq. 32 and 33)."""
    def at(t):
        ratio = torch.expm1(beta_d * (t / T) ** 2 / 2 + beta_min * t / T).sqrt()
        return 1 / torch.sqrt(1 + ratio**2), ratio / torch.sqrt(1 + ratio**2)
    return at


def forward_step(x, noise, s, t):
    """Draws from q(x_t | x_s) for a level t with more noise than s (Kingma et al. 2021, eq. 16)."""
    kept = t.alpha / s.alpha
    return kept * x + (t.sigma**2 - (kept * s.sigma) ** 2) ** 0.5 * noise


def posterior(x_0, x_t, t, s):
    """Mean and variance of q(x_s | x_t, x_0) (Ho et al. 2020, eq. 7)."""
    added = t.sigma**2 - (t.alpha / s.alpha * s.sigma) ** 2
    mean = s.alpha * added / t.sigma**2 * x_0 + t.alpha / s.alpha * s.sigma**2 / t.sigma**2 * x_t
    return mean, torch.full_like(x_t, s.sigma**2 / t.sigma**2 * added)


def nearest_timesteps(schedule, ratios, T):
    """The timesteps whose log sigma / alpha is interpolated nearest to these ratios."""
    alpha, sigma = schedule(torch.arange(T).double())
    known = torch.log(sigma / alpha).numpy()
    return torch.from_numpy(np.round(np.interp(torch.log(ratios).numpy(), known, np.arange(T)))).long()


def times_of_ratios(ratios, T, beta_min, beta_d):
    """The times of continuous betas with these sigma / alpha."""
    root = torch.sqrt(beta_min**2 + 2 * beta_d * torch.log1p(ratios**2))
    return T * ((root - beta_min) / beta_d).clamp(max=1)


class FormulaSchedule:
    """The levels of a schedule as functions of the time, for formulas."""

    def __init__(self, schedule, T):
        self.schedule, self.T = schedule, T

    def levels(self, t):
        given = torch.as_tensor(t)
        return [value.float().view(given.shape).to(given.device) for value in self.schedule(given.double().cpu().flatten())]

    def alpha(self, t):
        return self.levels(t)[0]

    def sigma(self, t):
        return self.levels(t)[1]

    def snr(self, t):
        return (self.alpha(t) / self.sigma(t)) ** 2

    def log_snr(self, t):
        return torch.log(self.snr(t))
