//! Who was missed by a dead-man rule, and when.

use hashbrown::HashMap;
use model::Millis;

/// By service and instance.
#[derive(Debug, Default)]
pub(crate) struct Men(HashMap<Box<str>, HashMap<Box<str>, Man>>);

/// One who was missed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Man {
    /// When he was heard last before he was missed; `None` while he is not missed.
    pub(crate) missed: Option<Millis>,
    /// When his alert started last.
    pub(crate) last_start: Millis,
    /// The pass in which he was seen last.
    pub(crate) pass: u64,
}

impl Men {
    /// What is known of an instance.
    pub(crate) fn get(&mut self, service: &str, instance: &str) -> Option<&mut Man> {
        self.0.get_mut(service)?.get_mut(instance)
    }

    /// Notes what is known of an instance.
    pub(crate) fn put(&mut self, service: &str, instance: &str, man: Man) {
        self.0.entry_ref(service).or_default().insert(instance.into(), man);
    }

    /// Whether nobody is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rule was changed: nobody is missed by it any more.
    pub(crate) fn restart(&mut self) {
        self.0.values_mut().flat_map(HashMap::values_mut).for_each(|man| man.missed = None);
    }

    /// Gives back in order, and no longer misses, those who are missed and were not seen in this pass; forgets those who rested long
    /// enough.
    pub(crate) fn sweep(&mut self, pass: u64, rests: impl Fn(Millis) -> bool) -> Vec<(Box<str>, Box<str>)> {
        let mut unseen = Vec::new();
        for (service, instances) in &mut self.0 {
            instances.retain(|instance, man| {
                if man.missed.is_some() && man.pass != pass {
                    man.missed = None;
                    unseen.push((service.clone(), instance.clone()));
                }
                man.missed.is_some() || rests(man.last_start)
            });
        }
        self.0.retain(|_, instances| !instances.is_empty());
        unseen.sort();
        unseen
    }
}
