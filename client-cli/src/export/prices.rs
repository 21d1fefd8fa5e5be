//! The prices of alerts as flat rows: observations, or bars where those were asked for or are all that is kept.

use perftrack::v1::{Alert, ListPricesResponse, PriceBar, PriceObservation};

use super::{Cell, Column, Kind, Row};

/// The columns. A bar begins at `observed_at`, and its close is `price_usd`.
#[must_use]
pub fn columns() -> Vec<Column> {
    [
        ("alert_id", Kind::Text),
        ("token.address", Kind::Text),
        ("observed_at", Kind::Timestamp),
        ("source", Kind::Text),
        ("price_usd", Kind::Double),
        ("market_cap_usd", Kind::Double),
        ("liquidity_usd", Kind::Double),
        ("volume_24h_usd", Kind::Double),
        ("holder_count", Kind::Integer),
        ("dex_name", Kind::Text),
        ("pool", Kind::Text),
        ("bar_open_usd", Kind::Double),
        ("bar_high_usd", Kind::Double),
        ("bar_low_usd", Kind::Double),
        ("bar_observations", Kind::Integer),
    ]
    .map(|(name, kind)| Column::new(name, kind))
    .into()
}

/// The rows of a page of prices of `alert`.
#[must_use]
pub fn rows(alert: &Alert, page: &ListPricesResponse) -> Vec<Row> {
    let address = alert.token.as_ref().map_or("", |token| token.address.as_str());
    let head = || vec![Cell::text(alert.alert_id.as_str()), Cell::text(address)];
    let row = |cells: Vec<Cell>| Row { cells: head().into_iter().chain(cells).collect(), message: None };
    page.observations.iter().map(observation).chain(page.bars.iter().map(bar)).map(row).collect()
}

fn observation(seen: &PriceObservation) -> Vec<Cell> {
    vec![
        Cell::moment(seen.observed_at.as_ref()),
        Cell::text(seen.source.as_str()),
        Cell::Double(seen.price_usd),
        Cell::double(seen.market_cap_usd),
        Cell::double(seen.liquidity_usd),
        Cell::double(seen.volume_24h_usd),
        seen.holder_count.map_or(Cell::Unknown, Cell::Integer),
        Cell::text(seen.dex_name.as_str()),
        Cell::text(seen.pool.as_str()),
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
    ]
}

fn bar(bar: &PriceBar) -> Vec<Cell> {
    vec![
        Cell::moment(bar.start.as_ref()),
        Cell::Unknown,
        Cell::Double(bar.close_usd),
        Cell::Unknown,
        Cell::double(bar.liquidity_usd),
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        Cell::Double(bar.open_usd),
        Cell::Double(bar.high_usd),
        Cell::Double(bar.low_usd),
        Cell::Integer(bar.observations),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_for_every_column() {
        let page = ListPricesResponse {
            observations: vec![PriceObservation { price_usd: 0.5, ..Default::default() }],
            bars: vec![PriceBar { close_usd: 0.75, ..Default::default() }],
            ..Default::default()
        };
        let rows = rows(&Alert { alert_id: "a".to_owned(), ..Default::default() }, &page);
        assert!(rows.iter().all(|row| row.cells.len() == columns().len()));
        assert_eq!([&rows[0].cells[4], &rows[1].cells[4]], [&Cell::Double(0.5), &Cell::Double(0.75)]);
    }
}
