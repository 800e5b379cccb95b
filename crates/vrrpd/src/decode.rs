//! `vrrpd decode`: adverts, field by field, for somebody who wants to know why they are not believed.

mod capture;
mod explain;
mod hex;
mod link;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Decode;
use crate::problems::complain;
use capture::{CaptureError, Step};
use explain::{Report, Verdict};

/// The command line is wrong, as clap itself exits.
const USAGE: u8 = 2;

/// The name that stands for standard input.
const STDIN: &str = "-";

/// Explains what `options` name. 0: every advert is valid, or there is none. 1: one is not, or the capture cannot be
/// read to its end. 2: `--hex` is not hexadecimal.
pub(crate) fn run(options: &Decode) -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let result = match (&options.hex, &options.capture) {
        (Some(text), _) => explain_hex(text, &mut out),
        (None, path) => explain_capture(path.as_deref().unwrap_or(Path::new(STDIN)), &mut out),
    };
    let result = result.and_then(|sound| out.flush().map(|()| sound).map_err(Failure::Output));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads our output has seen enough (`| head`).
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            // What was explained before it stands above the error.
            let _ = out.flush();
            complain("decode", &failure);
            match failure {
                Failure::Hex(_) => ExitCode::from(USAGE),
                Failure::Capture { .. } | Failure::Output(_) => ExitCode::FAILURE,
            }
        }
    }
}

/// Why the command could not do what it was asked to.
#[derive(thiserror::Error, Debug)]
enum Failure {
    #[error("--hex: {0}")]
    Hex(#[from] hex::HexError),
    #[error("{name}: {error}")]
    Capture { name: String, error: CaptureError },
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
}

/// Whether the one packet in `text` is valid.
fn explain_hex(text: &str, out: &mut impl Write) -> Result<bool, Failure> {
    let bytes = hex::parse(text)?;
    let report = explain::packet(&bytes);
    report.write("advert", out)?;
    Ok(report.verdict() == Verdict::Valid)
}

/// Whether every advert in the capture at `path` is valid.
fn explain_capture(path: &Path, out: &mut impl Write) -> Result<bool, Failure> {
    let from_stdin = path == Path::new(STDIN);
    let name = if from_stdin {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let failed = |error| Failure::Capture {
        name: name.clone(),
        error,
    };
    let input: Box<dyn Read + Send> = if from_stdin {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| failed(CaptureError::Read(error)))?)
    };

    let mut tally = Tally::default();
    let mut broken_output = None;
    let read = capture::read(input, |step| {
        let result = match step {
            Step::Packet(packet) => {
                let report = Report::of(&packet);
                tally.count(report.as_ref());
                match report {
                    Some(report) => report.write(&tally.title(&packet), out),
                    None => Ok(()),
                }
            }
            // More may be long in coming: show what is there.
            Step::Waiting => out.flush(),
        };
        broken_output = result.err();
        broken_output.is_none()
    });
    if let Some(error) = broken_output {
        return Err(Failure::Output(error));
    }
    // Of a capture that could not even be begun there is nothing to sum up.
    if read.is_ok() || !tally.is_empty() {
        tally.write(out)?;
    }
    read.map_err(failed)?;
    Ok(tally.adverts() == tally.valid)
}

/// How many packets were what.
#[derive(Default)]
struct Tally {
    valid: u64,
    rejected: u64,
    cut: u64,
    other: u64,
}

impl Tally {
    /// A packet that has no report is not about VRRP.
    fn count(&mut self, report: Option<&Report>) {
        let counter = match report.map(Report::verdict) {
            Some(Verdict::Valid) => &mut self.valid,
            Some(Verdict::Rejected) => &mut self.rejected,
            Some(Verdict::Cut) => &mut self.cut,
            None => &mut self.other,
        };
        *counter += 1;
    }

    fn is_empty(&self) -> bool {
        self.adverts() + self.other == 0
    }

    fn adverts(&self) -> u64 {
        self.valid + self.rejected + self.cut
    }

    /// What stands above the report of the advert that was counted last.
    fn title(&self, packet: &capture::Packet<'_>) -> String {
        let number = self.adverts();
        match packet.time {
            Some(time) => format!("advert {number}  {}", capture::show(time)),
            None => format!("advert {number}"),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self {
            valid,
            rejected,
            cut,
            other,
        } = *self;
        if self.adverts() == 0 {
            return writeln!(out, "no adverts; {} skipped", counted(other, "other packet"));
        }
        write!(
            out,
            "{}: {valid} valid, {rejected} rejected",
            counted(self.adverts(), "advert")
        )?;
        if cut > 0 {
            write!(out, ", {cut} cut off")?;
        }
        if other > 0 {
            write!(out, "; {} skipped", counted(other, "other packet"))?;
        }
        writeln!(out)
    }
}

/// A number with its noun.
fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
