"""The version of the product, which every Info method returns."""

VERSION = "0.1.0"
