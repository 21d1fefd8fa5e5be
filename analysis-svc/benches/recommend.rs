//! `Recommend`, full search and certification, at 10 thousand, 100 thousand and a million alerts: how long each part takes.
//!
//! `cargo bench -p analysis-svc --bench recommend [ALERTS…]`

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and fails as loudly as a test")]

use std::time::Instant;

use analysis_svc::advice::objective::Objective;
use analysis_svc::advice::search::lay_out::LaidOut;
use analysis_svc::advice::search::part::Part;
use analysis_svc::advice::search::score::Yardstick;
use analysis_svc::advice::search::search;
use analysis_svc::advice::{Request, advise, standing};
use analysis_svc::correlate::correlate_selection;
use analysis_svc::correlate::selection::{Selection, Window};
use analysis_svc::dataset::filter::Kept;
use analysis_svc::gates::Baseline;
use analysis_svc::inference::checkpoint::Checkpoint;
use analysis_svc::progress::Watch;
use analysis_svc::synthetic;
use domain::gate::Catalogue;

fn main() {
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
    for alerts in sizes {
        let snapshot = synthetic::snapshot(alerts);
        let (catalogue, watch) = (Catalogue::callsbot(), Watch::default());
        let selection = Selection::of(&snapshot, Window::default(), &Kept::everything());
        let timed =
            |name: &str, begin: Instant| println!("  {name:<28}{:>9.1} ms", begin.elapsed().as_secs_f64() * 1e3);
        println!("{alerts} alerts, {} matured tokens", selection.matured.count());

        let begin = Instant::now();
        let answer = correlate_selection(&snapshot, &selection);
        timed("correlating", begin);
        drop(answer);
        let begin = Instant::now();
        let baseline = Baseline::of(&snapshot, &selection, catalogue, None);
        timed("the config in force", begin);
        let begin = Instant::now();
        let laid = LaidOut::of(&snapshot, catalogue, &baseline);
        timed("laying out", begin);
        let begin = Instant::now();
        let yardstick = Yardstick { objective: Objective::default(), stake_usd: 100.0, days: baseline.days };
        let found = search(&Part::whole(&laid.cases), &laid.ladders, &yardstick, &watch).expect("waited for");
        timed("searching all alerts", begin);
        println!("    {} values, {} pairs", found.values, found.pairs);
        if let Some(checkpoint) = Checkpoint::reached(selection.matured.count().into()) {
            let begin = Instant::now();
            let standing = standing::at(checkpoint, &snapshot, catalogue, &selection, None, &watch);
            timed("certifying", begin);
            if let standing::Standing::Answered(certification, ladders) = standing.expect("waited for") {
                for gate in &certification.examined {
                    let keys: Vec<&str> =
                        gate.found.turns.iter().map(|turn| ladders[turn.ladder].key.as_str()).collect();
                    println!("    {keys:?}: p = {:.5}, certified: {}", gate.p_value, gate.is_certified);
                }
            }
        }
        let request = Request {
            current: None,
            objective: Objective::default(),
            window: Window::default(),
            standing: Ok(()),
            cooldowns: Vec::new(),
        };
        // The same data as a new revision, of which nothing is worked out yet.
        let fresh = snapshot.under(snapshot.policy());
        let begin = Instant::now();
        let advice = advise(&fresh, catalogue, &request, &watch).expect("waited for");
        timed("ALL OF IT", begin);
        let begin = Instant::now();
        let again = advise(&fresh, catalogue, &request, &watch).expect("waited for");
        timed("all of it again", begin);
        assert_eq!(again.headline, advice.headline);
        println!("    {}", advice.headline);
    }
}
