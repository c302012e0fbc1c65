def load_weights(path, model):
    """The weights of a checkpoint."""
    with zipfile.ZipFile(HERE / path) as file:
        name = next(n for n in file.namelist() if n.endswith("diffusion_pytorch_model.safetensors"))
        model.load_state_dict(load(file.read(name)))


def save_checkpoint(path, start, model, averages, optimizer, losses, accumulate=1):
    """Writes a checkpoint that litegraph-diffusion opens, and from which this script continues. Its
    configuration is that of `start`."""
    if rank:
        return
    weights = dict(model.named_parameters())
    tensors = {f"weight/{name}": weight for name, weight in weights.items()}
    for moment, key in MOMENTS.items():
        for name, weight in weights.items():
            tensors[f"{moment}/{name}"] = optimizer.state[weight].get(key, torch.zeros_like(weight))
    for i, average in enumerate(averages):
        part = f"average_{i + 1}" if i else "average"
        tensors |= {f"{part}/{name}": mean for name, mean in average.named_parameters()}
    batches = len(losses) % accumulate
    if batches:
        tensors |= {f"gradient/{name}": weight.grad for name, weight in weights.items()}
    tensors["losses"] = torch.stack(losses) if losses else torch.zeros(0)
    state = {"format": 2, "step": len(losses), "updates": len(losses) // accumulate, "weights": list(weights),
             "moments": list(MOMENTS), "averages": [{"snapshots": []} for _ in averages], "accumulated_batches": batches}
    as_bytes = lambda values: save({k: v.detach().float().cpu().contiguous() for k, v in values.items()})
    unfinished = path.with_suffix(".unfinished")
    with zipfile.ZipFile(HERE / start) as given, zipfile.ZipFile(unfinished, "w") as file:
        for name in given.namelist():
            isWeights = name.endswith(".safetensors")
            file.writestr(name, as_bytes((averages or [model])[0].state_dict()) if isWeights else given.read(name))
        file.writestr("training/state.json", json.dumps(state))
        file.writestr("training/state.safetensors", as_bytes(tensors))
    os.replace(unfinished, path)


def load_checkpoint(path, model, averages, optimizer, accumulate=1):
    """Continues from a checkpoint, if there is one. Returns the losses so far."""
    path = Path(args.resume or path)
    if not path.exists():
        return []
    with zipfile.ZipFile(path) as file:
        if "training/state.json" not in file.namelist():
            sys.exit(f"{path} has no training state: save it with `training` connected.")
        state = json.loads(file.read("training/state.json"))
        tensors = load(file.read("training/state.safetensors"))
    for name, weight in model.named_parameters():
        weight.data.copy_(tensors[f"weight/{name}"])
        optimizer.state[weight] = {key: tensors[f"{moment}/{name}"].to(device) for moment, key in MOMENTS.items()}
        optimizer.state[weight]["step"] = torch.tensor(float(state["updates"]))
        if state["accumulated_batches"]:
            weight.grad = tensors[f"gradient/{name}"].to(device)
    for i, average in enumerate(averages):
        for name, mean in average.named_parameters():
            mean.data.copy_(tensors[f"average_{i + 1}/{name}" if i else f"average/{name}"])
    return list(tensors["losses"].to(device).unbind())
