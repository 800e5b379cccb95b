//! `authentication = { type, password | password_file }`.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vrrp_core::{Authentication, Password};

use crate::keys;
use crate::reader::{Field, Reader};
use crate::source::{open_regular, read_limited};
use crate::{InstanceFlaw, ReadFailure};

/// Far more than any password: a wrong file is named as such instead of being read whole.
const PASSWORD_FILE_LIMIT: u64 = 4096;

pub(crate) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Authentication> {
    let table = reader.subtable(field, keys::AUTHENTICATION_KEYS)?;
    let kind_field = reader.required(&table, keys::TYPE);
    let kind = kind_field.and_then(|field| read_type(reader, &field));
    let password = table.get(keys::PASSWORD);
    let file = table.get(keys::PASSWORD_FILE);
    let read = match (&password, &file) {
        (Some(_), Some(second)) => {
            reader.report(second.at, InstanceFlaw::TwoPasswords);
            None
        }
        (Some(field), None) => read_password(reader, field),
        (None, Some(field)) => read_password_file(reader, field),
        (None, None) => None,
    };
    match kind? {
        Type::None => {
            if let Some(field) = password.or(file) {
                reader.report(field.at, InstanceFlaw::PasswordUnused);
            }
            Some(Authentication::None)
        }
        Type::Simple => {
            if password.is_none() && file.is_none() {
                reader.report(
                    kind_field.map_or(table.at, |field| field.at),
                    InstanceFlaw::NoPassword,
                );
            }
            read.map(Authentication::Simple)
        }
    }
}

enum Type {
    None,
    Simple,
}

fn read_type(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Type> {
    let found = reader.text(field)?.text;
    let hint = match found.to_lowercase().as_str() {
        "none" if found == "none" => return Some(Type::None),
        "simple" if found == "simple" => return Some(Type::Simple),
        "none" | "simple" => Some("in small letters"),
        "pass" | "password" => Some("keepalived's PASS is \"simple\""),
        "ah" | "header" => Some("RFC 3768 has removed the Authentication Header"),
        _ => None,
    };
    // A word that nobody knows may be the password in the wrong place: it is not repeated.
    let known = hint.map(|hint| (found, hint));
    reader.report(field.at, InstanceFlaw::AuthenticationType { known });
    None
}

fn read_password(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Password> {
    let text = reader.text(field)?.text;
    password(reader, field, text.as_bytes())
}

fn read_password_file(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Password> {
    let path = reader.directory.join(reader.text(field)?.text);
    let (metadata, bytes) = match read_file(&path) {
        Ok(read) => read,
        Err(reason) => {
            reader.report(field.at, InstanceFlaw::PasswordFile { path, reason });
            return None;
        }
    };
    if metadata.permissions().mode() & 0o004 != 0 {
        reader.report(field.at, InstanceFlaw::PasswordFileOpen { path });
    }
    // An editor ends the line; the password ends before it.
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    password(reader, field, line.strip_suffix(b"\r").unwrap_or(line))
}

/// What is in a password's file, and who may read it.
fn read_file(path: &Path) -> Result<(Metadata, Vec<u8>), ReadFailure> {
    let file = open_regular(path)?;
    Ok((file.metadata()?, read_limited(file, PASSWORD_FILE_LIMIT)?))
}

fn password(reader: &mut Reader<'_>, field: &Field<'_>, bytes: &[u8]) -> Option<Password> {
    if bytes.is_empty() {
        reader.report(field.at, InstanceFlaw::EmptyPassword);
        return None;
    }
    let password = Password::new(bytes);
    if password.is_none() {
        reader.report(field.at, InstanceFlaw::LongPassword(bytes.len()));
    }
    password
}
