//! localStorage and sessionStorage, as pages see them.

use super::{Scripted, on_stack};
use protocol::limits::STORAGE_BYTES_MAX;
use protocol::storage::StorageNews;

#[test]
fn items_come_back_by_method_and_by_name() {
    let mut page = Scripted::new("");
    let said = page.say(
        "localStorage.setItem('a', 1); localStorage.b = { toString: () => 'two' };
         sessionStorage.a = 'other';
         const all = [localStorage.getItem('a'), localStorage.a, localStorage['b'],
             localStorage.getItem('none'), localStorage.none, localStorage.length,
             'a' in localStorage, 'none' in localStorage, 'getItem' in localStorage,
             Object.keys(localStorage).join(), localStorage.key(1), localStorage.key(2),
             JSON.stringify(localStorage), delete localStorage.a, localStorage.a,
             sessionStorage.a, localStorage instanceof Storage, `${localStorage}`];
         localStorage.clear();
         return all.concat([localStorage.length]).map(String).join('|')",
    );
    assert_eq!(
        said,
        "1|1|two|null|undefined|2|true|false|true|a,b|b|null|{\"a\":\"1\",\"b\":\"two\"}|true|\
         undefined|other|true|[object Storage]|0"
    );
}

#[test]
fn the_class_cannot_be_hidden_or_broken_by_what_is_kept() {
    let mut page = Scripted::new("");
    let said = page.say(
        "localStorage.getItem = 'x'; localStorage.setItem('length', '9');
         localStorage.setItem('__proto__', 'p'); localStorage.setItem('constructor', 'c');
         const all = [typeof localStorage.getItem, localStorage.length,
             localStorage.getItem('getItem'), localStorage.getItem('length'),
             localStorage.getItem('__proto__'), Object.keys(localStorage).join()];
         Object.defineProperty(localStorage, 'd', { value: 5 });
         all.push(localStorage.d, Reflect.preventExtensions(localStorage),
             Object.getOwnPropertyDescriptor(localStorage, 'd').configurable);
         const symbol = Symbol(); localStorage[symbol] = 7;
         all.push(localStorage[symbol], localStorage.length);
         for (const wrong of [() => Storage.prototype.getItem.call({}, 'a'), () => new Storage(),
             () => localStorage.getItem(), () => localStorage.setItem('a')]) {
           try { wrong(); all.push('no') } catch (e) { all.push(e.name) }
         }
         return all.map(String).join('|')",
    );
    assert_eq!(
        said,
        "function|4|x|9|p||5|false|true|7|5|TypeError|TypeError|TypeError|TypeError"
    );
}

#[test]
fn every_text_comes_back_as_it_was() {
    let mut page = Scripted::new("");
    let said = page.say(
        "const texts = ['', '\\0', '\\ud800', 'a\\udfffb', '\\uffff',
             '\\uffff\\ud83d\\ude00\\ud83d', 'é😀'];
         let wrong = [];
         for (const text of texts) {
           localStorage.setItem(text, text + '!');
           if (localStorage.getItem(text) !== text + '!') wrong.push(escape(text));
         }
         const kept = Object.keys(localStorage);
         return wrong.join() + kept.length + texts.every((text) => kept.includes(text))",
    );
    assert_eq!(said, "7true");
}

#[test]
fn past_the_bound_nothing_is_kept() {
    let mut page = Scripted::new("");
    let said = page.say(&format!(
        "localStorage.a = 'kept'; let told = '';
         try {{ localStorage.a = 'x'.repeat({STORAGE_BYTES_MAX}) }} catch (e) {{ told = e.name }}
         try {{ localStorage['k'.repeat(1e5)] = '' }} catch (e) {{ told += e.name + e.code }}
         return told + localStorage.a + localStorage.length"
    ));
    assert_eq!(said, "QuotaExceededErrorQuotaExceededError22kept1");
}

#[test]
fn a_page_hears_of_what_another_one_changes() {
    let mut page = Scripted::new("");
    page.say(
        "localStorage.a = 'mine'; addEventListener('storage', (e) => console.log(
             e.key, e.oldValue, e.newValue, e.url,
             e.storageArea === localStorage, localStorage.a))",
    );
    let news = StorageNews {
        navigation: protocol::ids::NavigationId(1),
        key: Some("a".to_owned()),
        value: Some("theirs".to_owned()),
        url: "http://site.test/b".to_owned(),
        seen: 1,
    };
    page.view.with_script(|realm| {
        let heard = realm.host.storage.borrow_mut().take_news(news);
        realm.tell_stored(heard.expect("it is new"));
    });
    assert_eq!(page.log(), ["a mine theirs http://site.test/b true theirs"]);
}

#[test]
fn many_keys_are_gone_through_in_a_row() {
    on_stack(|| {
        let mut page = Scripted::new("");
        let said = page.say(
            "const long = 'x'.repeat(200); let sum = 0;
             try { for (let i = 0; ; i++) localStorage['k' + i] = long; } catch (e) { }
             for (let i = 0; i < localStorage.length; i++) sum += localStorage.key(i).length;
             return sum > 90_000",
        );
        assert_eq!(said, "true");
    });
}
