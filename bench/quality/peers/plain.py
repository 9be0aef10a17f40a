"""A plain U-Net: whole images at one size, Dice + cross-entropy, Adam, flips; what a first script does."""
from common import CLASSES, SET, Resized, median_size, soft_dice, train_resized
import torch
import torch.nn.functional as F
from unet import UNet

height, width = median_size(SET["splits"]["train"])
scale = min(1.0, 128 / max(height, width))
size = tuple(max(32, round(side * scale / 16) * 16) for side in (height, width))
data = Resized(size)
net = UNet(SET["channels"], CLASSES, filters=16, depth=4)


def loss(logits, labels):
    return F.cross_entropy(logits, labels) + soft_dice(logits, labels, batch=False, smooth=1.0)


train_resized(net, data, [(torch.optim.Adam(net.parameters()), 1e-3)], 8, loss)
