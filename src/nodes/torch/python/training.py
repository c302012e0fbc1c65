def parallel(model):
    """The network as the loop calls it: compiled if wanted, and averaging gradients over processes."""
    model = torch.compile(model) if args.compile else model
    ids = [device] if device.type == "cuda" else None
    return DistributedDataParallel(model, ids, broadcast_buffers=False) if world > 1 else model


def mean_over_processes(loss):
    loss = loss.detach().clone()
    if world > 1:
        torch.distributed.all_reduce(loss)
    return loss / world


def progress(steps, losses):
    """Counts steps, with a bar, the loss and the rate."""
    start, shown = time.time(), 0.0
    for step in steps:
        yield step
        done, now = step + 1, time.time()
        if rank or (now - shown < 0.5 and done < steps.stop):
            continue
        rate, shown = (done - steps.start) / (now - start), now
        bar = "#" * (24 * done // steps.stop)
        print(f"\r[{bar:24}] {done}/{steps.stop}  loss {float(losses[-1]):.4f}  {rate:.1f} steps/s", end="", flush=True)
    if not rank:
        print()


@torch.no_grad()
def update_average(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters()):
        mean.lerp_(value, 1 - decay) if decay > 0 else mean.copy_(value)
