//! From file to file: reading, `include`, and the order of it all.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::instance::Draft;
use crate::reader::{Field, Finding, Reader, Table};
use crate::source::{Located, Place, Source, block_offsets, elsewhere, read_limited};
use crate::{
    Config, FileFlaw, Flaw, InstanceFlaw, Loaded, Problem, ReadFailure, Severity, ShapeFlaw, Surroundings,
    cross, instance, keys,
};

/// No configuration is larger; a log or an image given by mistake is.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

const DEFAULT_NAME: &str = "vrrpd";

/// See [`crate::load`].
pub(crate) fn load(path: &Path, surroundings: &dyn Surroundings) -> Result<Loaded, Vec<Problem>> {
    let mut loader = Loader {
        surroundings,
        sources: Vec::new(),
        findings: Vec::new(),
        drafts: Vec::new(),
        name: None,
        reading: Vec::new(),
        included: HashMap::new(),
    };
    match read_file(path) {
        Ok((bytes, identity)) => loader.file(path.to_owned(), bytes, identity),
        Err(reason) => {
            let message = Flaw::File(FileFlaw::Unreadable(reason));
            let severity = message.severity();
            return Err(vec![Problem {
                severity,
                file: path.to_owned(),
                line: 0,
                column: 0,
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
    findings: Vec<Finding>,
    drafts: Vec<Draft>,
    name: Option<String>,
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
                self.include(path, include.place);
            }
        }
        self.reading.pop();
    }

    /// Reads one file, and answers with what it includes.
    fn contents(&mut self, path: PathBuf, bytes: Vec<u8>, directory: &Path) -> Vec<Include> {
        let file = self.sources.len();
        let findings_before = self.findings.len();
        let mut reader = Reader {
            surroundings: self.surroundings,
            directory,
            file,
            findings: &mut self.findings,
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
        let (document, errors) = DeTable::parse_recoverable(&source.text);
        let mut broken = Vec::new();
        for error in &errors {
            let span = error.span().unwrap_or_default();
            broken.push(span.start);
            reader.report(span.start, syntax_flaw(error.message(), source.text.get(span)));
        }
        let blocks = block_offsets(document.get_ref());

        let table = reader.table(0, keys::MAIN, document.get_ref());
        if let Some(field) = table.get(keys::DAEMON) {
            if file == 0 {
                self.name = read_name(&mut reader, &field);
            } else {
                reader.report(field.at, FileFlaw::NameInInclude);
            }
        }
        read_instances(&mut reader, &table, &source, &mut self.drafts);
        let includes = read_includes(&mut reader, &table);

        drop(document);
        source.note_syntax(&broken, &blocks);
        forget_consequences(&mut self.findings, findings_before, &source);
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
        let flaw = match read_file(&path) {
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
        let findings_before = self.findings.len();
        cross::check(&self.drafts, &self.sources, &mut self.findings);
        let compared = self.findings.split_off(findings_before);
        let sources = &self.sources;
        self.findings
            .extend(compared.into_iter().filter(|Finding { place, flaw }| {
                sources
                    .get(place.file)
                    .is_none_or(|source| source.trusts(place.offset, flaw.is_absence()))
            }));
        let any_error = |findings: &[Finding]| findings.iter().any(|f| f.flaw.severity() == Severity::Error);
        // With another error in the way, an instance may be there and not have been understood.
        if self.drafts.is_empty() && !any_error(&self.findings) {
            let place = Place { file: 0, offset: 0 };
            self.findings.push(Finding {
                place,
                flaw: FileFlaw::NoInstance.into(),
            });
        }
        self.findings.sort_by_key(|finding| finding.place);
        let refused = any_error(&self.findings);
        let problems = problems(&self.sources, self.findings);
        let instances = self
            .drafts
            .into_iter()
            .map(Draft::finish)
            .collect::<Option<Vec<_>>>();
        match instances {
            Some(instances) if !refused => Ok(Loaded {
                config: Config {
                    name: self.name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
                    instances,
                },
                warnings: problems,
                files: self.sources.into_iter().map(|source| source.path).collect(),
            }),
            _ => Err(problems),
        }
    }
}

/// The file's bytes, and its path without links.
fn read_file(path: &Path) -> Result<(Vec<u8>, PathBuf), ReadFailure> {
    let failed = |error: std::io::Error| ReadFailure::System(error.to_string());
    let file = File::open(path).map_err(failed)?;
    let identity = path.canonicalize().map_err(failed)?;
    Ok((read_limited(file, FILE_LIMIT)?, identity))
}

fn syntax_flaw(message: &str, found: Option<&str>) -> ShapeFlaw {
    match found {
        Some(key) if message == "duplicate key" => ShapeFlaw::KeyTwice(key.to_owned()),
        _ => ShapeFlaw::Syntax(message.to_owned()),
    }
}

/// Where the TOML is broken, keeps the first syntax error of each line, and of the rest what does not follow from
/// one.
fn forget_consequences(findings: &mut Vec<Finding>, from: usize, source: &Source) {
    let mut own = findings.split_off(from);
    own.sort_by_key(|finding| finding.place);
    let mut last_broken = 0;
    own.retain(|Finding { place, flaw }| match flaw {
        Flaw::Shape(ShapeFlaw::Syntax(_) | ShapeFlaw::KeyTwice(_)) => {
            let line = source.line(place.offset);
            core::mem::replace(&mut last_broken, line) != line
        }
        _ => source.trusts(place.offset, flaw.is_absence()),
    });
    findings.append(&mut own);
}

fn problems(sources: &[Source], findings: Vec<Finding>) -> Vec<Problem> {
    let problem = |Finding { place, flaw }: Finding| {
        let source = sources.get(place.file)?;
        let (line, column) = source.position(place.offset);
        Some(Problem {
            severity: flaw.severity(),
            file: source.path.clone(),
            line,
            column,
            message: flaw,
        })
    };
    findings.into_iter().filter_map(problem).collect()
}

fn read_name(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<String> {
    let name = reader.text(field)?.text;
    let clean = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if !clean || !(1..=64).contains(&name.len()) || name.starts_with('.') {
        reader.report(
            field.at,
            InstanceFlaw::DaemonName(name.escape_debug().to_string()),
        );
        return None;
    }
    Some(name)
}

fn read_instances(reader: &mut Reader<'_>, table: &Table<'_>, source: &Source, drafts: &mut Vec<Draft>) {
    let Some(field) = table.get(keys::INSTANCE) else {
        return;
    };
    if field.value.is_table() {
        reader.report(field.at, ShapeFlaw::SingleInstance);
        return;
    }
    for item in reader.list(&field, keys::INSTANCE).unwrap_or_default() {
        match item.value {
            DeValue::Table(entries) => drafts.push(instance::read(reader, item.at, entries, source)),
            _ => {
                reader.wrong_type::<()>(&item);
            }
        }
    }
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
