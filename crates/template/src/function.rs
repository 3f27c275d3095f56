//! The functions by name, and how many arguments each takes. What they do is in `call`.

/// A function of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    And,
    Args,
    Eq,
    ExternalUrl,
    First,
    Ge,
    GraphLink,
    Gt,
    Html,
    Humanize,
    Humanize1024,
    HumanizeDuration,
    HumanizePercentage,
    HumanizeTimestamp,
    Index,
    Js,
    Label,
    Le,
    Len,
    Lt,
    Match,
    Ne,
    Not,
    Or,
    ParseDuration,
    PathPrefix,
    Print,
    Printf,
    Println,
    Query,
    ReReplaceAll,
    SafeHtml,
    Slice,
    SortByLabel,
    StripDomain,
    StripPort,
    StrValue,
    TableLink,
    Title,
    ToDuration,
    ToLower,
    ToTime,
    ToUpper,
    UrlQuery,
    Value,
}

/// As many as one likes.
const ANY: usize = usize::MAX;

/// Name, function, least and most arguments.
const TABLE: &[(&str, Function, usize, usize)] = &[
    ("and", Function::And, 1, ANY),
    ("args", Function::Args, 0, ANY),
    ("eq", Function::Eq, 1, ANY),
    ("externalURL", Function::ExternalUrl, 0, 0),
    ("first", Function::First, 1, 1),
    ("ge", Function::Ge, 2, 2),
    ("graphLink", Function::GraphLink, 1, 1),
    ("gt", Function::Gt, 2, 2),
    ("html", Function::Html, 0, ANY),
    ("humanize", Function::Humanize, 1, 1),
    ("humanize1024", Function::Humanize1024, 1, 1),
    ("humanizeDuration", Function::HumanizeDuration, 1, 1),
    ("humanizePercentage", Function::HumanizePercentage, 1, 1),
    ("humanizeTimestamp", Function::HumanizeTimestamp, 1, 1),
    ("index", Function::Index, 1, ANY),
    ("js", Function::Js, 0, ANY),
    ("label", Function::Label, 2, 2),
    ("le", Function::Le, 2, 2),
    ("len", Function::Len, 1, 1),
    ("lt", Function::Lt, 2, 2),
    ("match", Function::Match, 2, 2),
    ("ne", Function::Ne, 2, 2),
    ("not", Function::Not, 1, 1),
    ("or", Function::Or, 1, ANY),
    ("parseDuration", Function::ParseDuration, 1, 1),
    ("pathPrefix", Function::PathPrefix, 0, 0),
    ("print", Function::Print, 0, ANY),
    ("printf", Function::Printf, 1, ANY),
    ("println", Function::Println, 0, ANY),
    ("query", Function::Query, 1, 1),
    ("reReplaceAll", Function::ReReplaceAll, 3, 3),
    ("safeHtml", Function::SafeHtml, 1, 1),
    ("slice", Function::Slice, 1, 4),
    ("sortByLabel", Function::SortByLabel, 2, 2),
    ("stripDomain", Function::StripDomain, 1, 1),
    ("stripPort", Function::StripPort, 1, 1),
    ("strvalue", Function::StrValue, 1, 1),
    ("tableLink", Function::TableLink, 1, 1),
    ("title", Function::Title, 1, 1),
    ("toDuration", Function::ToDuration, 1, 1),
    ("toLower", Function::ToLower, 1, 1),
    ("toTime", Function::ToTime, 1, 1),
    ("toUpper", Function::ToUpper, 1, 1),
    ("urlquery", Function::UrlQuery, 0, ANY),
    ("value", Function::Value, 1, 1),
];

/// Functions that Prometheus has and we have not, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("call", "there is nothing that it could call"),
    ("now", "what an alert says must not differ each time that it is read"),
    ("tmpl", "templates of consoles are not read here"),
];

impl Function {
    /// The function of this name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        if let Some((_, function, ..)) = TABLE.iter().find(|(known, ..)| *known == name) {
            return Ok(*function);
        }
        Err(match LEFT_OUT.iter().find(|(known, _)| *known == name) {
            Some((_, why)) => format!("function {name:?} is not supported here: {why}"),
            None => format!("function {name:?} not defined"),
        })
    }

    pub(crate) fn name(self) -> &'static str {
        TABLE.iter().find(|(_, known, ..)| *known == self).map_or("", |(name, ..)| name)
    }

    /// # Errors
    /// The function does not take so many arguments.
    pub(crate) fn check_count(self, count: usize) -> Result<(), String> {
        let (least, most) = TABLE
            .iter()
            .find(|(_, known, ..)| *known == self)
            .map_or((0, ANY), |(_, _, least, most)| (*least, *most));
        if (least..=most).contains(&count) {
            return Ok(());
        }
        let at_least = if most == ANY { "at least " } else { "" };
        Err(format!("wrong number of args for {}: want {at_least}{least} got {count}", self.name()))
    }
}
