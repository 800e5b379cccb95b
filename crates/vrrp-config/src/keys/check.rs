//! The keys of `[[check]]`.

use super::{Key, NAME, Section, hook};

keys! {
    CHECK: "check", "a table for each health check", "[[check]]";

    HTTP: "http", "a URL in quotes", r#"http = "http://127.0.0.1:8080/healthz""#;
    EXPECT_STATUS: "expect_status", "a list of whole numbers", "expect_status = [200]";
    EXPECT_BODY: "expect_body", "a regular expression in quotes", r#"expect_body = "ok""#;
    INSECURE: "insecure", "true or false", "insecure = false";
    TCP: "tcp", "a host and a port in quotes", r#"tcp = "127.0.0.1:80""#;
    SCRIPT: "script", "a list of texts in quotes", r#"script = ["/usr/local/bin/ready", "--fast"]"#;
    FILE: "file", "a path in quotes", r#"file = "/run/vrrpd/drain""#;
    PRESENCE: "presence", "true or false", "presence = false";
    PROCESS: "process", "the name of a program in quotes", r#"process = "haproxy""#;
    MIN: "min", "a whole number", "min = 1";
    INTERVAL: "interval", "a duration in quotes, with its unit", r#"interval = "1s""#;
    TIMEOUT: "timeout", "a duration in quotes, with its unit", r#"timeout = "1s""#;
    RISE: "rise", "a whole number", "rise = 1";
    FALL: "fall", "a whole number", "fall = 1";
    WEIGHT: "weight", "a whole number", "weight = 0";
}

/// What a check can look at: one of these stands in it.
pub(crate) const PROBES: &[&Key] = &[HTTP, TCP, SCRIPT, FILE, PROCESS];

/// The keys that mean something only beside some of [`PROBES`].
pub(crate) const BELONGING: &[(&Key, &[&Key])] = &[
    (EXPECT_STATUS, &[HTTP]),
    (EXPECT_BODY, &[HTTP]),
    (INSECURE, &[HTTP]),
    (hook::USER, &[SCRIPT]),
    (hook::CAPABILITIES, &[SCRIPT]),
    (PRESENCE, &[FILE]),
    (MIN, &[PROCESS]),
    (TIMEOUT, &[HTTP, TCP, SCRIPT]),
    (RISE, &[HTTP, TCP, SCRIPT, PROCESS]),
    (FALL, &[HTTP, TCP, SCRIPT, PROCESS]),
];

pub(crate) const KEYS: &Section = &Section {
    name: "[[check]]",
    keys: &[
        NAME,
        HTTP,
        EXPECT_STATUS,
        EXPECT_BODY,
        INSECURE,
        TCP,
        SCRIPT,
        hook::USER,
        hook::CAPABILITIES,
        FILE,
        PRESENCE,
        PROCESS,
        MIN,
        INTERVAL,
        TIMEOUT,
        RISE,
        FALL,
        WEIGHT,
    ],
};
