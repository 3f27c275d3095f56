//! Does what a switch says: makes a silence of its rule, or ends those that are the switch's.

use crate::house::House;
use crate::smart_home::Command;
use home_assistant::Silences;

/// Does it. A command that is given twice does nothing the second time.
pub(super) fn obey(house: &House, command: &Command) {
    let now = house.clock.now();
    let rule = command.rule.as_str();
    let silences = Silences::read(house.desk.silences().into_iter().map(|view| view.silence));
    let own = silences.own(rule, now);
    if command.is_on {
        if !own.is_empty() {
            return;
        }
        let length = house.settings.borrow().home_assistant.silence;
        match house.desk.put_silence(Silences::draft(rule, length, now)) {
            Ok(silence) => tracing::info!(rule, id = silence.id, "silenced by Home Assistant"),
            Err(error) => tracing::error!(rule, "Home Assistant's silence is not made: {error}"),
        }
        return;
    }
    for id in own {
        match house.desk.expire_silence(&id) {
            Ok(_) => tracing::info!(rule, id, "no longer silenced, by Home Assistant"),
            Err(error) => tracing::error!(rule, id, "Home Assistant cannot end a silence: {error}"),
        }
    }
}
