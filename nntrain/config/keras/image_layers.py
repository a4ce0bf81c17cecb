"""The layers for images: convolution, pooling, padding, and augmentation, which acts in training only."""

from typing import Literal

from nntrain.config.keras.layers import _Bias, _KerasLayer, _Kernel
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.value_types import Factor, Number, Padding2D, PositiveInt, Seed, Size2D, omitted


class Conv2D(_Kernel):
    """Filters that slide over the image."""

    filters: PositiveInt
    kernel_size: Size2D
    strides: Size2D = omitted
    padding: Literal["valid", "same"] = omitted
    dilation_rate: Size2D = omitted
    groups: PositiveInt = omitted


class SeparableConv2D(_Bias):
    """A filter for each channel, then a mix of the channels."""

    filters: PositiveInt
    kernel_size: Size2D
    strides: Size2D = omitted
    padding: Literal["valid", "same"] = omitted
    dilation_rate: Size2D = omitted
    depth_multiplier: PositiveInt = omitted
    depthwise_initializer: Initializer = omitted
    depthwise_regularizer: Regularizer = omitted
    depthwise_constraint: Constraint = omitted
    pointwise_initializer: Initializer = omitted
    pointwise_regularizer: Regularizer = omitted
    pointwise_constraint: Constraint = omitted


class DepthwiseConv2D(_Bias):
    """A filter for each channel."""

    kernel_size: Size2D
    strides: Size2D = omitted
    padding: Literal["valid", "same"] = omitted
    dilation_rate: Size2D = omitted
    depth_multiplier: PositiveInt = omitted
    depthwise_initializer: Initializer = omitted
    depthwise_regularizer: Regularizer = omitted
    depthwise_constraint: Constraint = omitted


class _Pool(_KerasLayer):
    strides: Size2D = omitted
    padding: Literal["valid", "same"] = omitted


class MaxPooling2D(_Pool):
    """The largest value of each window."""

    aliases = ("MaxPool2D",)
    shorthand = "pool_size"
    pool_size: Size2D = omitted


class AveragePooling2D(_Pool):
    """The mean of each window."""

    aliases = ("AvgPool2D",)
    shorthand = "pool_size"
    pool_size: Size2D


class _GlobalPool(_KerasLayer):
    keepdims: bool = omitted


class GlobalAveragePooling2D(_GlobalPool):
    """The mean of each feature map."""


class GlobalMaxPooling2D(_GlobalPool):
    """The largest value of each feature map."""


class ZeroPadding2D(_KerasLayer):
    """Rows and columns of zeros around the image."""

    shorthand = "padding"
    padding: Padding2D = omitted


class _Augmentation(_KerasLayer):
    exact = True  # bfloat16 has no whole numbers for places beyond 256 in an image
    seed: Seed = omitted


class RandomFlip(_Augmentation):
    """Mirrors images at random in training."""

    shorthand = "mode"
    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = omitted


class _Move(_Augmentation):
    fill_mode: Literal["constant", "nearest", "wrap", "reflect"] = omitted
    fill_value: Number = omitted
    interpolation: Literal["nearest", "bilinear"] = omitted


class RandomRotation(_Move):
    """Rotates images by up to `factor` of a full turn in training."""

    shorthand = "factor"
    factor: Factor


class RandomTranslation(_Move):
    """Shifts images by up to a share of their height and width in training."""

    height_factor: Factor
    width_factor: Factor


class RandomZoom(_Move):
    """Resizes images by up to a share in training."""

    shorthand = "height_factor"
    height_factor: Factor
    width_factor: Factor = omitted


class RandomContrast(_Augmentation):
    """Changes the contrast of images in training."""

    shorthand = "factor"
    factor: Factor
    value_range: Factor = omitted


class RandomCrop(_Augmentation):
    """Cuts images of a size at random places in training, from the middle at inference."""

    height: PositiveInt
    width: PositiveInt


class RandomErasing(_Augmentation):
    """Covers a random rectangle of images in training (Zhong et al. 2017)."""

    factor: Factor = omitted
    scale: Factor = omitted
    fill_value: Number = omitted
    value_range: Factor = omitted
