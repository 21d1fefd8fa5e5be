//! How a condition is said: `smart money`, `LP not locked`, `velocity ≥ 8`, `dex raydium`.

/// A yes/no feature with one of its values.
pub fn flag(feature: &str, value: bool) -> String {
    match (feature, value) {
        ("smart_money_involved", true) => "smart money".to_owned(),
        ("smart_money_involved", false) => "general cycle".to_owned(),
        (_, true) => name(feature),
        ("lp_locked", false) => "LP not locked".to_owned(),
        ("mint_revoked", false) => "mint not revoked".to_owned(),
        (_, false) => format!("not {}", name(feature)),
    }
}

/// A word of a category.
pub fn word(feature: &str, word: &str) -> String {
    format!("{} {word}", name(feature))
}

/// A range of a number: from `low` on, and below `high`.
pub fn range(feature: &str, low: Option<f64>, high: Option<f64>) -> String {
    let (name, unit) = (name(feature), unit(feature));
    match (low, high) {
        (Some(low), None) => format!("{name} ≥ {}{unit}", number(low)),
        (None, Some(high)) => format!("{name} < {}{unit}", number(high)),
        (Some(low), Some(high)) => format!("{name} {} to below {}{unit}", number(low), number(high)),
        (None, None) => format!("{name} known"),
    }
}

fn name(feature: &str) -> String {
    let short = match feature {
        "lp_locked" => "LP locked",
        "mint_revoked" => "mint revoked",
        "final_score" => "score",
        "velocity_score_15m" => "velocity",
        "top10_concentration" => "top-10",
        "bundlers_percent" => "bundlers",
        "insiders_percent" => "insiders",
        "token_age_minutes" => "token age",
        "holder_count" => "holders",
        "unique_traders_15m" => "traders in 15 min",
        "sol_price_usd" => "SOL price",
        "smart_wallet_pnl" => "wallet PnL",
        "conviction_type" => "conviction",
        "feed_source" => "feed",
        "dex_name" => "dex",
        "entry.market_cap_usd" => "market cap",
        "entry.liquidity_usd" => "liquidity",
        "entry.volume_24h_usd" => "volume 24 h",
        other => return other.trim_start_matches("extra.").replace('_', " "),
    };
    short.to_owned()
}

fn unit(feature: &str) -> &'static str {
    match feature {
        "top10_concentration" | "bundlers_percent" | "insiders_percent" => " %",
        "token_age_minutes" => " min",
        _ if feature.ends_with("_usd") || feature == "smart_wallet_pnl" => " USD",
        _ => "",
    }
}

/// `8`, `0.35`, `40k`, `1.25M`.
fn number(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "B"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = format!("{value:.3}");
    let digits = if value.abs() >= 0.001 { digits.trim_end_matches('0').trim_end_matches('.') } else { "" };
    let digits = if digits.is_empty() { value.to_string() } else { digits.to_owned() };
    format!("{}{unit}", digits.replace('-', "−"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_said_as_people_say_them() {
        assert_eq!(flag("smart_money_involved", true), "smart money");
        assert_eq!(flag("lp_locked", false), "LP not locked");
        assert_eq!(flag("extra.has_site", false), "not has site");
        assert_eq!(word("dex_name", "raydium"), "dex raydium");
        assert_eq!(range("velocity_score_15m", Some(8.0), None), "velocity ≥ 8");
        assert_eq!(range("entry.liquidity_usd", Some(20_000.0), Some(1_250_000.0)), "liquidity 20k to below 1.25M USD");
        assert_eq!(range("top10_concentration", None, Some(18.5)), "top-10 < 18.5 %");
        assert_eq!(range("smart_wallet_pnl", Some(-500.0), None), "wallet PnL ≥ −500 USD");
        assert_eq!(range("extra.x", Some(0.000_02), None), "x ≥ 0.00002");
        assert_eq!(range("extra.x", Some(0.0), None), "x ≥ 0");
    }
}
