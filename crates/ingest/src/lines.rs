//! Lines of the text formats that somebody sends, with times or without, as `VictoriaMetrics` takes them.

use crate::exposition::{Dialect, Found, Page};
use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::naming::Naming;
use crate::parcel::TooMany;
use crate::plain::Plain;
use model::{Millis, Point};
use std::borrow::Cow;

/// Where it says that it comes in.
const SOURCE: &str = "import_prometheus";
/// Which format these keys are of, see [`Gate::seed`].
const FORMAT: u64 = 6;

impl Gate {
    /// Takes an unpacked text. Samples without a time are of now; all get `labels`, in the place of their own of the same
    /// names. When this returns `Ok`, what was taken is committed.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn lines(
        &self,
        body: &[u8],
        dialect: Dialect,
        labels: &[(String, String)],
        now: Millis,
    ) -> Result<Told, WriteError> {
        let mut page = Page::new(body, dialect);
        let (mut plain, mut naming, mut bad) =
            (Plain::new(self.seed(FORMAT)), Naming::default(), Told::default());
        while let Some(next) = page.next() {
            match next {
                Ok(found) => {
                    let name = naming.name(&found, &page, &mut plain)?;
                    take(found, labels, now, name, &mut plain)?;
                }
                Err(broken) => bad.refuse(broken.reason, 1, || broken.text()),
            }
        }
        let mut told = self.take_parcel(SOURCE, &plain.lots, &plain.texts, now)?;
        self.tell(SOURCE, &bad, None, now);
        told.refused.extend(bad.refused);
        Ok(told)
    }
}

fn take<'a>(
    found: Found<'a>,
    labels: &'a [(String, String)],
    now: Millis,
    name: crate::plain::Name,
    plain: &mut Plain<'a>,
) -> Result<(), TooMany> {
    let own = found.head.labels.into_iter();
    let own = own.filter(|(name, _)| labels.iter().all(|(given, _)| given != name));
    let given = labels.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value)));
    let base = plain.base(own.chain(given))?;
    plain.lots.exemplars += u64::from(found.has_exemplar);
    plain.one(name, &base, None, Point { t: found.t.unwrap_or(now), v: found.v })
}
