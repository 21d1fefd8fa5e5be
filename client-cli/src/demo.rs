//! The simulated world of `perfctl demo`.
