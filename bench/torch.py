# The same UNet and steps in PyTorch, on a CPU or on a GPU: python3 bench/torch.py folder cpu|cuda.
# LITEGRAPH_DIFFUSION_THREADS is the number of CPU threads, as for this program; 1 by default. Uses the protocol of bench/peer.ts. Filters are [out, in, h, w], linear layers [out, in]
# and images [b, c, h, w], as in PyTorch.
import json
import os
import sys
import time

sys.path.pop(0)  # or this file would be the module `torch`
import torch
import torch.nn.functional as F

THREADS = int(os.environ.get("LITEGRAPH_DIFFUSION_THREADS") or 1)
torch.set_num_threads(THREADS)
# Full float32, as in the other peers: PyTorch's default rounds convolution inputs to TF32.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True


def read(numbers, place):
    size = 1
    for length in place["shape"]:
        size *= length
    return numbers[place["offset"] : place["offset"] + size].reshape(place["shape"])


def weight_of(numbers, place):
    tensor = read(numbers, place)
    order = {4: (3, 2, 0, 1), 2: (1, 0), 1: (0,)}[tensor.dim()]
    return tensor.permute(order).contiguous()


class UNet:
    def __init__(self, problem, numbers):
        self.structure, self.config = problem["structure"], problem["config"]
        self.w = {name: weight_of(numbers, place) for name, place in problem["weights"].items()}

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def conv(self, x, name, stride=1):
        weight = self.w[name + ".weight"]
        return F.conv2d(x, weight, self.w[name + ".bias"], stride, (weight.shape[2] - 1) // 2)

    def downsample(self, x, name):
        if self.config["downsample_padding"] == 1:
            return self.conv(x, name, 2)
        # Without padding, diffusers pads below and to the right.
        weight, bias = self.w[name + ".weight"], self.w[name + ".bias"]
        return F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, 2)

    def norm(self, x, name):
        groups, eps = self.config["norm_num_groups"], self.config["norm_eps"]
        return F.group_norm(x, groups, self.w[name + ".weight"], self.w[name + ".bias"], eps)

    def residual(self, x, told, name):
        h = self.conv(F.silu(self.norm(x, name + ".norm1")), name + ".conv1")
        h = h + self.linear(told, name + ".time_emb_proj")[:, :, None, None]
        h = self.conv(F.silu(self.norm(h, name + ".norm2")), name + ".conv2")
        return (self.conv(x, name + ".conv_shortcut") if name + ".conv_shortcut.weight" in self.w else x) + h

    def attend(self, x, block):
        name, heads = block["name"], block["heads"]
        b, c, height, width = x.shape
        h = self.norm(x, name + ".group_norm").flatten(2).transpose(1, 2)
        q, k, v = (
            self.linear(h, f"{name}.{part}").reshape(b, -1, heads, c // heads).transpose(1, 2)
            for part in ("to_q", "to_k", "to_v")
        )
        h = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, -1, c)
        return x + self.linear(h, name + ".to_out.0").transpose(1, 2).reshape(x.shape)

    def through(self, h, told, block, attention):
        h = self.residual(h, told, block["name"])
        return self.attend(h, attention) if attention else h

    def __call__(self, x, sines):
        told = self.linear(F.silu(self.linear(sines, "time_embedding.linear_1")), "time_embedding.linear_2")
        told = F.silu(told)
        h = self.conv(x, "conv_in")
        skips = [h]
        for level in self.structure["down"]:
            for i, block in enumerate(level["resnets"]):
                h = self.through(h, told, block, level["attentions"][i] if level["attentions"] else None)
                skips.append(h)
            if level.get("resample"):
                h = self.downsample(h, level["resample"]["name"])
                skips.append(h)
        middle = self.structure["middle"]
        h = self.through(h, told, middle["resnets"][0], middle.get("attention"))
        h = self.through(h, told, middle["resnets"][1], None)
        for level in self.structure["up"]:
            for i, block in enumerate(level["resnets"]):
                h = torch.cat([h, skips.pop()], 1)
                h = self.through(h, told, block, level["attentions"][i] if level["attentions"] else None)
            if level.get("resample"):
                h = self.conv(F.interpolate(h, scale_factor=2, mode="nearest"), level["resample"]["name"])
        return self.conv(F.silu(self.norm(h, "conv_norm_out")), "conv_out")


def training(problem, net, x, noise, sines):
    adam = problem["adam"]
    for weight in net.w.values():
        weight.requires_grad_()
    optimizer = torch.optim.Adam(net.w.values(), adam["lr"], (adam["beta1"], adam["beta2"]), adam["eps"])

    def step():
        optimizer.zero_grad()
        loss = F.mse_loss(net(x, sines), noise)
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return step


def sampling(problem, net, x, noise, sines):
    before, after = problem["from"], problem["to"]

    def step():
        with torch.inference_mode():
            epsilon = net(x, sines)
            x_0 = (x - epsilon * before["sigma"]) / before["alpha"]
            x_prev = x_0 * after["alpha"] + epsilon * after["sigma"]
            return x_prev.permute(0, 2, 3, 1).flatten()

    return step


def say(told):
    print(json.dumps(told), flush=True)


def name_of(device):
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "one thread" if THREADS == 1 else f"{THREADS} threads"


def main(folder, device):
    device = torch.device(device)
    problem = json.load(open(folder + "/problem.json"))
    numbers = torch.frombuffer(bytearray(open(folder + "/numbers.bin", "rb").read()), dtype=torch.float32).to(device)
    batch = problem["batch"]
    images = lambda place: read(numbers, place).permute(0, 3, 1, 2).contiguous()
    make = {"train": training, "sample": sampling}[problem["task"]]
    net = UNet(problem, numbers)
    step = make(problem, net, images(batch["x_t"]), images(batch["noise"]), read(numbers, batch["sines"]))
    training_task = problem["task"] == "train"
    check = [float(v) for _ in range(3 if training_task else 1) for v in step()]
    say({"device": f"PyTorch {torch.__version__}, {name_of(device)}", "check": check})
    for line in sys.stdin:
        took = []
        while not took or sum(each["seconds"] for each in took) < float(line):
            began, used = time.perf_counter(), time.process_time()
            step()
            if device.type == "cuda":
                torch.cuda.synchronize()
            took.append({"seconds": time.perf_counter() - began, "cpu": time.process_time() - used})
        say({"took": took})


main(*sys.argv[1:3])
