//! The address of a web page.

#[cfg(test)]
mod tests;

use core::fmt;

use super::endpoint::{self, Endpoint, EndpointFlaw};

/// The address of a web page: `http://host:port/path` or `https://...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it is `https`.
    pub tls: bool,
    /// Who is asked.
    pub endpoint: Endpoint,
    /// Path and query, beginning with `/`.
    pub path: String,
}

/// Why a text is no [`Url`] that can be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlFlaw {
    /// Not a URL at all.
    #[error("it is no URL: {0}")]
    Syntax(String),
    /// Another scheme than `http` and `https`.
    #[error("its scheme is neither http nor https")]
    Scheme,
    /// A host or a port that is none.
    #[error(transparent)]
    Endpoint(#[from] EndpointFlaw),
    /// A user name and password before the host.
    #[error("it has a user name in it, which is not supported")]
    UserInfo,
}

impl Url {
    /// Reads a URL. Without a port it is 80 or 443; a fragment is dropped.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn parse(text: &str) -> Result<Self, UrlFlaw> {
        let uri: hyper::Uri = text
            .split('#')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|error: hyper::http::uri::InvalidUri| UrlFlaw::Syntax(error.to_string()))?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(UrlFlaw::Scheme),
        };
        let authority = uri.authority().ok_or(EndpointFlaw::NoHost)?.as_str();
        if authority.contains('@') {
            return Err(UrlFlaw::UserInfo);
        }
        let (host, port) = endpoint::read(authority)?;
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        let path = match uri
            .path_and_query()
            .map_or("/", hyper::http::uri::PathAndQuery::as_str)
        {
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        Ok(Self {
            tls,
            endpoint: Endpoint { host, port },
            path,
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.endpoint, self.path)
    }
}
