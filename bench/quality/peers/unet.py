"""The U-Net as people write it in PyTorch: two 3x3 convolutions a level, transposed convolutions (Ronneberger et al. 2015)."""
import torch
from torch import nn


def block(inside, outside, normalisation, activation):
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1),
        normalisation(outside),
        activation(),
        nn.Conv2d(outside, outside, 3, padding=1),
        normalisation(outside),
        activation(),
    )


class UNet(nn.Module):
    def __init__(self, channels, classes, filters, depth, normalisation=nn.BatchNorm2d, activation=nn.ReLU, limit=512, heads=0):
        super().__init__()
        widths = [min(filters * 2**level, limit) for level in range(depth + 1)]
        self.down = nn.ModuleList(
            block(inside, outside, normalisation, activation)
            for inside, outside in zip([channels, *widths], widths)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(widths[level + 1], widths[level], 2, 2) for level in reversed(range(depth))
        )
        self.join = nn.ModuleList(
            block(2 * widths[level], widths[level], normalisation, activation)
            for level in reversed(range(depth))
        )
        self.head = nn.Conv2d(widths[0], classes, 1)
        # Deep supervision: heads of the levels below the finest.
        self.heads = nn.ModuleList(nn.Conv2d(widths[level], classes, 1) for level in range(1, heads + 1))

    def forward(self, image):
        kept = []
        for level, part in enumerate(self.down):
            image = part(image if level == 0 else nn.functional.max_pool2d(image, 2))
            kept.append(image)
        kept.pop()
        coarse = []
        for up, join in zip(self.up, self.join):
            image = join(torch.cat([up(image), kept.pop()], 1))
            coarse.append(image)
        out = self.head(image)
        if not self.training or not len(self.heads):
            return out
        return [out, *(head(coarse[-2 - index]) for index, head in enumerate(self.heads))]
