"""From a datagram to a transfer or a refusal: who asks, how often, how many at once."""
