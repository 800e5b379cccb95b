//! Completions of the command line for shells.

use clap::Command;
use clap_complete::{Generator, Shell};

/// The shells that there are completions for.
pub(crate) const SHELLS: &[Shell] = &[Shell::Bash, Shell::Zsh, Shell::Fish];

/// What completes the command's line in that shell: the name of a file, and what it holds.
pub(crate) fn script(shell: Shell, command: &Command) -> (String, Vec<u8>) {
    let name = command.get_name();
    // bash looks for a file that is called as the command is.
    let file = match shell {
        Shell::Bash => name.to_owned(),
        _ => shell.file_name(name),
    };
    let mut source = Vec::new();
    clap_complete::generate(shell, &mut command.clone(), name, &mut source);
    (file, source)
}
