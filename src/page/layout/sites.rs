//! What single sites print otherwise than the others of their language.

use foldhash::HashMap;

use super::raw::Order;

/// A site, and what holds on its pages besides its rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// Its first host, which names it.
    pub name: Box<str>,
    /// The language of its pages, where they do not say it.
    pub language: Option<Box<str>>,
    /// What it prints before its headlines, in match form.
    pub headline_prefixes: Vec<Box<str>>,
    /// What it prints behind them, in match form.
    pub headline_suffixes: Vec<Box<str>>,
    /// Which of two small numbers is the day.
    pub order: Option<Order>,
    /// No date of a page lies before this year.
    pub earliest_year: Option<i16>,
}

/// All sites, by their hosts.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    sites: Vec<Site>,
    hosts: HashMap<Box<str>, u32>,
}

impl Sites {
    /// The site of a host: its own, else the one of the longest domain that the host is under.
    pub(crate) fn of_host(&self, host: &str) -> Option<u32> {
        let host = host.to_ascii_lowercase();
        let mut domain = host.as_str();
        loop {
            if let Some(&site) = self.hosts.get(domain) {
                return Some(site);
            }
            (_, domain) = domain.split_once('.')?;
        }
    }

    /// The site of that number.
    pub(crate) fn get(&self, id: u32) -> Option<&Site> {
        self.sites.get(usize::try_from(id).ok()?)
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter()
    }

    /// Adds a site; its number.
    pub(super) fn add(&mut self, site: Site) -> u32 {
        self.sites.push(site);
        u32::try_from(self.sites.len() - 1).unwrap_or(u32::MAX)
    }

    /// Gives a host, in lower case, to a site; `false` where another has it.
    pub(super) fn add_host(&mut self, host: &str, site: u32) -> bool {
        *self.hosts.entry(host.into()).or_insert(site) == site
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_domain_that_a_host_is_under_names_its_site() {
        let mut sites = Sites::default();
        let paper = sites.add(Site::default());
        let desk = sites.add(Site::default());
        assert!(sites.add_host("paper.example", paper));
        assert!(sites.add_host("sport.paper.example", desk));
        assert!(!sites.add_host("paper.example", desk));
        assert_eq!(sites.of_host("WWW.Paper.example"), Some(paper));
        assert_eq!(sites.of_host("m.sport.paper.example"), Some(desk));
        assert_eq!(sites.of_host("newspaper.example"), None);
        assert_eq!(sites.of_host("example"), None);
    }
}
