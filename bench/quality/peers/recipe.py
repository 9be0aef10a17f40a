"""nnU-Net's recipe (Isensee et al. 2021), shrunk to the budget: normalised image by image, patches of which a third show
foreground, its augmentations, Dice over the batch + cross-entropy with deep supervision, SGD with Nesterov momentum 0.99 and
a polynomial rate, instance norm and leaky ReLU, overlapping windows weighed by a Gaussian at prediction.

Shrunk: 16 filters instead of 32, patches of at most 128, batch 8, the schedule follows time; no mirroring at prediction."""
from common import CLASSES, SET, image_of, labels_of, passed, random, say, soft_dice, write
import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import nn
from unet import UNet

BATCH, UNTIL = 8, 0.97


def read(id):
    image = image_of(id).transpose(2, 0, 1)
    mean, deviation = image.mean((1, 2), keepdims=True), image.std((1, 2), keepdims=True)
    return ((image - mean) / np.maximum(deviation, 1e-8)).astype(np.float32), labels_of(id)


train = [read(id) for id in SET["splits"]["train"]]
with_foreground = [index for index, (_, labels) in enumerate(train) if labels.any()]
median = np.median([labels.shape for _, labels in train], axis=0)
# A patch is at most the median image, in multiples of what the poolings divide.
depth = int(np.clip(np.log2(min(128, median.min()) / 8), 2, 4))
PATCH = tuple(int(max(2**depth, min(128, side) // 2**depth * 2**depth)) for side in median)


def patch(forced):
    index = int(random.choice(with_foreground)) if forced and with_foreground else int(random.integers(len(train)))
    image, labels = train[index]
    centre = [side / 2 for side in labels.shape]
    if forced and labels.any():
        present = [value for value in np.unique(labels) if value > 0]
        places = np.argwhere(labels == random.choice(present))
        centre = places[random.integers(len(places))]
    else:
        centre = [random.uniform(min(side / 2, extent / 2), max(side / 2, extent - side / 2)) for side, extent in zip(PATCH, labels.shape)]
    # Rotation and scaling at once, with the patch's centre kept.
    angle = random.uniform(-np.pi, np.pi) if random.random() < 0.2 else 0.0
    zoom = random.uniform(0.7, 1.4) if random.random() < 0.2 else 1.0
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    if angle == 0.0 and zoom == 1.0:
        matrix = np.eye(2)
        centre = [np.clip(c, min(p / 2, s / 2), max(s - p / 2, s / 2)) for c, p, s in zip(centre, PATCH, labels.shape)]
    offset = np.asarray(centre) - matrix @ (np.asarray(PATCH) / 2)
    if angle == 0.0 and zoom == 1.0:
        offset = np.round(offset)
    order = 1 if angle or zoom != 1.0 else 0
    image = np.stack([ndimage.affine_transform(channel, matrix, offset, PATCH, order=order, mode="constant") for channel in image])
    labels = ndimage.affine_transform(labels.astype(np.int16), matrix, offset, PATCH, order=0, mode="constant")
    if random.random() < 0.1:
        image = image + random.normal(0, np.sqrt(random.uniform(0, 0.1)), image.shape)
    if random.random() < 0.2:
        image = ndimage.gaussian_filter(image, (0, *(2 * [random.uniform(0.5, 1.0)])))
    if random.random() < 0.15:
        image = image * random.uniform(0.75, 1.25)
    if random.random() < 0.15:
        mean = image.mean((1, 2), keepdims=True)
        image = (image - mean) * random.uniform(0.75, 1.25) + mean
    if random.random() < 0.25:
        factor = random.uniform(0.5, 1.0)
        small = F.interpolate(torch.from_numpy(image.astype(np.float32))[None], scale_factor=factor, mode="nearest")
        image = F.interpolate(small, PATCH, mode="bilinear", align_corners=False)[0].numpy()
    if random.random() < 0.3:
        low, high = image.min(), image.max()
        span = max(high - low, 1e-7)
        inverted = random.random() < 0.3
        unit = (image - low) / span
        unit = 1 - (1 - unit) ** random.uniform(0.7, 1.5) if inverted else unit ** random.uniform(0.7, 1.5)
        image = unit * span + low
    for axis in (0, 1):
        if random.random() < 0.5:
            image, labels = np.flip(image, axis + 1), np.flip(labels, axis)
    return np.ascontiguousarray(image, np.float32), np.ascontiguousarray(labels, np.int64)


heads = max(0, depth - 2)
net = UNet(
    SET["channels"],
    CLASSES,
    filters=16,
    depth=depth,
    normalisation=lambda channels: nn.InstanceNorm2d(channels, affine=True),
    activation=lambda: nn.LeakyReLU(0.01),
    heads=heads,
)
weights = np.array([0.5**level for level in range(heads + 1)])
weights /= weights.sum()


def loss(outputs, labels):
    outputs = outputs if isinstance(outputs, list) else [outputs]
    total = 0
    for weight, logits in zip(weights, outputs):
        small = F.interpolate(labels[:, None].float(), logits.shape[2:], mode="nearest")[:, 0].long()
        total = total + weight * (F.cross_entropy(logits, small) + soft_dice(logits, small, batch=True, smooth=1e-5))
    return total


gaussian = np.zeros(PATCH, np.float32)
gaussian[tuple(side // 2 for side in PATCH)] = 1
gaussian = ndimage.gaussian_filter(gaussian, [side / 8 for side in PATCH])
gaussian = torch.from_numpy(np.maximum(gaussian / gaussian.max(), 1e-3))


def predict(image):
    """Class indices [H, W]; windows overlap by half."""
    net.eval()
    _, height, width = image.shape
    padding = [max(0, side - extent) for side, extent in zip(PATCH, (height, width))]
    padded = F.pad(torch.from_numpy(image)[None], (0, padding[1], 0, padding[0]))
    starts = []
    for side, extent in zip(PATCH, padded.shape[2:]):
        count = int(np.ceil((extent - side) / (side / 2))) + 1
        starts.append([round(index * (extent - side) / max(1, count - 1)) for index in range(count)])
    summed = torch.zeros(CLASSES, *padded.shape[2:])
    with torch.no_grad():
        for top in starts[0]:
            for left in starts[1]:
                window = padded[:, :, top : top + PATCH[0], left : left + PATCH[1]]
                summed[:, top : top + PATCH[0], left : left + PATCH[1]] += torch.softmax(net(window), 1)[0] * gaussian
    net.train()
    return summed[:, :height, :width].argmax(0).numpy()


optimizer = torch.optim.SGD(net.parameters(), 1e-2, momentum=0.99, nesterov=True, weight_decay=3e-5)
steps = 0
net.train()
while passed() < UNTIL:
    for group in optimizer.param_groups:
        group["lr"] = 1e-2 * (1 - min(1.0, passed() / UNTIL)) ** 0.9
    # The last third of a batch shows foreground.
    made = [patch(index >= round(BATCH * 0.67)) for index in range(BATCH)]
    images = torch.from_numpy(np.stack([image for image, _ in made]))
    labels = torch.from_numpy(np.stack([labels for _, labels in made]))
    optimizer.zero_grad()
    value = loss(net(images), labels)
    value.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 12)
    optimizer.step()
    steps += 1
    if steps % 100 == 0:
        say(steps=steps, loss=round(float(value.detach()), 4))
# nnU-Net predicts with the last weights.
for id in SET["splits"]["test"]:
    write(id, predict(read(id)[0]))
say(steps=steps, patch=PATCH, done=True)
