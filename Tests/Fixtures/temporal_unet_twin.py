# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch twin of `TemporalUNet`; `temporal_unet_fixtures.py` writes golden numbers from it.

The network is the 1-D conditional U-Net of Diffusion Policy (Chi et al. 2023, arXiv 2303.04137), with four optional
parts: an embedding of a target time (Consistency Trajectory Models, Kim et al. 2023, arXiv 2310.02279), frame
conditions beside x, a length mask, and a last block at full resolution with x beside its result. It is written for clarity, not for speed.

Shapes at the API are [batch, time, channels]; inside, [batch, channels, time] as PyTorch wants. Parameters have
PyTorch's layouts: Linear [out, in], Conv1d [out, in, kernel], ConvTranspose1d [in, out, kernel].

Facts about PyTorch's default initialisation, which `temporal_unet_fixtures.py` verifies:
- Linear, Conv1d, ConvTranspose1d: weight and bias are both uniform on [-b, b], b = 1/sqrt(fan_in); for the weight this
  is kaiming_uniform with a = sqrt(5): gain sqrt(2/(1 + 5)), bound gain sqrt(3/fan_in) = 1/sqrt(fan_in).
- fan_in = weight.shape[1] * kernel. That is `in * kernel` for Conv1d, `in` for Linear, and **`out * kernel`** for
  ConvTranspose1d, whose weight is [in, out, kernel]: not the number of terms in its sums (in * kernel / stride).
- GroupNorm: weight 1, bias 0, epsilon 1e-5, biased variance.
"""

import torch
import torch.nn.functional as F
from torch import nn


class NoiseEmbedding(nn.Module):
    """u [B] -> [B, E]: sines then cosines at E/2 frequencies from 1 down to 1/10000, then a two-layer perceptron."""

    def __init__(self, size):
        super().__init__()
        self.half = size // 2
        self.linear1 = nn.Linear(size, 4 * size)
        self.linear2 = nn.Linear(4 * size, size)

    def forward(self, u):
        exponent = torch.arange(self.half, dtype=u.dtype) / (self.half - 1)
        angle = u[:, None] * 10000 ** -exponent
        features = torch.cat([angle.sin(), angle.cos()], dim=1)
        return self.linear2(F.mish(self.linear1(features)))


class FrameNorm(nn.GroupNorm):
    """Group normalisation of [B, C, T] whose statistics run over valid frames; zero outside them."""

    def forward(self, x, mask=None):
        if mask is None:
            return super().forward(x)
        batch, channels, time = x.shape
        grouped = x.reshape(batch, self.num_groups, channels // self.num_groups, time)
        valid = mask.reshape(batch, 1, 1, time)
        count = valid.sum(dim=(2, 3), keepdim=True) * grouped.shape[2]
        mean = (grouped * valid).sum(dim=(2, 3), keepdim=True) / count
        centred = (grouped - mean) * valid
        variance = (centred * centred).sum(dim=(2, 3), keepdim=True) / count
        normal = (centred / torch.sqrt(variance + self.eps)).reshape(x.shape)
        return (normal * self.weight[:, None] + self.bias[:, None]) * mask


def valid_frames(x, mask):
    return x if mask is None else x * mask


class ResidualBlock(nn.Module):
    """x [B, Cin, T], condition [B, D] -> [B, Cout, T]; FiLM between the two convolutions: scale first, then shift."""

    def __init__(self, inputs, outputs, condition, kernel, groups):
        super().__init__()
        self.conv1 = nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2)
        self.norm1 = FrameNorm(groups, outputs)
        self.film = nn.Linear(condition, 2 * outputs)
        self.conv2 = nn.Conv1d(outputs, outputs, kernel, padding=kernel // 2)
        self.norm2 = FrameNorm(groups, outputs)
        self.residual = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, condition, mask, dropout):
        """`dropout` [B, Cout, T] multiplies the FiLM output: 0 where dropped, 1/(1-p) elsewhere; None is off."""
        x = valid_frames(x, mask)
        h = F.mish(self.norm1(self.conv1(x), mask))
        scale, shift = self.film(F.mish(condition))[:, :, None].chunk(2, dim=1)
        h = scale * h + shift
        if dropout is not None:
            h = h * dropout
        h = F.mish(self.norm2(self.conv2(valid_frames(h, mask)), mask))
        return h + (x if self.residual is None else self.residual(x))


class Level(nn.Module):
    """Two residual blocks; at most one of `downsample` and `upsample` follows them."""

    def __init__(self, inputs, outputs, condition, kernel, groups, down=False, up=False):
        super().__init__()
        self.block1 = ResidualBlock(inputs, outputs, condition, kernel, groups)
        self.block2 = ResidualBlock(outputs, outputs, condition, kernel, groups)
        if down:
            self.downsample = nn.Conv1d(outputs, outputs, 3, stride=2, padding=1)
        if up:
            self.upsample = nn.ConvTranspose1d(outputs, outputs, 4, stride=2, padding=1)


class Final(nn.Module):
    def __init__(self, width, channels, kernel, groups, beside=0):
        super().__init__()
        self.conv = nn.Conv1d(width, width, kernel, padding=kernel // 2)
        self.norm = FrameNorm(groups, width)
        self.out = nn.Conv1d(width + beside, channels, 1)


class TemporalUNet(nn.Module):
    """x [B, T, channels] -> [B, T, channels]; T is a multiple of 2^(len(widths) - 1)."""

    def __init__(self, channels, widths, kernel=5, groups=8, embedding=128, global_size=0, frame_size=0,
                 target_time=False, full_resolution=False):
        super().__init__()
        condition = embedding + global_size
        shared = (condition, kernel, groups)
        self.noise_embedding = NoiseEmbedding(embedding)
        self.target_embedding = NoiseEmbedding(embedding) if target_time else None
        if target_time:
            nn.init.zeros_(self.target_embedding.linear2.weight)
            nn.init.zeros_(self.target_embedding.linear2.bias)
        ins = [channels + frame_size] + list(widths[:-1])
        self.down = nn.ModuleList(
            Level(a, b, *shared, down=i + 1 < len(widths)) for i, (a, b) in enumerate(zip(ins, widths)))
        self.middle = Level(widths[-1], widths[-1], *shared)
        self.up = nn.ModuleList(
            Level(2 * b, a, *shared, up=True) for a, b in reversed(list(zip(widths[:-1], widths[1:]))))
        self.top = ResidualBlock(2 * widths[0], widths[0], *shared) if full_resolution else None
        self.final = Final(widths[0], channels, kernel, groups, beside=channels if full_resolution else 0)

    def forward(self, x, noise, target=None, global_condition=None, frames=None, mask=None, dropout=None):
        """noise [B] and target [B] are already scaled (e.g. 250 ln sigma); global_condition [B, G]; frames [B, T, F];
        mask [B, T], 1 on valid frames, at least one per row; dropout maps a block's path to its factors [B, T, C]."""
        condition = self.noise_embedding(noise)
        if self.target_embedding is not None:
            condition = condition + self.target_embedding(target)
        if global_condition is not None:
            condition = torch.cat([condition, global_condition], dim=1)
        if frames is not None:
            x = torch.cat([x, frames], dim=2)
        x = x.transpose(1, 2)
        noisy = x[:, :self.final.out.out_channels]
        masks = [None] * len(self.down)
        if mask is not None:
            masks = [mask[:, None, ::2 ** i] for i in range(len(self.down))]

        def single(block, path, x, mask):
            factors = (dropout or {}).get(path)
            return block(x, condition, mask, None if factors is None else factors.transpose(1, 2))

        def blocks(level, path, x, mask):
            for name in ("block1", "block2"):
                x = single(getattr(level, name), f"{path}.{name}", x, mask)
            return x

        skips = []
        for i, level in enumerate(self.down):
            x = blocks(level, f"down.{i}", x, masks[i])
            skips.append(x)
            if i + 1 < len(self.down):
                x = level.downsample(valid_frames(x, masks[i]))
        x = blocks(self.middle, "middle", x, masks[-1])
        # There is one up level fewer than down levels: without `top`, the first level's skip is never used.
        for i, level in enumerate(self.up):
            mask = masks[len(masks) - 1 - i]
            x = blocks(level, f"up.{i}", torch.cat([x, skips.pop()], dim=1), mask)
            x = level.upsample(valid_frames(x, mask))
        if self.top is not None:
            x = single(self.top, "top", torch.cat([x, skips.pop()], dim=1), masks[0])
        x = F.mish(self.final.norm(self.final.conv(valid_frames(x, masks[0])), masks[0]))
        if self.top is not None:
            x = torch.cat([x, noisy], dim=1)
        x = valid_frames(self.final.out(x), masks[0])
        return x.transpose(1, 2)
