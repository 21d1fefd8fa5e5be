//! How values look on a screen: numbers with their units, times, tables, colours.

pub mod interval;
pub mod number;
pub mod paint;
pub mod sparkline;
pub mod table;
pub mod text;
pub mod time;
