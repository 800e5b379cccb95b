//! The keys of scripts and of the hooks that start them.

use super::{Key, Section};

keys! {
    SCRIPT_USER: "script_user", "a user's name in quotes", r#"script_user = "nobody""#;
    SCRIPT_SECURITY: "script_security", "true or false", "script_security = true";

    USER: "user", "a user's name in quotes", r#"user = "nobody""#;
    CAPABILITIES: "capabilities", "a list of texts in quotes", r#"capabilities = ["net_admin"]"#;

    NOTIFY: "notify", "a list of texts in quotes, or a table", r#"notify = ["/etc/vrrpd/notify.sh"]"#;
    MASTER: "notify_master", "a list of texts in quotes, or a table", r#"notify_master = ["/etc/vrrpd/master.sh"]"#;
    BACKUP: "notify_backup", "a list of texts in quotes, or a table", r#"notify_backup = ["/etc/vrrpd/backup.sh"]"#;
    FAULT: "notify_fault", "a list of texts in quotes, or a table", r#"notify_fault = ["/etc/vrrpd/fault.sh"]"#;
    STOP: "notify_stop", "a list of texts in quotes, or a table", r#"notify_stop = ["/etc/vrrpd/stop.sh"]"#;
    REASSERTED: "notify_reasserted", "a list of texts in quotes, or a table",
        r#"notify_reasserted = ["/etc/vrrpd/notify.sh"]"#;

    SCRIPT: "notify.script", "a list of texts in quotes", r#"script = ["/etc/vrrpd/notify.sh"]"#;
    HOOK_USER: "notify.user", "a user's name in quotes", r#"user = "nobody""#;
    HOOK_CAPABILITIES: "notify.capabilities", "a list of texts in quotes", r#"capabilities = ["net_admin"]"#;
    TIMEOUT: "notify.timeout", "a duration in quotes, with its unit", r#"timeout = "10s""#;
}

pub(crate) const KEYS: &Section = &Section {
    name: "a hook",
    keys: &[SCRIPT, HOOK_USER, HOOK_CAPABILITIES, TIMEOUT],
};
