def convert(output, x, t, given, wanted):
    """Converts between predictions: each is a combination of clean data and noise, as x_t is."""
    parts = {
        "epsilon": (0.0, 1.0), "sample": (1.0, 0.0),
        "v_prediction": (-t.sigma, t.alpha), "flow_prediction": (-1.0, 1.0),
    }
    if given == wanted:
        return output
    (p, q), (a, b) = parts[given], parts[wanted]
    determinant = t.alpha * q - t.sigma * p
    return ((a * q - b * p) * x + (b * t.alpha - a * t.sigma) * output) / determinant


def clip_dynamically(x_0, quantile, most):
    """Dynamic thresholding (Saharia et al. 2022, section 2.3)."""
    limit = torch.quantile(x_0.abs().flatten(1), quantile, dim=1).clamp(1, most)
    limit = limit.view([-1] + [1] * (x_0.dim() - 1))
    return x_0.clamp(-limit, limit) / limit
