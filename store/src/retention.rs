//! What is kept of prices, and for how long.

pub(crate) mod weeks;
