"""The same U-Net, losses and optimizer in PyTorch: one JSON line with the seconds of each repetition.

Usage: OMP_NUM_THREADS=T OPENBLAS_NUM_THREADS=1 python3 peer.py REQUEST
REQUEST: JSON with batch, size, filters, depth, encoder, threads, repetitions;
seconds, after which no further repetition begins (left out, all are made);
form: plain, channels-last, or compile (torch.compile of the network, channels first);
device: cpu or cuda; precision: float32, tf32, bfloat16 or float16 (autocast; float16 with a scaled loss).
Images come from the memory of the processor in each repetition, and logits go there, on whatever device.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

request = json.loads(sys.argv[1])
batch, filters, DEPTH, size = (request[name] for name in ("batch", "filters", "depth", "size"))
threads, repetitions, encoder = (request[name] for name in ("threads", "repetitions", "encoder"))
form, precision = request["form"], request.get("precision", "float32")
seconds_at_most = request.get("seconds", float("inf"))
device = torch.device(request.get("device", "cpu"))
on_gpu = device.type == "cuda"
if form not in ("plain", "channels-last", "compile"):
    sys.exit(f"{form} is none of plain, channels-last, compile")
if precision not in ("float32", "tf32", "bfloat16", "float16"):
    sys.exit(f"{precision} is none of float32, tf32, bfloat16, float16")
space = len(size)
narrow = {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(precision)
if on_gpu:
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.benchmark = True
torch.set_num_threads(threads)
torch.manual_seed(0)

Conv = nn.Conv2d if space == 2 else nn.Conv3d
ConvTranspose = nn.ConvTranspose2d if space == 2 else nn.ConvTranspose3d
BatchNorm = nn.BatchNorm2d if space == 2 else nn.BatchNorm3d
max_pool = F.max_pool2d if space == 2 else F.max_pool3d


def block(inputs, outputs):
    layers = []
    for channels in (inputs, outputs):
        layers += [
            Conv(channels, outputs, 3, padding=1, bias=False),
            BatchNorm(outputs),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [filters * 2**level for level in range(DEPTH + 1)]
        self.encoder = nn.ModuleList(
            block(1 if level == 0 else widths[level - 1], widths[level]) for level in range(DEPTH + 1)
        )
        self.rise = nn.ModuleList(
            ConvTranspose(widths[level + 1], widths[level], 2, 2) for level in reversed(range(DEPTH))
        )
        self.decoder = nn.ModuleList(
            block(2 * widths[level], widths[level]) for level in reversed(range(DEPTH))
        )
        self.head = Conv(filters, 2, 1)

    def forward(self, x):
        skips = []
        for level, stage in enumerate(self.encoder):
            x = stage(x)
            if level < DEPTH:
                skips.append(x)
                x = max_pool(x, 2)
        for rise, stage in zip(self.rise, self.decoder):
            x = stage(torch.cat([skips.pop(), rise(x)], 1))
        return self.head(x)


class EfficientNetLiteUNet(nn.Module):
    """As segmentation_models.pytorch has it: EfficientNet-Lite0 and a decoder of repeated pixels."""

    def __init__(self):
        super().__init__()
        import timm

        net = timm.create_model("tf_efficientnet_lite0")
        net.conv_stem = type(net.conv_stem)(1, 32, 3, stride=2, bias=False)
        self.stages = nn.ModuleList(
            [
                nn.Sequential(net.conv_stem, net.bn1),
                net.blocks[:2],
                net.blocks[2:3],
                net.blocks[3:5],
                net.blocks[5:],
            ][:DEPTH]
        )
        skips = [0, 32, 24, 40, 112, 320]
        widths = [filters * 2**level for level in range(DEPTH)] + [skips[DEPTH]]
        self.decoder = nn.ModuleList(
            block(widths[level + 1] + skips[level], widths[level]) for level in reversed(range(DEPTH))
        )
        self.head = Conv(filters, 2, 1)

    def forward(self, x):
        skips = []
        for stage in self.stages:
            x = stage(x)
            skips.append(x)
        x = skips.pop()
        for stage in self.decoder:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = stage(torch.cat([x, skips.pop()], 1) if skips else x)
        return self.head(x)


model = (UNet() if encoder == "own" else EfficientNetLiteUNet()).to(device)
images = torch.randn(batch, 1, *size)
if form == "channels-last":
    last = torch.channels_last if space == 2 else torch.channels_last_3d
    model = model.to(memory_format=last)
    images = images.to(memory_format=last)
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
network = torch.compile(model) if form == "compile" else model
truth = (torch.rand(batch, *size) > 0.97).long()
one_hot = F.one_hot(truth, 2).movedim(-1, 1).float()
if on_gpu:
    images, truth, one_hot = (tensor.pin_memory() for tensor in (images, truth, one_hot))
# Its name of today, and that of PyTorch before 2.3.
GradScaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
scaler = GradScaler(enabled=on_gpu and precision == "float16")


def forward(x):
    if narrow is None:
        return network(x)
    with torch.autocast(device.type, dtype=narrow):
        return network(x).float()


def train():
    optimizer.zero_grad()
    return train_on(*(tensor.to(device, non_blocking=True) for tensor in (images, truth, one_hot)))


def train_on(images, truth, one_hot):
    logits = forward(images)
    probabilities = torch.softmax(logits, 1)
    axes = tuple(range(2, 2 + space))
    hits = (probabilities * one_hot).sum(axes)
    total = (probabilities + one_hot).sum(axes)
    dice = 1 - ((2 * hits + 1) / (total + 1))[:, 1].mean()
    loss = dice + F.cross_entropy(logits, truth)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    if on_gpu:
        torch.cuda.synchronize()
    return float(loss.detach())


def infer():
    with torch.no_grad():
        return forward(images.to(device, non_blocking=True)).cpu()


def timed(work):
    until = time.perf_counter() + seconds_at_most
    for _ in range(4):
        if time.perf_counter() < until:
            work()
    seconds = []
    for repetition in range(repetitions):
        if repetition > 0 and time.perf_counter() >= until:
            break
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


start = time.perf_counter()
train()
first = time.perf_counter() - start
training = timed(train)
model.eval()
inference = timed(infer)
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "device": torch.cuda.get_device_name(device) if on_gpu else "the processor",
            "first": first,
            "train": training,
            "infer": inference,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
