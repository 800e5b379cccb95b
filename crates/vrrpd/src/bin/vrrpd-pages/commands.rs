//! The pages of the commands, out of the command line's definition.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{bold, italic, roman};

use crate::page::{COMMANDS, Edition, FORMATS, Page};
use crate::settings;

/// What introduces the exit codes in a help text.
const EXIT_CODES: &str = "Exit codes: ";

/// The command without those that are hidden, which only vrrpd itself starts.
pub(crate) fn shown(command: &Command) -> Command {
    let mut shown = Command::new("vrrpd")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(command.is_subcommand_required_set())
        .subcommand_value_name("COMMAND")
        .args(command.get_arguments())
        .subcommands(
            command
                .get_subcommands()
                .filter(|subcommand| !subcommand.is_hide_set()),
        );
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    shown
}

/// One page for the program and one for each command, with references to each other.
pub(crate) fn pages(command: &Command, edition: &Edition) -> io::Result<Vec<Page>> {
    // `vrrpd help` is left out: it has nothing to say but what is in these pages.
    let mut program = command.clone().disable_help_subcommand(true);
    program.build();
    let mut commands = Vec::new();
    collect(&program, &mut commands);

    let mut others: Vec<_> = commands
        .iter()
        .map(|command| (page_name(command), COMMANDS))
        .collect();
    others.push((settings::NAME.to_owned(), FORMATS));
    let general = exit_codes(&program).unwrap_or_default();
    commands
        .iter()
        .map(|command| page(command, edition, &general, &others))
        .collect()
}

/// The command and, after it, its subcommands.
fn collect<'a>(command: &'a Command, into: &mut Vec<&'a Command>) {
    into.push(command);
    for subcommand in visible(command) {
        collect(subcommand, into);
    }
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set())
}

/// As `man vrrpd-run` asks for it.
fn page_name(command: &Command) -> String {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned()
}

fn page(
    command: &Command,
    edition: &Edition,
    general: &[(String, String)],
    others: &[(String, &'static str)],
) -> io::Result<Page> {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut page = Page::new(&page_name(command), COMMANDS, &about, edition);
    let man = Man::new(command.clone());

    page.append(&rendered(|out| man.render_synopsis_section(out))?);
    page.heading("DESCRIPTION");
    let long = command
        .get_long_about()
        .map_or_else(|| ended(about), ToString::to_string);
    page.text(&without_exit_codes(&long));
    page.append(&rendered(|out| man.render_options_section(out))?);
    subcommands(&mut page, command);
    if let Some(notes) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        page.heading("NOTES");
        page.text(&notes.to_string());
    }
    exit_status(
        &mut page,
        &exit_codes(command).unwrap_or_else(|| general.to_vec()),
    );
    environment(&mut page, command);
    files(&mut page, command);
    page.see_also(others);
    Ok(page)
}

/// What `clap_mangen` writes.
fn rendered(write: impl Fn(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut out = Vec::new();
    write(&mut out)?;
    String::from_utf8(out).map_err(io::Error::other)
}

fn subcommands(page: &mut Page, command: &Command) {
    let mut subcommands = visible(command).peekable();
    if subcommands.peek().is_none() {
        return;
    }
    page.heading("COMMANDS");
    for subcommand in subcommands {
        let tag = [bold(page_name(subcommand)), roman(format!("({COMMANDS})"))];
        let about = subcommand
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        page.entry(tag, &ended(about));
    }
}

fn exit_status(page: &mut Page, codes: &[(String, String)]) {
    if codes.is_empty() {
        return;
    }
    page.heading("EXIT STATUS");
    for (code, meaning) in codes {
        page.entry([bold(code.as_str())], meaning);
    }
}

/// The exit codes that the help text names: each, and what it means.
fn exit_codes(command: &Command) -> Option<Vec<(String, String)>> {
    let about = command.get_long_about()?.to_string();
    let codes = about
        .split("\n\n")
        .find_map(|paragraph| paragraph.strip_prefix(EXIT_CODES))?;
    let codes = codes.trim_end().trim_end_matches('.').split("; ");
    codes
        .map(|code| {
            code.split_once(' ')
                .map(|(code, meaning)| (code.to_owned(), sentence(meaning)))
        })
        .collect()
}

fn without_exit_codes(about: &str) -> String {
    let paragraphs: Vec<_> = about
        .split("\n\n")
        .filter(|paragraph| !paragraph.starts_with(EXIT_CODES))
        .collect();
    paragraphs.join("\n\n")
}

fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().map(char::to_uppercase);
    ended(first.into_iter().flatten().chain(letters).collect())
}

/// With the full stop that clap takes from the end of a paragraph.
fn ended(mut sentence: String) -> String {
    if sentence.ends_with(|last: char| last.is_alphanumeric() || last == ')' || last == '`') {
        sentence.push('.');
    }
    sentence
}

/// The variables that options take their values from, here and in subcommands.
fn environment(page: &mut Page, command: &Command) {
    let mut all = Vec::new();
    collect(command, &mut all);
    let mut variables: Vec<(String, String)> = Vec::new();
    for command in all {
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let Some(variable) = argument.get_env() else {
                continue;
            };
            let variable = variable.to_string_lossy().into_owned();
            let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
            let option = argument
                .get_long()
                .map_or_else(String::new, |long| format!("--{long}"));
            variables.push((
                variable,
                format!("`{option}` of `{name}`, unless that is given. {}", help(argument)),
            ));
        }
    }
    if variables.is_empty() {
        return;
    }
    page.heading("ENVIRONMENT");
    for (variable, meaning) in variables {
        page.entry([bold(variable)], &meaning);
    }
}

/// The files and directories that options name unless something else is given, here and in subcommands.
fn files(page: &mut Page, command: &Command) {
    let mut all = Vec::new();
    collect(command, &mut all);
    let mut files: Vec<(String, String)> = Vec::new();
    for argument in all
        .iter()
        .flat_map(|command| command.get_arguments())
        .filter(|argument| !argument.is_hide_set())
    {
        for default in argument.get_default_values() {
            let path = default.to_string_lossy().into_owned();
            if path.starts_with('/') && files.iter().all(|(known, _)| *known != path) {
                files.push((path, help(argument)));
            }
        }
    }
    if files.is_empty() {
        return;
    }
    page.heading("FILES");
    for (path, meaning) in files {
        page.entry([italic(path)], &meaning);
    }
}

fn help(argument: &Arg) -> String {
    argument
        .get_long_help()
        .or_else(|| argument.get_help())
        .map(|help| ended(help.to_string()))
        .unwrap_or_default()
}
