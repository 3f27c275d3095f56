//! Units: what a name says, and what makers and Home Assistant write. No number is changed, so `_ms` becomes `_milliseconds`.

use crate::words::last_word;

/// Last words of names that are units, and what they are called.
const SUFFIXES: &[(&str, &str)] = &[
    ("ms", "milliseconds"),
    ("millis", "milliseconds"),
    ("us", "microseconds"),
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("kb", "kilobytes"),
    ("mb", "megabytes"),
    ("gb", "gigabytes"),
    ("pct", "percent"),
    ("percentage", "percent"),
    ("hz", "hertz"),
    ("khz", "kilohertz"),
    ("mhz", "megahertz"),
    ("lx", "lux"),
    ("kwh", "kilowatt_hours"),
    ("wh", "watt_hours"),
    ("kw", "kilowatts"),
    ("mv", "millivolts"),
    ("ma", "milliamperes"),
    ("hpa", "hectopascals"),
    ("kpa", "kilopascals"),
    ("volt", "volts"),
    ("watt", "watts"),
    ("amps", "amperes"),
    ("ampere", "amperes"),
];

/// Last words of names of lengths of time, which are seconds where nothing else is said.
const DURATIONS: &[&str] =
    &["duration", "latency", "uptime", "elapsed", "age", "interval", "delay", "timeout"];

/// The protocol's unit of these names is milliseconds, and they have no ending.
const MILLISECONDS: [&str; 2] = ["response_time", "response_time_avg"];

/// What a metric of this name is called without its unit, and the unit; empty where the name says none. The first value of it
/// tells a percentage from something else.
pub(crate) fn of_name(name: &str, value: f64) -> (&str, &'static str) {
    let last = last_word(name);
    if let Some((_, unit)) = SUFFIXES.iter().find(|(suffix, _)| *suffix == last)
        && let Some(stem) = name.strip_suffix(last).and_then(|stem| stem.strip_suffix('_'))
    {
        // `am_min` is a least one, `30_min` none.
        let is_least = last == "min" && !stem.ends_with("time");
        if !is_least {
            return (stem, unit);
        }
    }
    if MILLISECONDS.contains(&name) {
        return (name, "");
    }
    let is_percentage = (0.0..=100.0).contains(&value);
    let unit = match last {
        "time" if name != "time" => "seconds",
        _ if DURATIONS.contains(&last) => "seconds",
        "battery" | "humidity" if is_percentage => "percent",
        "level" if name.ends_with("battery_level") && is_percentage => "percent",
        "rssi" if value < 0.0 => "dbm",
        "strength" if name.ends_with("signal_strength") && value < 0.0 => "dbm",
        "lux" => "lux",
        "illuminance" => "lux",
        "co2" => "ppm",
        _ => "",
    };
    (name, unit)
}

/// The name of a metric of this unit; totals end so.
pub(crate) fn join(stem: &str, unit: &str) -> String {
    let has_unit =
        |stem: &str| stem == unit || stem.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_'));
    match stem.strip_suffix("_total") {
        _ if unit.is_empty() => stem.to_owned(),
        Some(rest) if has_unit(rest) => stem.to_owned(),
        Some(rest) => format!("{rest}_{unit}_total"),
        None if has_unit(stem) => stem.to_owned(),
        None => format!("{stem}_{unit}"),
    }
}

/// Units as they are written behind numbers.
const SYMBOLS: &[(&str, &str)] = &[
    ("°C", "celsius"),
    ("C", "celsius"),
    ("°F", "fahrenheit"),
    ("F", "fahrenheit"),
    ("K", "kelvin"),
    ("%", "percent"),
    ("%RH", "percent"),
    ("W", "watts"),
    ("kW", "kilowatts"),
    ("VA", "volt_amperes"),
    ("var", "volt_amperes_reactive"),
    ("Wh", "watt_hours"),
    ("kWh", "kilowatt_hours"),
    ("V", "volts"),
    ("mV", "millivolts"),
    ("A", "amperes"),
    ("mA", "milliamperes"),
    ("Hz", "hertz"),
    ("lx", "lux"),
    ("lm", "lumens"),
    ("hPa", "hectopascals"),
    ("mbar", "hectopascals"),
    ("kPa", "kilopascals"),
    ("Pa", "pascals"),
    ("mmHg", "millimeters_of_mercury"),
    ("inHg", "inches_of_mercury"),
    ("dB", "decibels"),
    ("dBm", "dbm"),
    ("ppm", "ppm"),
    ("ppb", "ppb"),
    ("µg/m³", "micrograms_per_cubic_meter"),
    ("μg/m³", "micrograms_per_cubic_meter"),
    ("mg/m³", "milligrams_per_cubic_meter"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("min", "minutes"),
    ("h", "hours"),
    ("d", "days"),
    ("m", "meters"),
    ("cm", "centimeters"),
    ("mm", "millimeters"),
    ("km", "kilometers"),
    ("km/h", "kilometers_per_hour"),
    ("m/s", "meters_per_second"),
    ("m³", "cubic_meters"),
    ("L", "liters"),
    ("kg", "kilograms"),
    ("g", "grams"),
    ("B", "bytes"),
    ("kB", "kilobytes"),
    ("MB", "megabytes"),
    ("GB", "gigabytes"),
    ("mired", "mireds"),
    ("°", "degrees"),
    ("lqi", ""),
];

/// The unit that a symbol stands for; others are written as names are.
pub(crate) fn of_symbol(symbol: &str) -> String {
    let symbol = symbol.trim();
    let known = SYMBOLS.iter().find(|(known, _)| *known == symbol);
    known.map_or_else(|| crate::words::snake(symbol), |(_, unit)| (*unit).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{join, of_name, of_symbol};

    #[test]
    fn names_say_units_and_end_with_them() {
        for (name, value, expected) in [
            ("processing_time", 0.3, "processing_time_seconds"),
            ("response_time_ms", 4.0, "response_time_milliseconds"),
            ("response_time", 4.0, "response_time"),
            ("uptime", 4.0, "uptime_seconds"),
            ("battery", 88.0, "battery_percent"),
            ("battery", 3_000.0, "battery"),
            ("memory_mb", 1.0, "memory_megabytes"),
            ("cpu_percent", 1.0, "cpu_percent"),
            ("temperature_min", 1.0, "temperature_min"),
            ("rssi", -60.0, "rssi_dbm"),
            ("temperature", 20.0, "temperature"),
            ("items", 20.0, "items"),
        ] {
            let (stem, unit) = of_name(name, value);
            assert_eq!(join(stem, unit), expected);
        }
        assert_eq!(join("energy_total", "kilowatt_hours"), "energy_kilowatt_hours_total");
        assert_eq!(
            (of_symbol(" °C"), of_symbol("bottles/day")),
            ("celsius".to_owned(), "bottles_day".to_owned())
        );
    }
}
