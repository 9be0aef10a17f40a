"""Value and gradient of the same losses in PyTorch: one JSON line with the seconds of each repetition.

Usage: OMP_NUM_THREADS=T python3 peer.py FOLDER SHAPE THREADS REPETITIONS NAME...

A loss is MONAI's where MONAI can be imported and has it for several classes, otherwise plain PyTorch;
a name that is missing in the answer has no peer. MONAI's Hausdorff distance needs SciPy.
"""

import json
import math
import sys
import time

import torch
from torch.nn import functional as F

try:
    import monai
    from monai import losses as from_monai
except ImportError:
    monai = None
try:
    import scipy
except ImportError:
    scipy = None

PATIENCE = 20
SMOOTH = 1e-5

folder, extents, threads, repetitions = sys.argv[1:5]
names = sys.argv[5:]
batch, height, width, classes = map(int, extents.split(","))
torch.set_num_threads(int(threads))


def read(file, dtype, *shape):
    with open(f"{folder}/{file}", "rb") as source:
        return torch.frombuffer(bytearray(source.read()), dtype=dtype).reshape(shape)


logits = read("logits.f32", torch.float32, batch, height, width, classes)
logits = logits.permute(0, 3, 1, 2).contiguous().requires_grad_()
labels = read("labels.u8", torch.uint8, batch, height, width).long()
one_hot = F.one_hot(labels, classes).permute(0, 3, 1, 2).float().contiguous()
truth = one_hot[:, 1:]
class_weights = torch.tensor([0.5, 2.0, 2.0, 2.0])


def sums(x, axes=(2, 3)):
    p = torch.softmax(x, 1)[:, 1:]
    return (p * truth).sum(axes), p.sum(axes), truth.sum(axes)


def dice_index(x, axes=(2, 3)):
    hits, predicted, true = sums(x, axes)
    return (2 * hits + SMOOTH) / (predicted + true + SMOOTH)


def dice(x):
    return (1 - dice_index(x)).mean()


def dice_batch(x):
    return (1 - dice_index(x, (0, 2, 3))).mean()


def dice_squared(x):
    p = torch.softmax(x, 1)[:, 1:]
    hits = (p * truth).sum((2, 3))
    total = (p * p).sum((2, 3)) + truth.sum((2, 3))
    return (1 - (2 * hits + SMOOTH) / (total + SMOOTH)).mean()


def jaccard(x):
    hits, predicted, true = sums(x)
    return (1 - (hits + SMOOTH) / (predicted + true - hits + SMOOTH)).mean()


def tversky_loss(x):
    hits, predicted, true = sums(x)
    wrong = 0.3 * (predicted - hits) + 0.7 * (true - hits)
    return 1 - (hits + SMOOTH) / (hits + wrong + SMOOTH)


def tversky(x):
    return tversky_loss(x).mean()


def focal_tversky(x):
    return (tversky_loss(x).clamp(min=0) + 1e-7).pow(0.75).mean()


def log_cosh(x):
    return torch.log(torch.cosh(1 - dice_index(x))).mean()


def generalized(x):
    hits, predicted, true = sums(x)
    weights = torch.where(true > 0, 1 / true.clamp(min=1) ** 2, torch.zeros(()))
    weights = torch.where(true > 0, weights, weights.amax(1, True).clamp(min=1e-30))
    above = (2 * weights * hits).sum(1) + SMOOTH
    return (1 - above / ((weights * (predicted + true)).sum(1) + SMOOTH)).mean()


def dice_plus_plus(x):
    p = torch.softmax(x, 1)[:, 1:]
    hits = 2 * (p * truth).sum((2, 3))
    wrong = ((p * (1 - truth)) ** 2 + ((1 - p) * truth) ** 2).sum((2, 3))
    return (1 - (hits + SMOOTH) / (hits + wrong + SMOOTH)).mean()


def unified_focal(x):
    delta, gamma = 0.6, 0.5
    logarithms = torch.log_softmax(x, 1)
    p = logarithms.exp()
    entropy = -one_hot * logarithms
    missed = (1 - (p * one_hot).sum(1)).clamp(min=0) + 1e-7
    pixels = (1 - delta) * missed**gamma * entropy[:, 0] + delta * entropy[:, 1:].sum(1)
    hits, predicted, true = sums(x)
    wrong = (1 - delta) * (predicted - hits) + delta * (true - hits)
    lost = 1 - (hits + SMOOTH) / (hits + wrong + SMOOTH)
    region = (lost.clamp(min=0) + 1e-7) ** (1 - gamma)
    return 0.5 * pixels.mean() + 0.5 * region.mean()


def lovasz(x):
    p = torch.softmax(x, 1)[:, 1:].flatten(2)
    t = truth.flatten(2)
    errors, order = (t - p).abs().sort(2, descending=True)
    sorted_truth = t.gather(2, order)
    true = sorted_truth.sum(2, True)
    union = true + (1 - sorted_truth).cumsum(2)
    lost = 1 - (true - sorted_truth.cumsum(2)) / union.clamp(min=1e-12)
    costs = torch.cat([lost[..., :1], lost[..., 1:] - lost[..., :-1]], 2)
    return (errors * costs).sum(2).mean()


def cross_entropy(x):
    return F.cross_entropy(x, labels)


def weighted_cross_entropy(x):
    return F.cross_entropy(x, labels, weight=class_weights)


def focal(x):
    entropy = F.cross_entropy(x, labels, reduction="none")
    return ((1 - torch.exp(-entropy)) ** 2 * entropy).mean()


def top_k(x):
    entropy = F.cross_entropy(x, labels, reduction="none").flatten()
    return entropy.topk(math.ceil(0.1 * entropy.numel()), sorted=False).values.mean()


def ohem(x):
    entropy = F.cross_entropy(x, labels, reduction="none").flatten()
    threshold = entropy.detach().topk(math.ceil(0.05 * entropy.numel()), sorted=False).values.min()
    return entropy[(entropy > -math.log(0.7)) | (entropy >= threshold)].mean()


PLAIN = {
    "dice": dice,
    "dice squared": dice_squared,
    "dice batch": dice_batch,
    "jaccard": jaccard,
    "tversky": tversky,
    "focal-tversky": focal_tversky,
    "log-cosh": log_cosh,
    "generalized": generalized,
    "dice-plus-plus": dice_plus_plus,
    "unified-focal": unified_focal,
    "lovasz": lovasz,
    "cross-entropy": cross_entropy,
    "weighted cross-entropy": weighted_cross_entropy,
    "focal": focal,
    "top-k": top_k,
    "ohem": ohem,
    "dice + cross-entropy": lambda x: dice(x) + cross_entropy(x),
}


def monai_losses():
    foreground = {"include_background": False, "softmax": True}
    distances = torch.ones(classes, classes) - torch.eye(classes)
    focal_of = from_monai.FocalLoss(use_softmax=True, gamma=2.0, reduction="none")
    cldice_of = from_monai.SoftclDiceLoss(iter_=3, smooth=SMOOTH)
    wasserstein_of = from_monai.GeneralizedWassersteinDiceLoss(distances.numpy())
    pair_of = from_monai.DiceCELoss(**foreground)
    overlap = {
        "dice": from_monai.DiceLoss(**foreground),
        "dice squared": from_monai.DiceLoss(squared_pred=True, **foreground),
        "dice batch": from_monai.DiceLoss(batch=True, **foreground),
        "jaccard": from_monai.DiceLoss(jaccard=True, **foreground),
        "tversky": from_monai.TverskyLoss(alpha=0.3, beta=0.7, **foreground),
        "generalized": from_monai.GeneralizedDiceLoss(**foreground),
        "dice + cross-entropy": pair_of,
    }
    if scipy is not None:
        overlap["hausdorff"] = from_monai.HausdorffDTLoss(alpha=2.0, **foreground)
    made = {name: (lambda x, loss=loss: loss(x, one_hot)) for name, loss in overlap.items()}
    made["generalized-wasserstein"] = lambda x: wasserstein_of(x, labels)
    made["cldice"] = lambda x: cldice_of(one_hot, torch.softmax(x, 1))
    made["focal"] = lambda x: focal_of(x, one_hot).sum(1).mean()
    return made


available = {name: ("PyTorch", loss) for name, loss in PLAIN.items()}
if monai is not None:
    available.update({name: ("MONAI", loss) for name, loss in monai_losses().items()})


def step(loss):
    logits.grad = None
    value = loss(logits)
    value.backward()
    return float(value)


results = {}
for name in names:
    if name not in available:
        continue
    peer, loss = available[name]
    start = time.perf_counter()
    value = step(loss)
    spent = time.perf_counter() - start
    seconds = []
    while len(seconds) < int(repetitions) and (not seconds or spent < PATIENCE):
        start = time.perf_counter()
        step(loss)
        seconds.append(time.perf_counter() - start)
        spent += seconds[-1]
    results[name] = {"peer": peer, "value": value, "seconds": seconds}
versions = {"torch": torch.__version__, "monai": monai.__version__ if monai else None}
print(json.dumps({**versions, "threads": torch.get_num_threads(), "results": results}))
