"""The version of the product, told by every Info method."""

VERSION = "0.1.0"
