use clap::CommandFactory;
use clap_complete::Shell;

use crate::example::Example;
use crate::page::Edition;
use crate::{EXAMPLE, cli, commands, completions, settings};

fn sources() -> Vec<(String, String)> {
    let command = commands::shown(&cli::Cli::command());
    let pages = commands::pages(&command, &Edition::new(None)).unwrap();
    pages
        .into_iter()
        .map(|page| (page.file_name(), page.source()))
        .collect()
}

#[test]
fn every_command_has_a_page_that_the_others_refer_to() {
    let sources = sources();
    let command = cli::Cli::command();
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        let file = format!("vrrpd-{name}.8");
        let found = sources.iter().any(|(known, _)| *known == file);
        assert_eq!(found, !subcommand.is_hide_set(), "{file}");
        let escaped = format!("\\fBvrrpd\\-{name}\\fR(8)");
        for (known, source) in &sources {
            let refers = source.contains(&escaped);
            assert_eq!(
                refers,
                !subcommand.is_hide_set() && *known != file,
                "{known} on {name}"
            );
        }
    }
    assert_eq!(sources[0].0, "vrrpd.8");
}

#[test]
fn every_option_is_on_its_page() {
    let sources = sources();
    let mut command = commands::shown(&cli::Cli::command());
    command.build();
    for subcommand in command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let file = format!("vrrpd-{}.8", subcommand.get_name());
        let (_, source) = sources.iter().find(|(known, _)| *known == file).unwrap();
        for long in subcommand.get_arguments().filter_map(clap::Arg::get_long) {
            let tag = format!("\\fB\\-\\-{}\\fR", long.replace('-', "\\-"));
            assert!(source.contains(&tag), "{file} has no {tag}");
        }
        for variable in subcommand.get_arguments().filter_map(clap::Arg::get_env) {
            assert!(
                source.contains(&format!("\\fB{}\\fR", variable.display())),
                "{file}"
            );
        }
        assert!(source.contains(".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\n"), "{file}");
    }
}

#[test]
fn every_line_of_the_example_is_on_the_page_of_the_configuration() {
    let command = commands::shown(&cli::Cli::command());
    let page = settings::page(&Example::parse(EXAMPLE).unwrap(), &command, &Edition::new(None));
    let source = page.source();
    let mut options = 0;
    for line in EXAMPLE.lines().filter(|line| !line.starts_with("# ")) {
        let bare = line.trim_start_matches('#');
        // As roff writes it.
        let escaped = bare.replace('-', "\\-").replace('\'', "\\*(Aq");
        assert!(source.contains(&escaped), "{line}");
        options += usize::from(bare.contains(" = ") && !bare.starts_with(' '));
    }
    assert!(options > 40, "{options}");
    assert!(source.contains("\\fI/etc/vrrpd/vrrpd.toml\\fR"));
}

#[test]
fn completions_know_the_commands_and_not_those_that_are_hidden() {
    let command = commands::shown(&cli::Cli::command());
    for shell in completions::SHELLS {
        let (_, script) = completions::script(*shell, &command);
        let script = String::from_utf8(script).unwrap();
        for subcommand in cli::Cli::command().get_subcommands() {
            let name = subcommand.get_name();
            let known = script
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == name);
            assert_eq!(
                known,
                !subcommand.is_hide_set(),
                "{name} in the completions of {shell}"
            );
        }
    }
    let names = completions::SHELLS
        .iter()
        .map(|shell| completions::script(*shell, &command).0);
    assert_eq!(names.collect::<Vec<_>>(), ["vrrpd", "_vrrpd", "vrrpd.fish"]);
    assert_eq!(completions::SHELLS, [Shell::Bash, Shell::Zsh, Shell::Fish]);
}
