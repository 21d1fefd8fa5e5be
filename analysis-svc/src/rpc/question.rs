//! The parts of a request that say which alerts are meant.

use domain::filter::Filter;
use domain::nearest::{nearest, shown, suggestion};
use perftrack::v1;
use service::status::Violations;
use service::wire::parse_window;

use crate::correlate::selection::Window;
use crate::dataset::{Snapshot, features};

/// Reads the request's `window`.
pub fn window(window: Option<v1::Window>, violations: &mut Violations) -> Window {
    let between = parse_window(window, violations);
    Window { start: between.start, end: between.end }
}

/// Reads the request's `filter`.
pub fn filter(text: &str, violations: &mut Violations) -> Filter {
    violations.check("filter", Filter::parse(text)).unwrap_or_else(Filter::everything)
}

/// Reads the names of features: those of the contract, and those of the bot's own that any alert of the data has.
pub fn features(names: &[String], snapshot: &Snapshot, violations: &mut Violations) {
    let built_in = features::built_in();
    let known: Vec<&str> =
        built_in.iter().chain(snapshot.columns().iter().map(|column| &column.name)).map(String::as_str).collect();
    for (index, name) in names.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let near = suggestion(nearest(name, known.iter().copied()));
            violations.add(format!("features[{index}]"), format!("there is no feature {}{near}", shown(name)));
        }
    }
}
