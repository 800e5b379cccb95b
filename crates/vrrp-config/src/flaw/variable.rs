//! `${...}`.

/// What can be wrong with a `${...}` in a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableFlaw {
    /// A `$` that begins nothing.
    #[error("a `$` begins a variable, as `${{NAME}}`; write `$$` for the character itself")]
    LoneDollar,
    /// No closing brace.
    #[error("`${{` is never closed; write `${{NAME}}`, or `$${{` for the characters themselves")]
    Unclosed,
    /// Between the braces is no name.
    #[error(
        "`${{{0}}}` names no variable; write `${{HOSTNAME}}`, `${{ADDRESS:eth0}}`, an environment variable as \
        `${{NAME}}`, or `${{NAME:-default}}`"
    )]
    BadName(String),
    /// The environment does not have it.
    #[error("the environment variable `{0}` is not set; set it, or give a default as `${{{0}:-default}}`")]
    Unset(String),
    /// `${HOSTNAME}` on a host without a name.
    #[error(
        "this host has no readable name for `${{HOSTNAME}}`; give it one, or a default as `${{HOSTNAME:-default}}`"
    )]
    NoHostname,
    /// `${ADDRESS:...}` of an interface that has none.
    #[error(
        "the interface `{0}` is missing or has no IPv4 address; give it one, or a default as \
        `${{ADDRESS:{0}:-10.77.0.1}}`"
    )]
    NoAddress(String),
}
