//! The command line.

use core::num::NonZeroUsize;
use core::time::Duration;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use vrrp_sim::campaign::{Campaign, Tally, campaign};
use vrrp_sim::explore::{Found, Plan, explore};
use vrrp_sim::{Defect, Options, Scenario, run as run_scenario, shrink};

/// Progress is shown this often.
const SHOWN: Duration = Duration::from_secs(5);

/// Simulates routers on a bad LAN and asks after every event what must hold.
///
/// Exit codes: 0 everything held; 1 something did not; 2 the command line is wrong.
#[derive(Debug, Parser)]
#[command(
    name = "vrrp-sim",
    version,
    max_term_width = 110,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    seeds: Seeds,
}

#[derive(Debug, Args)]
struct Seeds {
    /// How many seeds are run.
    #[arg(long = "seeds", value_name = "N", default_value_t = 20_000)]
    count: u64,
    /// The first seed.
    #[arg(long, value_name = "N", default_value_t = 0)]
    start: u64,
    /// Run this seed only, and tell its whole story; if it fails, shrink it and tell that story too.
    #[arg(long, value_name = "N", conflicts_with_all = ["count", "start"])]
    seed: Option<u64>,
    /// How many threads run seeds: as many as there are cores, if nothing is said.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Break the core in each way that is known, and count the seeds until that is noticed.
    Defects {
        /// After so many seeds a defect counts as missed.
        #[arg(long, value_name = "N", default_value_t = 20_000)]
        seeds: u64,
        /// How many threads run seeds.
        #[arg(long, value_name = "N")]
        jobs: Option<NonZeroUsize>,
    },
    /// Try every order of events instead of some, with few routers and not too many events.
    Explore {
        /// How many routers: 2 or 3.
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=3))]
        routers: u8,
        /// How many events in a row.
        #[arg(long, value_name = "N", default_value_t = 10)]
        depth: u32,
        /// How many of them may be results of checks.
        #[arg(long, value_name = "N", default_value_t = 1)]
        verdicts: u32,
        /// Stop after so many states.
        #[arg(long, value_name = "N", default_value_t = 2_000_000)]
        states: usize,
        /// How many threads explore.
        #[arg(long, value_name = "N")]
        jobs: Option<NonZeroUsize>,
    },
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    match (cli.command, cli.seeds.seed) {
        (None, Some(seed)) => one(seed),
        (None, None) => many(&cli.seeds),
        (Some(Command::Defects { seeds, jobs }), _) => defects(seeds, jobs),
        (
            Some(Command::Explore {
                routers,
                depth,
                verdicts,
                states,
                jobs,
            }),
            _,
        ) => {
            let plan = Plan {
                routers,
                depth,
                verdicts,
                most_states: states,
                jobs: threads(jobs),
                defect: None,
            };
            explorer(&plan)
        }
    }
}

/// How long somebody has been waiting: no run sees this clock.
struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "it times the simulator for its user; nothing simulated sees it"
    )]
    fn now() -> Self {
        Self(Instant::now())
    }

    fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64().max(0.001)
    }
}

fn threads(wanted: Option<NonZeroUsize>) -> NonZeroUsize {
    wanted
        .or_else(|| thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}

fn many(seeds: &Seeds) -> ExitCode {
    let end = seeds.start.saturating_add(seeds.count);
    let jobs = threads(seeds.jobs);
    let plan = Campaign {
        seeds: seeds.start..end,
        jobs,
        defect: None,
        most_failures: 10,
    };
    let watch = Watch::now();
    let mut shown = SHOWN;
    let tally = campaign(&plan, |tally| {
        if watch.0.elapsed() >= shown {
            shown += SHOWN;
            eprintln!("{}", rate(tally, seeds.count, &watch));
        }
    });
    println!("{}", rate(&tally, seeds.count, &watch));
    let Some((seed, _)) = tally.failures.first() else {
        println!("every promise was kept, by {jobs} threads");
        return ExitCode::SUCCESS;
    };
    for (seed, failure) in &tally.failures {
        println!("seed {seed} fails: {failure}");
    }
    shrunk(*seed);
    ExitCode::FAILURE
}

fn rate(tally: &Tally, wanted: u64, watch: &Watch) -> String {
    let seconds = watch.seconds();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate for people needs no more than 53 bits"
    )]
    let rate = tally.seeds as f64 / seconds;
    format!(
        "{} of {wanted} seeds in {seconds:.1} s, {rate:.0} seeds/s; {} events, {} s simulated; {} failed",
        tally.seeds,
        tally.events,
        tally.simulated.as_secs(),
        tally.failures.len(),
    )
}

fn one(seed: u64) -> ExitCode {
    let scenario = Scenario::generate(seed);
    let outcome = run_scenario(
        &scenario,
        Options {
            traced: true,
            defect: None,
        },
    );
    print!("{scenario}\n{}", outcome.trace.text());
    if outcome.failure.is_none() {
        println!("every promise was kept");
        return ExitCode::SUCCESS;
    }
    shrunk(seed);
    ExitCode::FAILURE
}

/// The least that fails as this seed does, and its story.
fn shrunk(seed: u64) {
    let least = shrink(&Scenario::generate(seed), Options::default());
    let outcome = run_scenario(
        &least,
        Options {
            traced: true,
            defect: None,
        },
    );
    println!(
        "\nThe least that fails like seed {seed}:\n{least}\n{}",
        outcome.trace.text()
    );
    println!("again: cargo run --release -p vrrp-sim -- --seed {seed}");
}

fn defects(seeds: u64, jobs: Option<NonZeroUsize>) -> ExitCode {
    let mut missed = 0;
    println!("| planted defect | seeds needed | noticed by |\n|---|---|---|");
    for defect in Defect::ALL {
        let plan = Campaign {
            seeds: 0..seeds,
            jobs: threads(jobs),
            defect: Some(defect),
            most_failures: 1,
        };
        if let Some((seed, failure)) = campaign(&plan, |_| {}).failures.first() {
            println!("| {defect} | {} | {} |", seed + 1, failure.breach.rule);
        } else {
            missed += 1;
            println!("| {defect} | not within {seeds} | nobody |");
        }
    }
    if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn explorer(plan: &Plan) -> ExitCode {
    let watch = Watch::now();
    let found = explore(plan, |level| eprintln!("{level}"));
    println!("{found}\n{:.1} s", watch.seconds());
    match found {
        Found { failure: None, .. } => ExitCode::SUCCESS,
        Found { failure: Some(_), .. } => ExitCode::FAILURE,
    }
}
