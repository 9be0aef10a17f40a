"""What the peers share: reading a prepared set, the deadline, validation by time, masks on the original grid.

A peer is `python NAME.py --set set.json --budget SECONDS --seed N --threads N --out FOLDER`. The budget counts from
the start of the process to its last weights; predicting comes on top, as raremask's does. set.json is written by ../prepare.mjs.
"""
import argparse
import json
import os
import sys
import time

STARTED = time.monotonic()

parser = argparse.ArgumentParser()
parser.add_argument("--set", required=True)
parser.add_argument("--budget", type=float, required=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
parser.add_argument("--out", required=True)
args = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(args.threads)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from PIL import Image  # noqa: E402

torch.set_num_threads(args.threads)
torch.manual_seed(args.seed)
random = np.random.default_rng(args.seed)

with open(args.set) as file:
    SET = json.load(file)
CLASSES = len(SET["values"])  # with the background
VALUES = SET["values"]


def passed():
    """Share of the budget that has passed. CPU time is that of all threads, on a machine that others use as well."""
    if args.clock == "cpu":
        return time.process_time() / args.threads / args.budget
    return (time.monotonic() - STARTED) / args.budget


def image_of(id):
    """Float32 [H, W, C] between 0 and 1."""
    data = np.asarray(Image.open(SET["images"][id]))
    if data.ndim == 2:
        data = data[..., None]
    # What a depth of 16 bits leaves unused says nothing.
    top = 255 if data.dtype == np.uint8 else SET["largest"]
    return data[..., : SET["channels"]].astype(np.float32) / top


def labels_of(id):
    """Int64 [H, W]: class indices."""
    mask = np.asarray(Image.open(SET["masks"][id]))
    if mask.ndim == 3:
        mask = mask[..., 0]
    labels = np.zeros(mask.shape, np.int64)
    for index, value in enumerate(VALUES):
        labels[mask == value] = index
    return labels


def resized(image, size):
    """Tensor [1, C, H, W] at another size, anti-aliased."""
    tensor = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]
    return F.interpolate(tensor, size, mode="bilinear", align_corners=False, antialias=True)


def resized_labels(labels, size):
    tensor = torch.from_numpy(labels)[None, None].float()
    return F.interpolate(tensor, size, mode="nearest")[0, 0].long()


def balanced(predicted, truth):
    """Geometric mean of the mean Dice over images with foreground (any class) and the share of empty images without an alarm:
    what raremask chooses weights by."""
    scores, quiet = [], []
    for one, other in zip(predicted, truth):
        if (other > 0).any():
            same = ((one == other) & (other > 0)).sum()
            scores.append(2 * same / ((one > 0).sum() + (other > 0).sum()))
        else:
            quiet.append(float(not (one > 0).any()))
    parts = [float(np.mean(part)) for part in (scores, quiet) if part]
    return float(np.prod(parts) ** (1 / max(1, len(parts))))


def write(id, labels):
    """Class indices [H, W] as the set's mask values."""
    values = np.asarray(VALUES, np.uint8)[np.asarray(labels)]
    Image.fromarray(values).save(os.path.join(args.out, f"{id}.png"))


def median_size(ids):
    """Median height and width."""
    sizes = []
    for id in ids:
        width, height = Image.open(SET["images"][id]).size
        sizes.append((height, width))
    return tuple(int(value) for value in np.median(np.asarray(sizes), axis=0))


def soft_dice(logits, target, batch, smooth):
    """1 - mean soft Dice over the foreground classes; quotients per image, or one for the batch."""
    probabilities = torch.softmax(logits, 1)[:, 1:]
    truth = F.one_hot(target, CLASSES).movedim(-1, 1)[:, 1:].float()
    axes = (0, 2, 3) if batch else (2, 3)
    hits = (probabilities * truth).sum(axes)
    sizes = probabilities.sum(axes) + truth.sum(axes)
    return 1 - ((2 * hits + smooth) / (sizes + smooth + 1e-7)).mean()


def say(**words):
    print(json.dumps({**words, "seconds": round(time.monotonic() - STARTED, 1)}), file=sys.stderr)


class Resized:
    """All images of a split at one size, in memory, normalised by the mean and deviation of the training images."""

    def __init__(self, size):
        self.size = size
        splits = SET["splits"]
        self.train, self.train_labels = self.read(splits["train"])
        self.mean = self.train.mean((0, 2, 3), keepdim=True)
        self.deviation = self.train.std((0, 2, 3), keepdim=True)
        self.validation, self.validation_labels = self.read(splits["validation"])

    def read(self, ids):
        images = torch.cat([resized(image_of(id), self.size) for id in ids])
        labels = torch.stack([resized_labels(labels_of(id), self.size) for id in ids])
        return images, labels

    def normal(self, images):
        return (images - self.mean) / self.deviation


def flipped(images, labels):
    """Mirrored along each axis by chance, image by image."""
    for index in range(len(images)):
        axes = [axis for axis in (1, 2) if random.random() < 0.5]
        if axes:
            images[index] = torch.flip(images[index], axes)
            labels[index] = torch.flip(labels[index], [axis - 1 for axis in axes])
    return images, labels


def train_resized(net, data, optimizers, batch, loss, validate_every=0.1, until=0.95):
    """Trains on whole images until a share of the budget has passed, keeps the weights that validate best, and writes the test masks.

    optimizers: list of (optimizer, learning rate); the rate falls along a half cosine with time.
    """
    best, kept, next_validation, steps = -1.0, None, validate_every, 0
    while passed() < until:
        order = torch.from_numpy(random.permutation(len(data.train)))
        for start in range(0, len(order) - batch + 1, batch):
            chosen = order[start : start + batch]
            images, labels = flipped(data.train[chosen].clone(), data.train_labels[chosen].clone())
            for optimizer, rate in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate * 0.5 * (1 + np.cos(np.pi * min(1.0, passed() / until)))
                optimizer.zero_grad()
            value = loss(net(data.normal(images)), labels)
            value.backward()
            for optimizer, _ in optimizers:
                optimizer.step()
            steps += 1
            if passed() >= until:
                break
        if passed() >= next_validation or passed() >= until:
            next_validation = passed() + validate_every
            score = balanced(predict(net, data, data.validation), data.validation_labels.numpy())
            say(steps=steps, loss=round(float(value.detach()), 4), score=round(score, 4))
            if score >= best:
                best, kept = score, {name: tensor.clone() for name, tensor in net.state_dict().items()}
    if kept is not None:
        net.load_state_dict(kept)
    net.eval()
    for id in SET["splits"]["test"]:
        image = image_of(id)
        with torch.no_grad():
            logits = net(data.normal(resized(image, data.size)))
            probabilities = F.interpolate(
                torch.softmax(logits, 1), image.shape[:2], mode="bilinear", align_corners=False
            )
        write(id, probabilities[0].argmax(0).numpy())
    say(steps=steps, best=round(best, 4), done=True)


def predict(net, data, images):
    net.eval()
    made = []
    with torch.no_grad():
        for part in images.split(16):
            made.append(net(data.normal(part)).argmax(1).numpy())
    net.train()
    return np.concatenate(made)
