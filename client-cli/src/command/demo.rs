//! `perfctl demo`: days of a simulated market, and what perftrack makes of them.

use clap::Args;

use super::Session;
use super::correlate::{self, CorrelateArgs};
use super::patterns::{self, PatternsArgs};
use super::performance::{self, PerformanceArgs};
use super::performers::{self, PerformersArgs};
use super::recommend::{self, RecommendArgs};
use super::simulate::{self, SimulateArgs};
use crate::cli::Format;
use crate::demo::play::{POLL_INTERVAL, Played, Report, play};
use crate::demo::reasons::PLANTED;
use crate::failure::{Outcome, usage};
use crate::print::number::{count, counted_noun};
use crate::print::{paint, text, time};

/// Arguments of `perfctl demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Another seed is another market.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many alerts the bot raises over three days.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    pub alerts: u64,
}

/// Plays and shows.
///
/// # Errors
/// When a part of the demo cannot start.
pub async fn run(session: &Session, args: DemoArgs) -> Outcome {
    let output = session.output;
    if output.format != Format::Table {
        return Err(usage("the demo is for people; ask a service for JSON, such as perfctl -o json correlate"));
    }
    output.remark(&text::wrapped(
        "Playing five days of a simulated market against the real services: a tracker and an analysis on an empty SQLite \
         file, price sources that are slow to list, answer 429 and send bad ticks, and a bot.\n",
        output.width,
    ));
    let played = play(args.seed, args.alerts, std::time::Duration::from_secs(60), &output).await?;
    let shown = show(session, &played).await;
    played.stop().await?;
    shown
}

async fn show(session: &Session, played: &Played) -> Outcome {
    let output = session.output;
    let world = Session { services: played.services.clone(), output };
    output.text(&opening(&played.report, output.width))?;

    heading(&world, "perfctl performance --group-by smart_money_involved", "how the alerts did")?;
    let by_smart_money = PerformanceArgs { group_by: vec!["smart_money_involved".to_owned()], ..Default::default() };
    performance::run(&world, by_smart_money).await?;
    heading(
        &world,
        "perfctl correlate",
        "what goes with pumps and with rugs; the planted reasons should stand out, and no other",
    )?;
    correlate::run(&world, CorrelateArgs::default()).await?;
    heading(&world, "perfctl patterns", "which combinations stand out, and whether they held on later data")?;
    patterns::run(&world, PatternsArgs { depth: 3, min_alerts: 30, count: 3, ..Default::default() }).await?;
    heading(&world, "perfctl performers", "the best and the worst")?;
    performers::run(&world, PerformersArgs { window: Default::default(), filter: String::new(), count: 5 }).await?;
    heading(&world, "perfctl simulate --set MIN_LIQUIDITY_USD=20000", "what another config would have done")?;
    let set = vec![("MIN_LIQUIDITY_USD".to_owned(), "20000".to_owned())];
    simulate::run(&world, SimulateArgs { set, ..Default::default() }).await?;
    heading(&world, "perfctl recommend", "what to change, and how far that is proven")?;
    recommend::run(&world, RecommendArgs::default()).await?;
    output.text(&closing())
}

fn opening(report: &Report, width: Option<usize>) -> String {
    let played = format!(
        "Played {} in {:.1} s: {}, {} to the price sources, a look at every token each {}.",
        time::length(i64::try_from(report.simulated.as_secs()).unwrap_or(i64::MAX)),
        report.elapsed.as_secs_f64(),
        counted_noun(report.alerts as i64, "alert"),
        counted_noun(i64::try_from(report.requests).unwrap_or(i64::MAX), "request"),
        time::length(i64::try_from(POLL_INTERVAL.as_secs()).unwrap_or(i64::MAX)),
    );
    let truth = format!(
        "In truth {} rise by over 50 % and {} are rugs. What truly matters:",
        count(report.pumps as i64),
        count(report.rugs as i64)
    );
    let mut text = format!("{}\n{}\n", text::wrapped(&played, width), text::wrapped(&truth, width));
    for planted in PLANTED {
        text += &(text::hanging("  · ", planted, width) + "\n");
    }
    text + "Everything else that the bot knows is noise. See what perftrack makes of it:\n"
}

fn heading(world: &Session, command: &str, what: &str) -> Outcome {
    world.output.text(&format!(
        "\n{} {}   {}\n",
        paint::faint("$"),
        paint::name(command),
        paint::faint(&format!("# {what}"))
    ))
}

fn closing() -> String {
    let mut text = format!("\n{}\n", paint::strong("Now with your own bot"));
    for (command, what) in [
        ("perfctl dev", "run both services here, on a file that stays"),
        ("perfctl alerts import callsbot FILE", "bring along what callsbotonchain recorded"),
        ("perfctl alerts record --help", "record an alert by hand; bots call TrackingService.RecordAlert"),
        ("perfctl correlate", "see what goes with pumps and rugs"),
        ("perfctl call", "list every RPC"),
    ] {
        text += &format!("  {}  {}\n", paint::name(&format!("{command:36}")), paint::faint(what));
    }
    text
}
