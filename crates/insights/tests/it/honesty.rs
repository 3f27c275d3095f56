//! What the statistics promise, on noise.
