def save_png(name, pixels):
    """Writes pixels [h, w] or [h, w, 3] from 0 to 255."""
    if rank:
        return
    pixels = np.ascontiguousarray(pixels, np.uint8)
    height, width = pixels.shape[:2]
    rows = np.pad(pixels.reshape(height, -1), ((0, 0), (1, 0))).tobytes()
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">2I5B", width, height, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (out / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def save_images(name, images, columns):
    """Writes images [n, c, h, w] from -1 to 1 as one picture."""
    images = images[:, :3] if images.shape[1] >= 3 else images[:, :1]
    n, c, h, w = images.shape
    rows = -(-n // columns)
    sheet = torch.full([rows * columns, c, h, w], -1.0)
    sheet[:n] = images.float().cpu()
    sheet = sheet.view(rows, columns, c, h, w).permute(0, 3, 1, 4, 2).reshape(rows * h, columns * w, c)
    pixels = sheet.add(1).mul(127.5).round().clamp(0, 255).numpy()
    save_png(name, np.kron(pixels.squeeze(), np.ones([4, 4] + [1] * (c > 1))) if h <= 32 else pixels.squeeze())


def save_scatter(name, *clouds, extent=2.4):
    """Draws points of the plane, each set in its own colour, and writes the last set as a table."""
    colours = [(158, 158, 158), (33, 102, 172), (178, 24, 43), (27, 120, 55)]
    pixels = np.full([480, 480, 3], 255, np.uint8)
    for cloud, colour in zip(clouds, colours):
        x, y = (cloud[:, :2].float().cpu().numpy() / extent * 240 + 240).astype(int).T
        inside = (x > 0) & (x < 479) & (y > 0) & (y < 479)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            pixels[479 - y[inside] - dy, x[inside] + dx] = colour
    save_png(name, pixels)
    save_table(Path(name).with_suffix(".csv"), ["x", "y", "z"][: clouds[-1].shape[1]], clouds[-1].tolist())


def save_curve(name, values, log=False):
    """Draws values by step, and writes them as a table."""
    values = [float(value) for value in values]
    save_table(Path(name).with_suffix(".csv"), ["step", "value"], enumerate(values, 1))
    y = np.interp(np.linspace(0, len(values) - 1, 640), range(len(values)), values)
    y = np.log(np.maximum(y, 1e-12)) if log else y
    y = (359 - 359 * (y - y.min()) / max(y.max() - y.min(), 1e-12)).astype(int)
    pixels = np.full([360, 640], 255, np.uint8)
    for x in range(1, 640):
        pixels[min(y[x - 1], y[x]) : max(y[x - 1], y[x]) + 1, x] = 0
    save_png(name, pixels)


def save_table(name, header, rows):
    if not rank:
        with open(out / name, "w", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def show(name, value):
    """Prints a number."""
    if not rank:
        print(f"{name}: {float(value):.6g}")
