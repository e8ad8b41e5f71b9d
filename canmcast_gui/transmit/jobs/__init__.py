"""Jobs: frames that are sent periodically, or when a received frame triggers them."""
