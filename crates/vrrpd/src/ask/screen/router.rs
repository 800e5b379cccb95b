//! One virtual router in full.

use super::table::{Cell, Style, lines};
use super::{Section, WIDTH, peers, priority};
use crate::ask::paint::Paint;
use crate::ask::words::{ago, clean, count, short, since, wall, wrap};
use crate::report::{Address, Deadline, DueTo, Master, Router, State, Transport};

/// Before each line, and its label.
pub(super) const INDENT: usize = 2;
pub(super) const LABEL: usize = 11;
/// More addresses than this are only counted.
const ADDRESSES: usize = 6;

/// Lines with a label before the first of them.
struct Block<'a> {
    label: &'a str,
    lines: Vec<String>,
}

/// All about it.
pub(super) fn draw(router: &Router, paint: Paint) -> String {
    let mut section = Section::default();
    section.lines(head(router, paint));
    let blocks = [
        Block::new("where", vec![place(router)]),
        Block::new("priority", priority_of(router, paint)),
        Block::new("addresses", addresses(router, paint)),
        Block::new("sending", sending(router, paint)),
        Block::new("master", vec![master(router, paint)]),
        Block::new("next", next(router).into_iter().collect()),
        Block::new("peers", peers::draw(router, paint)),
        Block::new("counted", counted(router)),
    ];
    for block in blocks {
        for (place, line) in block.lines.iter().enumerate() {
            let label = if place == 0 { block.label } else { "" };
            section.line(format!("{:INDENT$}{label:LABEL$}{line}", ""));
        }
    }
    section.0
}

impl<'a> Block<'a> {
    fn new(label: &'a str, lines: Vec<String>) -> Self {
        Self { label, lines }
    }
}

/// How a state is painted.
pub(super) fn style(state: State) -> Style {
    match state {
        State::Master => Style::Good,
        State::Fault => Style::Bad,
        State::Backup | State::Init => Style::Plain,
    }
}

/// Wrapped to what is beside a label.
fn wrapped(text: &str) -> Vec<String> {
    wrap(&clean(text), WIDTH - INDENT - LABEL)
}

fn head(router: &Router, paint: Paint) -> Vec<String> {
    let name = paint.title(&clean(&router.name));
    let state = style(router.state).paint(paint, &router.state.to_string());
    let since = format!("since {} ({})", wall(&router.since.at), since(&router.since));
    let because = clean(&router.because);
    let length = router.name.chars().count() + since.len() + because.chars().count() + 12;
    if length <= WIDTH {
        return vec![format!("{name}  {state} {since}: {because}")];
    }
    let mut told = vec![format!("{name}  {state} {since}:")];
    let because = wrap(&because, WIDTH - INDENT);
    told.extend(because.iter().map(|line| format!("{:INDENT$}{line}", "")));
    told
}

fn place(router: &Router) -> String {
    let transport = match router.transport {
        Transport::Multicast => "multicast",
        Transport::Unicast => "unicast",
    };
    let group = match &router.group {
        Some(group) => format!(", sync group {group}"),
        None => String::new(),
    };
    let (interface, vrid, preempt) = (&router.interface, router.vrid, &router.preempt);
    let interval = router.advert_interval;
    clean(&format!(
        "{interface}, VRID {vrid}, {transport} every {interval} s, {preempt}{group}"
    ))
}

fn priority_of(router: &Router, paint: Paint) -> Vec<String> {
    let mut lines = wrapped(&priority::sum(&router.priority));
    for fault in priority::faults(&router.priority) {
        lines.extend(wrapped(&fault).iter().map(|line| paint.notice(line)));
    }
    lines
}

/// How many are there that should be, and how many are not.
pub(super) fn present(router: &Router) -> (usize, usize) {
    let present = router.addresses.iter().filter(|address| address.present).count();
    (present, router.addresses.len())
}

/// Whether it is here although somebody else may be MASTER: the owner has its addresses whoever is.
pub(super) fn is_stray(address: &Address, router: &Router) -> bool {
    address.present && router.state != State::Master && router.priority.base != priority::OWNER
}

fn is_wrong(address: &Address, router: &Router) -> bool {
    is_stray(address, router) || (router.state == State::Master && !address.present)
}

/// Whether the kernel has all of them, or none, as the state wants it.
pub(super) fn are_as_they_should(router: &Router) -> bool {
    !router.addresses.iter().any(|address| is_wrong(address, router))
}

fn addresses(router: &Router, paint: Paint) -> Vec<String> {
    let should = router.state == State::Master;
    let (there, all) = present(router);
    let mut cells: Vec<Vec<Cell>> = Vec::new();
    let mut summary = Vec::new();
    if all > ADDRESSES {
        let text = format!("{there} of {all} are here");
        let style = match are_as_they_should(router) {
            true if should => Style::Good,
            true => Style::Plain,
            false => Style::Bad,
        };
        summary.push(style.paint(paint, &text));
    }
    // What is wrong comes first where there is no room for all.
    let (wrong, right): (Vec<&Address>, Vec<&Address>) = router
        .addresses
        .iter()
        .partition(|address| is_wrong(address, router));
    let some: Vec<&Address> = if all > ADDRESSES {
        wrong.into_iter().chain(right).take(ADDRESSES).collect()
    } else {
        router.addresses.iter().collect()
    };
    let shown = some.len();
    for address in some {
        cells.push(address_cells(address, router));
    }
    let mut text = summary;
    text.extend(lines(&cells, paint));
    if shown < all {
        text.push(format!("and {} more (all of them with --json)", all - shown));
    }
    text
}

fn address_cells(address: &Address, router: &Router) -> Vec<Cell> {
    let (mark, words, style) = match (address.present, is_wrong(address, router)) {
        (true, false) => ("✓", "", Style::Good),
        (false, true) => ("✗", "missing", Style::Bad),
        (false, false) => ("-", "not here", Style::Plain),
        (true, true) => ("!", "here, although it should not be", Style::Notice),
    };
    let mut notes = vec![words.to_owned()];
    if address.interface != router.interface {
        notes.push(format!("on {}", address.interface));
    }
    if !address.advertised {
        notes.push("not in adverts".into());
    }
    notes.retain(|note| !note.is_empty());
    vec![
        Cell::new(format!("{mark} {}", address.address), style),
        Cell::new(notes.join(", "), style),
    ]
}

fn sending(router: &Router, paint: Paint) -> Vec<String> {
    let Some(error) = &router.send_error else {
        return Vec::new();
    };
    let text = format!("adverts cannot be sent: {}: {}", error.name, error.meaning);
    wrapped(&text).iter().map(|line| paint.bad(line)).collect()
}

fn master(router: &Router, paint: Paint) -> String {
    match &router.master {
        Some(Master {
            us: true, address, ..
        }) => {
            format!("{} ({address})", paint.good("this host"))
        }
        Some(Master {
            address,
            priority,
            heard,
            ..
        }) => {
            let priority = priority.map_or_else(String::new, |priority| format!(", priority {priority}"));
            let heard = heard
                .as_ref()
                .map_or_else(String::new, |heard| format!(", heard {}", ago(heard)));
            format!("{address}{priority}{heard}")
        }
        None => paint.notice("none is known"),
    }
}

fn next(router: &Router) -> Option<String> {
    let Deadline { what, seconds } = router.next.as_ref()?;
    let seconds = short(*seconds);
    let unless = match &router.master {
        Some(Master {
            us: false, address, ..
        }) => address.to_string(),
        _ => "a MASTER".into(),
    };
    Some(match what {
        DueTo::Advertise => format!("sends an advert in {seconds}"),
        DueTo::TakeOver => format!("takes over in {seconds} unless {unless} is heard"),
        DueTo::Preempt => format!("takes over in {seconds}{}", from_whom(router)),
        DueTo::TryAgain => format!("asks the kernel for the addresses again in {seconds}"),
    })
}

/// ` from 10.77.0.2, which has the lower priority 100`.
fn from_whom(router: &Router) -> String {
    match &router.master {
        Some(Master {
            us: false,
            address,
            priority,
            ..
        }) => {
            let priority = priority.map_or_else(String::new, |priority| {
                format!(", which has the lower priority {priority}")
            });
            format!(" from {address}{priority}")
        }
        _ => String::new(),
    }
}

fn counted(router: &Router) -> Vec<String> {
    let counters = &router.counters;
    let ignored: u64 = counters.discards.values().sum();
    let mut parts = vec![
        count(counters.adverts_sent, "advert sent", "adverts sent"),
        format!("{} heard", counters.adverts_received),
        count(counters.became_master, "time MASTER", "times MASTER"),
    ];
    let rare = [
        (ignored, "packet ignored", "packets ignored"),
        (counters.send_errors, "not sent", "not sent"),
        (counters.claims_refused, "claim refused", "claims refused"),
        (counters.repairs, "address put back", "addresses put back"),
        (counters.gratuitous_arps_failed, "ARP not sent", "ARP not sent"),
    ];
    let rare = rare.iter().filter(|(number, ..)| *number > 0);
    parts.extend(rare.map(|(number, one, many)| count(*number, one, many)));
    wrapped(&parts.join(", "))
}
