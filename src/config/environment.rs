//! The variables of the environment that concern the configuration, and what is no key of ours.
//!
//! Whatever begins with `NEWSMILL_` is meant for newsmill, so that one underscore too few is noticed: but for what
//! Kubernetes tells every container of a service of that name, and what the tests of the repository are told.

use std::collections::BTreeMap;

/// Every variable of the environment that is a key begins so.
const PREFIX: &str = "NEWSMILL__";

/// Whatever begins so is meant for newsmill.
const OURS: &str = "NEWSMILL_";

/// What the tests are told, and the programs that they start inherit.
const OF_TESTS: &str = "NEWSMILL_TEST_";

/// The variables of the environment that concern the configuration.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, Result<String, String>>);

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let not_utf8 = |_| "is not UTF-8".to_owned();
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().map_err(not_utf8)))
        });
        Self::of(variables)
    }

    fn of(variables: impl IntoIterator<Item = (String, Result<String, String>)>) -> Self {
        let is_ours = |name: &str| name.starts_with(OURS) && !name.starts_with(OF_TESTS);
        let mut ours: BTreeMap<_, _> =
            variables.into_iter().filter(|(name, _)| is_ours(name)).collect();
        let services: Vec<String> = ours.keys().filter_map(|name| service(name)).collect();
        ours.retain(|name, _| !services.iter().any(|service| is_link(name, service)));
        Self(ours)
    }

    /// With a key set, by its dotted path.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.insert(variable(key), Ok(value.into()));
        self
    }

    /// What a variable says, or why that cannot be read.
    pub(super) fn get(&self, name: &str) -> Option<&Result<String, String>> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Result<String, String>)> {
        self.0.iter()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self::of(variables.into_iter().map(|(name, value)| (name, Ok(value))))
    }
}

/// Kubernetes tells a container of each service of its namespace: of one named `newsmill` `NEWSMILL_SERVICE_HOST` and others.
fn service(name: &str) -> Option<String> {
    name.strip_suffix("SERVICE_HOST").map(str::to_owned)
}

/// `NEWSMILL_SERVICE_PORT_HTTP`, `NEWSMILL_PORT_9464_TCP_ADDR` and the like.
fn is_link(name: &str, service: &str) -> bool {
    let rest = name.strip_prefix(service);
    rest.is_some_and(|rest| rest.starts_with("SERVICE_") || rest.starts_with("PORT"))
}

/// `engine.drain_timeout` as `NEWSMILL__ENGINE__DRAIN_TIMEOUT`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_ascii_uppercase())
}

/// What is left of a name without the prefix, whichever underscores are doubled: what is alike in two names.
pub(super) fn core(name: &str) -> String {
    let rest = name.strip_prefix(OURS).unwrap_or(name);
    rest.trim_start_matches('_').replace("__", "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_tells_of_services_and_what_tests_are_told_is_nothing_of_ours() {
        let told = [
            ("NEWSMILL_SERVICE_HOST", "10.0.0.7"),
            ("NEWSMILL_SERVICE_PORT", "9464"),
            ("NEWSMILL_SERVICE_PORT_HTTP", "9464"),
            ("NEWSMILL_PORT", "tcp://10.0.0.7:9464"),
            ("NEWSMILL_PORT_9464_TCP_ADDR", "10.0.0.7"),
            ("NEWSMILL_KAFKA_SERVICE_HOST", "10.0.0.8"),
            ("NEWSMILL_KAFKA_PORT_9092_TCP", "tcp://10.0.0.8:9092"),
            ("NEWSMILL_TEST_SEED", "1"),
            ("PATH", "/bin"),
            ("NEWSMILL__APP", "desk"),
            ("NEWSMILL_APP", "desk"),
        ];
        let of = |told: &[(&str, &str)]| -> Vec<String> {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            told.iter().map(owned).collect::<Environment>().0.into_keys().collect()
        };
        assert_eq!(of(&told), ["NEWSMILL_APP", "NEWSMILL__APP"]);
        assert_eq!(of(&[("NEWSMILL_PORT", "9464")]), ["NEWSMILL_PORT"], "no service of that name");
    }
}
