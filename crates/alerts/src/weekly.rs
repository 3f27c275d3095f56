//! Times of the week at a place: quiet hours and windows of maintenance. Pure but for the system's table of zones.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use model::{Millis, limits};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// A time of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Weekly {
    /// On which days it begins; none is every day.
    pub days: Vec<Weekday>,
    /// The minute of the day at which it begins.
    pub from: u32,
    /// The minute of the day before which it ends, on the next day if it is not after `from`.
    pub to: u32,
    /// What the clocks of the place show.
    pub zone: Zone,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are their names")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// What the clocks of a place show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// So many minutes ahead of UTC, summer and winter.
    Offset(i32),
    /// The time of a place such as `Europe/Berlin`, summer time and all.
    Named(TimeZone),
}

impl Zone {
    /// The zone of this name, as the system knows it.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn named(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(Self::Named).map_err(|_| format!("there is no time zone {name:?}"))
    }

    /// The day of the week, Monday first, and the minute of the day.
    fn weekday_and_minute(&self, t: Millis) -> (usize, u32) {
        let zone = match self {
            Self::Named(zone) => zone.clone(),
            Self::Offset(minutes) => {
                TimeZone::fixed(Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC))
            }
        };
        // What is beyond the years that there are is at their end.
        let end = if t < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let there = zone.to_datetime(Timestamp::from_millisecond(t).unwrap_or(end));
        let day = usize::try_from(there.weekday().to_monday_zero_offset()).unwrap_or_default();
        let minute = u32::from(there.hour().unsigned_abs()) * 60 + u32::from(there.minute().unsigned_abs());
        (day, minute)
    }
}

impl Weekly {
    /// Whether `t` lies in it.
    #[must_use]
    pub fn covers(&self, t: Millis) -> bool {
        let (day, minute) = self.zone.weekday_and_minute(t);
        let yesterday = (day + 6) % 7;
        if self.from < self.to {
            return self.begins_on(day) && (self.from..self.to).contains(&minute);
        }
        (self.begins_on(day) && minute >= self.from) || (self.begins_on(yesterday) && minute < self.to)
    }

    fn begins_on(&self, day: usize) -> bool {
        self.days.is_empty() || self.days.iter().any(|one| *one as usize == day)
    }
}

/// A time of the week as it is written in settings and over REST.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimeOfWeek)]
struct Written {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    utc_offset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    time_zone: Option<String>,
}

/// It is described as it is written.
impl PartialSchema for Weekly {
    fn schema() -> RefOr<Schema> {
        Written::schema()
    }
}

impl ToSchema for Weekly {
    fn name() -> Cow<'static, str> {
        Written::name()
    }
}

impl TryFrom<Written> for Weekly {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        if written.days.len() > DAYS.len() {
            return Err(format!("a week has {} days", DAYS.len()));
        }
        let days = written.days.iter().map(|day| weekday(day)).collect::<Result<_, _>>()?;
        let from = written.from.as_deref().map_or(Ok(0), minute)?;
        let to = written.to.as_deref().map_or(Ok(DAY), minute)?;
        if from == DAY {
            return Err("a day ends at 24:00, nothing begins then".to_owned());
        }
        let zone = match (written.utc_offset.as_deref(), written.time_zone.as_deref()) {
            (Some(_), Some(_)) => return Err("give `time_zone` or `utc_offset`, not both".to_owned()),
            (Some(text), None) => Zone::Offset(offset(text)?),
            (None, Some(name)) => Zone::named(name)?,
            (None, None) => Zone::Offset(0),
        };
        Ok(Self { days, from, to, zone })
    }
}

impl From<Weekly> for Written {
    fn from(weekly: Weekly) -> Self {
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let name = |day: &Weekday| DAYS.iter().find(|(_, one)| one == day).map(|(name, _)| *name);
        let (utc_offset, time_zone) = match &weekly.zone {
            Zone::Named(zone) => (None, zone.iana_name().map(str::to_owned)),
            Zone::Offset(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                (Some(format!("{sign}{}", clock(minutes.unsigned_abs()))), None)
            }
        };
        Self {
            days: weekly.days.iter().filter_map(name).map(str::to_owned).collect(),
            from: Some(clock(weekly.from)),
            to: Some(clock(weekly.to)),
            utc_offset,
            time_zone,
        }
    }
}

fn weekday(text: &str) -> Result<Weekday, String> {
    let found = DAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day);
    found.ok_or_else(|| format!("{text:?} is none of mon, tue, wed, thu, fri, sat, sun"))
}

/// `07:30` in minutes; `24:00` is the end of the day.
fn minute(text: &str) -> Result<u32, String> {
    let unclear = || format!("{text:?} is no time of day such as 07:30");
    let (hours, minutes) = text.split_once(':').ok_or_else(unclear)?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() == 2 && !text.starts_with('+'));
    let (hours, minutes) = (number(hours).ok_or_else(unclear)?, number(minutes).ok_or_else(unclear)?);
    if minutes > 59 || hours * 60 + minutes > DAY {
        return Err(unclear());
    }
    Ok(hours * 60 + minutes)
}

/// `+01:00` in minutes.
fn offset(text: &str) -> Result<i32, String> {
    let unclear = || format!("{text:?} is no offset such as +01:00 or -03:30");
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ if text == "Z" => return Ok(0),
        _ => return Err(unclear()),
    };
    let minutes = minute(rest).ok().and_then(|minutes| i32::try_from(minutes).ok());
    minutes.filter(|minutes| *minutes <= 14 * 60).map(|minutes| sign * minutes).ok_or_else(unclear)
}

/// Whether `t` lies in any of them; where there are none there is no time that does not.
pub(crate) fn any_covers(times: &[Weekly], t: Millis) -> bool {
    times.is_empty() || times.iter().any(|one| one.covers(t))
}

/// Checks that there are not too many.
pub(crate) fn check(times: &[Weekly]) -> Result<(), String> {
    if times.len() > limits::SILENCE_TIMES {
        return Err(format!("{} times of the week are more than {}", times.len(), limits::SILENCE_TIMES));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Weekday, Weekly, Zone};
    use model::limits::{DAY, HOUR};

    /// Monday, 5 January 2026, 00:00 UTC.
    const MONDAY: i64 = 1_767_571_200_000;

    fn read(text: &str) -> Result<Weekly, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = read(r#"{"days":["fri"],"from":"22:00","to":"07:00"}"#).expect("good");
        let friday = MONDAY + 4 * DAY;
        for (t, is_quiet) in [
            (friday + 6 * HOUR, false),
            (friday + 22 * HOUR, true),
            (friday + DAY + 7 * HOUR - 1, true),
            (friday + DAY + 7 * HOUR, false),
            (friday + DAY + 23 * HOUR, false),
        ] {
            assert_eq!(night.covers(t), is_quiet, "{t}");
        }
    }

    #[test]
    fn a_day_is_that_of_the_place() {
        let all_day = read(r#"{"days":["mon"],"utc_offset":"+02:00"}"#).expect("good");
        assert!(all_day.covers(MONDAY - 2 * HOUR) && !all_day.covers(MONDAY - 2 * HOUR - 1));
        assert!(all_day.covers(MONDAY + 22 * HOUR - 1) && !all_day.covers(MONDAY + 22 * HOUR));
        let always = Weekly { days: Vec::new(), from: 60, to: 60, zone: Zone::Offset(0) };
        assert!(always.covers(MONDAY) && always.covers(MONDAY + 5 * DAY + HOUR));
    }

    #[test]
    fn a_named_place_has_its_summer_time() {
        let morning =
            read(r#"{"from":"07:00","to":"08:00","time_zone":"Europe/Berlin"}"#).expect("there is Berlin");
        // 29 March 2026, the clocks go from 02:00 to 03:00: seven o'clock is 06:00 UTC before and 05:00 after.
        let (before, after) = (MONDAY + 82 * DAY, MONDAY + 83 * DAY);
        for (day, hour) in [(before, 6), (after, 5)] {
            assert!(morning.covers(day + hour * HOUR), "{hour}");
            assert!(!morning.covers(day + hour * HOUR - 1) && !morning.covers(day + (hour + 1) * HOUR));
        }
        let night = read(r#"{"from":"02:00","to":"03:00","time_zone":"Europe/Berlin"}"#).expect("good");
        let minutes = |day: i64| (0..1_440).filter(|m| night.covers(day + m * 60_000)).count();
        assert_eq!((minutes(before), minutes(after)), (60, 0), "an hour that there is not is no window");
        assert_eq!(minutes(MONDAY + 293 * DAY), 120, "and in October it is there twice");
    }

    #[test]
    fn whatever_the_time_it_is_some_time_of_the_week() {
        for t in [i64::MIN, -1, 0, i64::MAX] {
            for zone in [Zone::Offset(-840), Zone::Offset(840), Zone::named("Asia/Kolkata").expect("there")] {
                let halves = [(0, 720), (720, 1_440)];
                let covered = halves
                    .map(|(from, to)| Weekly { days: Vec::new(), from, to, zone: zone.clone() }.covers(t));
                assert_eq!(covered.iter().filter(|is| **is).count(), 1, "{t} {zone:?}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_what_cannot_be_meant_is_refused() {
        for text in [
            r#"{"days":["sat","sun"],"from":"22:00","to":"07:30","utc_offset":"-03:30"}"#,
            r#"{"from":"00:00","to":"24:00","time_zone":"Europe/Berlin"}"#,
        ] {
            let weekly = read(text).expect(text);
            assert_eq!(serde_json::to_string(&weekly).expect("written"), text);
        }
        assert_eq!(read(r#"{"days":["sat"]}"#).expect("good").days, [Weekday::Saturday]);
        for (text, why) in [
            (r#"{"days":["someday"]}"#, "someday"),
            (r#"{"from":"7"}"#, "07:30"),
            (r#"{"to":"24:01"}"#, "24:01"),
            (r#"{"from":"24:00"}"#, "nothing begins"),
            (r#"{"utc_offset":"1"}"#, "offset"),
            (r#"{"utc_offset":"+15:00"}"#, "offset"),
            (r#"{"time_zone":"Mars/Olympus"}"#, "Mars/Olympus"),
            (r#"{"time_zone":"../../etc/passwd"}"#, "no time zone"),
            (r#"{"time_zone":"UTC","utc_offset":"Z"}"#, "not both"),
            (r#"{"at":"07:00"}"#, "unknown field"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
