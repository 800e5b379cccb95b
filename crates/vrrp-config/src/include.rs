//! From file to file: reading, `include`, and the order of it all.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::drafts::Drafts;
use crate::findings::{Finding, Findings};
use crate::reader::{Reader, Table};
use crate::script::Defaults;
use crate::source::{Located, Place, Source, block_offsets, elsewhere, open_regular, read_limited};
use crate::syntax::{self, Parsed};
use crate::{
    Config, Control, FileFlaw, Firewall, Flaw, Loaded, Location, Problem, ReadFailure, Severity,
    Surroundings, check, control, cross, daemon, firewall, group, http, instance, keys,
};

/// A thousand virtual routers with twenty addresses each take half of it; a log or an image given by mistake is larger.
/// What reads it may be a daemon with locked memory, and understanding a file takes many times its size.
const FILE_LIMIT: u64 = 1024 * 1024;

/// All files together.
const TOTAL_LIMIT: u64 = 4 * FILE_LIMIT;

const DEFAULT_NAME: &str = "vrrpd";

/// See [`crate::load`].
pub(crate) fn load(path: &Path, surroundings: &dyn Surroundings) -> Result<Loaded, Vec<Problem>> {
    let mut loader = Loader {
        surroundings,
        sources: Vec::new(),
        findings: Findings::default(),
        read: 0,
        drafts: Drafts::default(),
        scripts: Defaults::default(),
        name: None,
        notify_fifo: None,
        firewall: None,
        control: Control::default(),
        reading: Vec::new(),
        included: HashMap::new(),
    };
    // It may be a pipe, as the shell's <(...) makes one.
    let file = File::open(path).map_err(ReadFailure::from);
    match file.and_then(|file| read_file(path, file)) {
        Ok((bytes, identity)) => loader.file(path.to_owned(), bytes, identity),
        Err(reason) => {
            let message = Flaw::File(FileFlaw::Unreadable(reason));
            let severity = message.severity();
            return Err(vec![Problem {
                severity,
                location: Location::File(path.to_owned()),
                message,
            }]);
        }
    }
    loader.finish()
}

struct Loader<'s> {
    surroundings: &'s dyn Surroundings,
    /// Every file read so far; its index is its number.
    sources: Vec<Source>,
    findings: Findings,
    /// How many bytes the files had so far.
    read: u64,
    drafts: Drafts,
    /// What the main file, which is read first, says of scripts.
    scripts: Defaults,
    name: Option<String>,
    notify_fifo: Option<PathBuf>,
    firewall: Option<Firewall>,
    control: Control,
    /// The files that are being read: this one, the one that includes it, and so on up to the main file.
    reading: Vec<PathBuf>,
    /// Where each file was included.
    included: HashMap<PathBuf, Place>,
}

/// A path or pattern of an `include`, as expanded.
type Include = Located<String>;

impl Loader<'_> {
    /// Reads a file and what it includes. `identity` is its path without links: what tells files apart.
    fn file(&mut self, path: PathBuf, bytes: Vec<u8>, identity: PathBuf) {
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let includes = self.contents(path, bytes, &directory);
        self.reading.push(identity);
        for include in includes {
            for path in self.matches(&include, &directory) {
                if self.findings.end_early() {
                    break;
                }
                self.include(path, include.place);
            }
        }
        self.reading.pop();
    }

    /// Reads one file, and answers with what it includes.
    fn contents(&mut self, path: PathBuf, bytes: Vec<u8>, directory: &Path) -> Vec<Include> {
        let file = self.sources.len();
        let findings_before = self.findings.kept().len();
        self.read += bytes.len() as u64;
        let mut reader = Reader {
            surroundings: self.surroundings,
            directory,
            file,
            findings: &mut self.findings,
            scripts: &mut self.scripts,
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes().get(at).copied().unwrap_or_default();
                reader.report(at, FileFlaw::NotUtf8(byte));
                self.sources.push(Source::new(
                    path,
                    String::from_utf8_lossy(error.as_bytes()).into_owned(),
                ));
                return Vec::new();
            }
        };
        let mut source = Source::new(path, text);
        let Parsed {
            document,
            errors,
            ends_early,
        } = syntax::parse(&source.text);
        let broken = syntax::report(&mut reader, &errors, &source);
        if ends_early {
            reader.findings.leave_out(Severity::Error);
        }
        let blocks = block_offsets(document.get_ref());

        let table = reader.table(0, keys::MAIN, document.get_ref());
        if file == 0 {
            self.name = daemon::read_name(&mut reader, &table);
            self.notify_fifo = daemon::read_fifo(&mut reader, &table);
            self.firewall = firewall::read(&mut reader, &table);
            self.drafts.listen = http::read(&mut reader, &table);
            self.control = control::read(&mut reader, &table);
            daemon::read_scripts(&mut reader, &table);
        } else {
            daemon::refuse(&mut reader, &table);
        }
        for item in reader.tables(&table, keys::check::CHECK) {
            if reader.findings.end_early() {
                break;
            }
            self.drafts
                .checks
                .push(check::read(&mut reader, item.at, item.entries));
        }
        for item in reader.tables(&table, keys::INSTANCE) {
            if reader.findings.end_early() {
                break;
            }
            let draft = instance::read(&mut reader, item.at, item.entries, &source);
            self.drafts.instances.push(draft);
        }
        for item in reader.tables(&table, keys::GROUP) {
            if reader.findings.end_early() {
                break;
            }
            self.drafts
                .groups
                .push(group::read(&mut reader, item.at, item.entries));
        }
        let includes = read_includes(&mut reader, &table);

        drop(document);
        source.note_syntax(&broken, &blocks);
        syntax::forget_consequences(&mut self.findings, findings_before, &source);
        self.sources.push(source);
        includes
    }

    /// The paths that an include names: a plain path is itself, a pattern is what it matches, in alphabetical order.
    fn matches(&mut self, include: &Include, directory: &Path) -> Vec<PathBuf> {
        let pattern = &include.value;
        if !pattern.contains(['*', '?', '[']) {
            return vec![directory.join(pattern)];
        }
        // A pattern is for what people put there: not for an editor's or a mount's hidden files.
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let full = if pattern.starts_with('/') || directory.as_os_str().is_empty() {
            pattern.clone()
        } else {
            format!(
                "{}/{pattern}",
                glob::Pattern::escape(&directory.to_string_lossy())
            )
        };
        let entries = match glob::glob_with(&full, options) {
            Ok(entries) => entries,
            Err(error) => {
                let flaw = FileFlaw::IncludePattern {
                    pattern: pattern.clone(),
                    reason: error.msg,
                };
                self.findings.push(Finding {
                    place: include.place,
                    flaw: flaw.into(),
                });
                return Vec::new();
            }
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(path) if path.is_dir() => {}
                Ok(path) => paths.push(path),
                Err(error) => {
                    let reason = ReadFailure::System(error.error().to_string());
                    let flaw = FileFlaw::IncludeUnreadable {
                        path: error.path().to_owned(),
                        reason,
                    };
                    self.findings.push(Finding {
                        place: include.place,
                        flaw: flaw.into(),
                    });
                }
            }
        }
        paths
    }

    fn include(&mut self, path: PathBuf, place: Place) {
        let flaw = match open_regular(&path).and_then(|file| read_file(&path, file)) {
            Ok((bytes, _)) if self.read + bytes.len() as u64 > TOTAL_LIMIT => FileFlaw::IncludeUnreadable {
                path,
                reason: ReadFailure::TooMuch(TOTAL_LIMIT),
            },
            Err(reason) => FileFlaw::IncludeUnreadable { path, reason },
            Ok((_, identity)) if self.reading.contains(&identity) => FileFlaw::IncludeCycle(path),
            Ok((bytes, identity)) => {
                let Some(&first) = self.included.get(&identity) else {
                    self.included.insert(identity.clone(), place);
                    return self.file(path, bytes, identity);
                };
                FileFlaw::IncludedTwice {
                    path,
                    first: elsewhere(&self.sources, first, place.file),
                }
            }
        };
        self.findings.push(Finding {
            place,
            flaw: flaw.into(),
        });
    }

    fn finish(mut self) -> Result<Loaded, Vec<Problem>> {
        // Else not everything may be there to compare.
        if !self.findings.end_early() {
            let compared = cross::check(&self.drafts, &self.sources, self.findings.kept());
            self.findings.append(compared);
        }
        // With another error in the way, an instance may be there and not have been understood.
        if self.drafts.instances.is_empty() && !self.findings.refuse() {
            let place = Place { file: 0, offset: 0 };
            self.findings.push(Finding {
                place,
                flaw: FileFlaw::NoInstance.into(),
            });
        }
        let refused = self.findings.refuse();
        let problems = problems(&self.sources, self.findings);
        let http = self.drafts.listen.as_ref().map(|listen| listen.value);
        match self.drafts.finish() {
            Some((checks, instances, groups)) if !refused => Ok(Loaded {
                config: Config {
                    name: self.name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
                    checks,
                    instances,
                    groups,
                    notify_fifo: self.notify_fifo,
                    firewall: self.firewall,
                    http,
                    control: self.control,
                },
                warnings: problems,
                files: self.sources.into_iter().map(|source| source.path).collect(),
            }),
            _ => Err(problems),
        }
    }
}

/// The file's bytes, and its path without links.
fn read_file(path: &Path, file: File) -> Result<(Vec<u8>, PathBuf), ReadFailure> {
    // A pipe that is reached through its descriptor has no other path.
    let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok((read_limited(file, FILE_LIMIT)?, identity))
}

fn problems(sources: &[Source], findings: Findings) -> Vec<Problem> {
    let (findings, end) = findings.finish();
    let end = sources.first().zip(end).map(|(main, message)| Problem {
        severity: message.severity(),
        location: Location::File(main.path.clone()),
        message,
    });
    let problem = |Finding { place, flaw }: Finding| {
        let source = sources.get(place.file)?;
        let (line, column) = source.position(place.offset);
        Some(Problem {
            severity: flaw.severity(),
            location: Location::Text {
                file: source.path.clone(),
                line,
                column,
            },
            message: flaw,
        })
    };
    findings.into_iter().filter_map(problem).chain(end).collect()
}

fn read_includes(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<Include> {
    let Some(field) = table.get(keys::INCLUDE) else {
        return Vec::new();
    };
    let mut includes = Vec::new();
    for item in reader.list(&field, keys::INCLUDED).unwrap_or_default() {
        if let Some(text) = reader.text(&item) {
            includes.push(Located {
                value: text.text,
                place: reader.place(item.at),
            });
        }
    }
    includes
}
