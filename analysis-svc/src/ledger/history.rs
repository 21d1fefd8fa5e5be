//! Which config held when, and what each of them turned.

use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig, Setting};
use domain::timestamp::Timestamp;
use store::configs::Config;

use crate::advice::cooldown::Turned;
use crate::gates::recorded;

/// The configs that the bot recorded, in the order in which they came into force.
#[derive(Clone, Debug, Default)]
pub struct History {
    uses: Vec<Use>,
}

/// A config in force from a moment on.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// Its revision.
    pub revision: String,
    /// From when on.
    pub from: Timestamp,
    /// Its values of the catalogue's keys.
    pub config: FilterConfig,
}

/// A time during which some keys had certain values.
#[derive(Clone, Debug, PartialEq)]
pub struct Era {
    /// The revision of the config that began it.
    pub revision: String,
    /// When it began.
    pub from: Timestamp,
    /// When another config turned the keys; `None` while they have these values.
    pub until: Option<Timestamp>,
    /// All revisions that were in force in between.
    pub revisions: Vec<String>,
}

impl History {
    /// Of recorded configs, in any order.
    #[must_use]
    pub fn of(catalogue: &Catalogue, configs: &[Config]) -> Self {
        let mut uses: Vec<Use> = configs
            .iter()
            .map(|config| Use {
                revision: config.revision.clone(),
                from: config.effective_at,
                config: recorded(catalogue, &config.values),
            })
            .collect();
        uses.sort_by(|a, b| (a.from, &a.revision).cmp(&(b.from, &b.revision)));
        Self { uses }
    }

    /// The config that held at a moment; `None` before the first.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> Option<&Use> {
        self.uses.iter().rev().find(|config| config.from <= at)
    }

    /// Whether a revision was ever recorded.
    #[must_use]
    pub fn knows(&self, revision: &str) -> bool {
        self.uses.iter().any(|config| config.revision == revision)
    }

    /// For every key of the catalogue, when it was last turned, as far as that is known at `now`. The first config turns
    /// nothing: what was in force before it is not known.
    #[must_use]
    pub fn last_turned(&self, catalogue: &Catalogue, now: Timestamp) -> Vec<Turned> {
        let pairs = || self.uses.windows(2).rev().filter(|pair| pair[1].from <= now);
        let turned = |key: &str| {
            let (_, to) = pairs()
                .map(|pair| (&pair[0], &pair[1]))
                .find(|(from, to)| from.config.get(key) != to.config.get(key))?;
            Some(Turned { key: key.to_owned(), revision: to.revision.clone(), at: to.from })
        };
        catalogue.knobs().iter().filter_map(|knob| turned(&knob.key)).collect()
    }

    /// The first time after `after` during which all these keys had these values, if they had others before.
    #[must_use]
    pub fn first_era(&self, values: &BTreeMap<String, Option<Setting>>, after: Timestamp) -> Option<Era> {
        let has = |config: &Use| values.iter().all(|(key, value)| config.config.get(key) == *value);
        let mut later = self.uses.iter().enumerate().filter(|(_, config)| config.from > after);
        let (first, begin) = later.find(|&(place, config)| {
            has(config) && place.checked_sub(1).is_none_or(|before| !has(&self.uses[before]))
        })?;
        let run = self.uses[first..].iter().take_while(|config| has(config));
        let revisions: Vec<String> = run.map(|config| config.revision.clone()).collect();
        let until = self.uses.get(first + revisions.len()).map(|next| next.from);
        Some(Era { revision: begin.revision.clone(), from: begin.from, until, revisions })
    }

    /// The time before `era` during which these keys had the values that it replaced; `None` where no config is known from
    /// before.
    #[must_use]
    pub fn era_before(&self, keys: impl IntoIterator<Item = impl AsRef<str>>, era: &Era) -> Option<Era> {
        let first = self.uses.iter().position(|config| config.from == era.from && config.revision == era.revision)?;
        let last = first.checked_sub(1)?;
        let keys: Vec<String> = keys.into_iter().map(|key| key.as_ref().to_owned()).collect();
        let same = |config: &Use| keys.iter().all(|key| config.config.get(key) == self.uses[last].config.get(key));
        let run: Vec<&Use> = self.uses[..=last].iter().rev().take_while(|config| same(config)).collect();
        let begin = run.last()?;
        Some(Era {
            revision: begin.revision.clone(),
            from: begin.from,
            until: Some(era.from),
            revisions: run.iter().rev().map(|config| config.revision.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MIN_LIQUIDITY_USD";

    fn at(day: i64) -> Timestamp {
        Timestamp::from_seconds(1_759_795_200 + day * 86_400)
    }

    /// Configs by the day on which they came into force, with their minimum of liquidity.
    fn history(configs: &[(i64, &str, &str)]) -> History {
        let configs: Vec<Config> = configs
            .iter()
            .rev()
            .map(|&(day, revision, liquidity)| Config {
                revision: revision.to_owned(),
                values: [(KEY.to_owned(), liquidity.to_owned()), ("OTHER".to_owned(), revision.to_owned())].into(),
                effective_at: at(day),
                recorded_at: at(day),
            })
            .collect();
        History::of(Catalogue::callsbot(), &configs)
    }

    fn to(liquidity: f64) -> BTreeMap<String, Option<Setting>> {
        [(KEY.to_owned(), Some(Setting::Number(liquidity)))].into()
    }

    #[test]
    fn a_config_that_has_the_values_applies_them_until_another_turns_them() {
        let history = history(&[
            (0, "a", "10000"),
            (3, "b", "20000.0"),
            (4, "c", "20000"),
            (9, "d", "15000"),
            (11, "e", "20000"),
        ]);
        let era = history.first_era(&to(20_000.0), at(1)).expect("applied");
        assert_eq!((era.revision.as_str(), era.from, era.until), ("b", at(3), Some(at(9))));
        assert_eq!(era.revisions, ["b", "c"]);
        let before = history.era_before([KEY], &era).expect("known");
        assert_eq!((before.from, before.until, before.revisions), (at(0), Some(at(3)), vec!["a".to_owned()]));
        // What was so already was not applied then.
        assert_eq!(history.first_era(&to(20_000.0), at(3)).map(|era| era.revision).as_deref(), Some("e"));
        assert_eq!(history.first_era(&to(30_000.0), at(0)), None);
    }

    #[test]
    fn a_key_is_turned_by_the_config_that_changes_it() {
        let history = history(&[(0, "a", "10000"), (3, "b", "20000"), (4, "c", "20000"), (8, "d", "5")]);
        let turned = history.last_turned(Catalogue::callsbot(), at(6));
        assert_eq!(turned, [Turned { key: KEY.to_owned(), revision: "b".to_owned(), at: at(3) }]);
        assert_eq!(history.last_turned(Catalogue::callsbot(), at(2)), []);
        assert_eq!(history.in_force(at(5)).map(|config| config.revision.as_str()), Some("c"));
        assert!(history.in_force(at(-1)).is_none() && history.knows("a") && !history.knows("z"));
    }
}
