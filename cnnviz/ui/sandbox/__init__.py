"""The widgets and words of the convolution lesson; the address carries every one of them."""
