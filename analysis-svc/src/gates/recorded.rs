//! A config as the bot recorded it, read as values of the gates.

use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig};

use super::in_force::InForce;

/// The values that it sets of the catalogue's keys. A bot's config has other keys beside them; those, and values that are
/// none, are left out: recording a config refuses nothing.
#[must_use]
pub fn recorded(catalogue: &Catalogue, values: &BTreeMap<String, String>) -> FilterConfig {
    let in_force = InForce::recorded(catalogue, "", values);
    in_force.config().cloned().unwrap_or_else(|| FilterConfig::defaults(catalogue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::gate::Setting;

    #[test]
    fn what_is_no_gate_or_no_value_is_left_out() {
        let values = [
            ("MIN_LIQUIDITY_USD", "20000"),
            ("TELEGRAM_TOKEN", "x"),
            ("REQUIRE_LP_LOCKED", "perhaps"),
            ("GENERAL_CYCLE_MIN_SCORE", "7.0"),
        ];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let config = recorded(Catalogue::callsbot(), &values);
        assert_eq!(config.get("MIN_LIQUIDITY_USD"), Some(Setting::Number(20_000.0)));
        assert_eq!(config.get("REQUIRE_LP_LOCKED"), Some(Setting::Boolean(false)));
        assert_eq!(config.get("GENERAL_CYCLE_MIN_SCORE"), Some(Setting::Number(7.0)));
        assert_eq!(config.get("SMART_MONEY_SCORE_BONUS"), Some(Setting::Number(2.0)));
    }
}
