"""The same samples through a DataLoader: one JSON line with the samples a second of each epoch.

Usage: python3 peer.py torchvision|monai FOLDER BATCH WORKERS EPOCHS PASSES SIZE CHANGES

CHANGES is `train.augment` of the manifest as JSON. Every sample ends as the step takes it: normalised
image, one-hot truth, and a weight that is 0 beside the image and under cut-outs.
"""

import json
import math
import os
import random
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from torch.utils.data import DataLoader, Dataset

library, folder, batch, workers, epochs, passes, size, rule = sys.argv[1:9]
size, rule = int(size), json.loads(rule)
MEAN, DEVIATION = 90.0, 60.0
with open(os.path.join(folder, "train.txt")) as source:
    ids = source.read().split() * int(passes)
ids = ids[: len(ids) // int(batch) * int(batch)]


def path(kind, name):
    return os.path.join(folder, kind, name + ".png")


def between(lowest, highest):
    return lowest * (highest / lowest) ** random.random()


def with_torchvision():
    from torchvision import io, transforms
    from torchvision.transforms import functional as F

    linear, nearest = F.InterpolationMode.BILINEAR, F.InterpolationMode.NEAREST

    def chosen(name):
        return name in rule and random.random() < rule[name]["probability"]

    def change(image, truth):
        """Image [1, h, w]; truth [2, h, w]: label, and 1 where the image has something."""
        if random.random() < 0.5:
            image, truth = F.hflip(image), F.hflip(truth)
        if random.random() < 0.5:
            image, truth = F.vflip(image), F.vflip(truth)
        turns = random.randrange(4)
        if turns > 0:
            image, truth = torch.rot90(image, turns, (1, 2)), torch.rot90(truth, turns, (1, 2))
        turn, scale = chosen("turn"), chosen("scale")
        if turn or scale:
            angle = random.uniform(-1, 1) * rule["turn"]["degrees"] if turn else 0.0
            factor = between(rule["scale"]["from"], rule["scale"]["to"]) if scale else 1.0
            image = F.affine(image, angle, [0, 0], factor, [0.0, 0.0], linear)
            truth = F.affine(truth, angle, [0, 0], factor, [0.0, 0.0], nearest)
        if chosen("elastic"):
            spacing = rule["elastic"]["spacing"]
            smooth = spacing / 2
            # A field of deviation `strength` after the smoothing that the transform does itself.
            alpha = rule["elastic"]["strength"] * 2 * math.sqrt(math.pi) * smooth * math.sqrt(3)
            size = list(image.shape[1:])
            field = transforms.ElasticTransform.get_params([alpha, alpha], [smooth, smooth], size)
            image = F.elastic_transform(image, field, linear)
            truth = F.elastic_transform(truth, field, nearest)
        if chosen("gamma"):
            least = image.min()
            extent = (image.max() - least).clamp(min=1e-6)
            share = F.adjust_gamma((image - least) / extent, between(rule["gamma"]["from"], rule["gamma"]["to"]))
            image = share * extent + least
        if chosen("contrast"):
            mean = image.mean()
            image = (image - mean) * between(rule["contrast"]["from"], rule["contrast"]["to"]) + mean
        if chosen("brightness"):
            image = image + random.uniform(-1, 1) * rule["brightness"]["strength"]
        if chosen("blur"):
            sigma = rule["blur"]["sigma"] * (1 - random.random())
            image = F.gaussian_blur(image, 2 * math.ceil(3 * sigma) + 1, [sigma, sigma])
        if chosen("noise"):
            image = image + random.random() * rule["noise"]["strength"] * torch.randn_like(image)
        image = image * truth[1:]
        if chosen("cutout"):
            height, width = image.shape[1:]
            tall = max(round(height * rule["cutout"]["size"] * (1 - random.random())), 1)
            wide = max(round(width * rule["cutout"]["size"] * (1 - random.random())), 1)
            top, left = random.randint(0, height - tall), random.randint(0, width - wide)
            image = F.erase(image, top, left, tall, wide, 0.0)
            truth = F.erase(truth, top, left, tall, wide, 0.0)
        return image, truth

    class Images(Dataset):
        def __len__(self):
            return len(ids)

        def __getitem__(self, index):
            image = io.read_image(path("images", ids[index]), io.ImageReadMode.GRAY).float()
            mask = io.read_image(path("masks", ids[index]), io.ImageReadMode.GRAY)
            image = F.normalize(image, [MEAN], [DEVIATION])
            label = (mask == 255).float()
            image, truth = change(image, torch.cat([label, torch.ones_like(label)]))
            label, weight = truth[:1], truth[1:]
            return image, torch.cat([1 - label, label]) * weight, weight

    return Images()


def with_monai():
    from monai import transforms as t
    from monai.data import Dataset as Samples
    from monai.data import set_track_meta

    set_track_meta(False)
    both, modes = ["image", "truth"], ["bilinear", "nearest"]

    def truth_of(sample):
        label = (sample["truth"] == 255).float()
        return {**sample, "truth": torch.cat([label, torch.ones_like(label)])}

    def finished(sample):
        label, weight = sample["truth"][:1], sample["truth"][1:]
        return sample["image"] * weight, torch.cat([1 - label, label]) * weight, weight

    steps = [
        t.LoadImaged(keys=both, image_only=True, reader="PILReader"),
        t.EnsureChannelFirstd(keys=both, channel_dim="no_channel"),
        truth_of,
        t.NormalizeIntensityd(keys="image", subtrahend=MEAN, divisor=DEVIATION),
        t.RandFlipd(keys=both, prob=0.5, spatial_axis=0),
        t.RandFlipd(keys=both, prob=0.5, spatial_axis=1),
        t.RandRotate90d(keys=both, prob=0.75, max_k=3),
    ]
    if "turn" in rule:
        turn, scale, elastic = rule["turn"], rule["scale"], rule.get("elastic")
        angle = math.radians(turn["degrees"])
        either = 1 - (1 - turn["probability"]) * (1 - scale["probability"])
        gamma, contrast, bright = rule["gamma"], rule["contrast"], rule["brightness"]
        noise, blur, cutout = rule["noise"], rule["blur"], rule["cutout"]
        steps += [
            t.RandAffined(
                keys=both,
                prob=either,
                rotate_range=(-angle, angle),
                scale_range=(scale["from"] - 1, scale["to"] - 1),
                mode=modes,
                padding_mode="zeros",
            ),
        ]
        if elastic:
            steps.append(
                t.Rand2DElasticd(
                    keys=both,
                    prob=elastic["probability"],
                    spacing=(elastic["spacing"], elastic["spacing"]),
                    magnitude_range=(elastic["strength"], elastic["strength"]),
                    mode=modes,
                    padding_mode="zeros",
                )
            )
        steps += [
            t.RandAdjustContrastd(keys="image", prob=gamma["probability"], gamma=(gamma["from"], gamma["to"])),
            t.RandScaleIntensityFixedMeand(
                keys="image",
                prob=contrast["probability"],
                factors=(contrast["from"] - 1, contrast["to"] - 1),
                preserve_range=False,
            ),
            t.RandShiftIntensityd(keys="image", prob=bright["probability"], offsets=bright["strength"]),
            t.RandGaussianSmoothd(
                keys="image",
                prob=blur["probability"],
                sigma_x=(0.05, blur["sigma"]),
                sigma_y=(0.05, blur["sigma"]),
            ),
            t.RandGaussianNoised(keys="image", prob=noise["probability"], std=noise["strength"]),
            t.RandCoarseDropoutd(
                keys=both,
                prob=cutout["probability"],
                holes=1,
                spatial_size=1,
                max_spatial_size=[round(size * cutout["size"])] * 2,
                fill_value=0,
            ),
        ]
    files = [{"image": path("images", name), "truth": path("masks", name)} for name in ids]
    return Samples(files, t.Compose([*steps, finished]))


def main():
    samples = with_torchvision() if library == "torchvision" else with_monai()
    loader = DataLoader(
        samples,
        batch_size=int(batch),
        num_workers=int(workers),
        persistent_workers=True,
        prefetch_factor=2,
    )
    torch.set_num_threads(1)
    rates = []
    for epoch in range(int(epochs) + 1):
        started = time.perf_counter()
        count = 0
        for image, truth, weight in loader:
            count += len(image)
        if epoch > 0:
            rates.append(count / (time.perf_counter() - started))
    print(json.dumps(rates))


main()
