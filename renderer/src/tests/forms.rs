//! Claims about forms, typing and the focus.

use super::harness::{Outside, commit};
use super::page::{PLAIN, has_dark_pixel, incomplete, navigate, scrolled};
use protocol::document::BodySource;
use protocol::input::{InputEvent, Key};
use protocol::renderer::FromRenderer;
use std::io::Write;

#[test]
fn a_typed_and_submitted_form_is_a_get_navigation() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><form action='/find'><input name=q style='display:block;\
         width:200px;height:30px'><input type=hidden name=h value=1></form>",
    );
    outside.click(20.0, 15.0);
    outside.type_text("a b&c");
    outside.key(Key::Backspace, PLAIN);
    outside.key(Key::Character('d'), PLAIN);
    outside.key(Key::Enter, PLAIN);
    let (url, new_tab) = navigate(&mut outside);
    assert_eq!(url, "http://site.test/find?q=a+b%26d&h=1");
    assert!(!new_tab);
}

#[test]
fn enter_in_one_of_several_inputs_presses_the_forms_first_submit_button() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><form action='/two'><input type=text name=a style='display:block;\
         width:200px;height:30px'><input type=text name=b><input type=submit value=Go>\
         <button formaction='/other'>Other</button></form>",
    );
    outside.click(20.0, 15.0);
    outside.type_text("x");
    outside.key(Key::Enter, PLAIN);
    let (url, _) = navigate(&mut outside);
    assert_eq!(url, "http://site.test/two?a=x&b=");
}

#[test]
fn a_form_that_posts_is_refused_with_a_reason() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><form method=post action='/x'>\
         <button style='display:block;width:100px;height:40px'>Go</button></form>",
    );
    outside.click(20.0, 15.0);
    assert!(incomplete(&mut outside).contains("POST"));
}

#[test]
fn typing_paints_text_and_the_focus_style() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 } input { display: block; width: 200px; height: 40px; border: \
         none; background: #ffffff; color: #000; font-size: 30px } \
         input:focus { background: #ffff00 }</style><input>",
    );
    outside.click(20.0, 15.0);
    outside.wait_pixels("the focus style", |o| o.pixel(190, 35) == 0xff_ff00);
    outside.type_text("MMM");
    outside.wait_pixels("typed text", has_dark_pixel);
}

#[test]
fn typed_text_and_scroll_survive_the_rest_of_the_page() {
    let mut outside = Outside::page();
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit("http://site.test/", Some("text/html"), BodySource::Pipe, 0),
        vec![reader.into()],
    );
    let first = "<body style='margin:0'><form action='/f'><input name=q style='display:block;\
        width:200px;height:30px'><input name=r style='display:block;width:200px;height:30px'>\
        <input name=c type=checkbox style='display:block;width:30px;height:30px'></form>\
        <div style='height:2000px;background:#ff0000'></div>";
    writer.write_all(first.as_bytes()).expect("write");
    outside.wait_pixels("the first part", |o| o.pixel(50, 150) == 0xff_0000);
    outside.click(15.0, 75.0);
    outside.click(20.0, 45.0);
    outside.type_text("this");
    outside.click(20.0, 15.0);
    outside.type_text("kept");
    outside.input(InputEvent::Wheel {
        x: 5.0,
        y: 100.0,
        delta_x: 0.0,
        delta_y: 20.0,
        modifiers: PLAIN,
    });
    assert_eq!(scrolled(&mut outside), 20);
    writer
        .write_all(b"<div style='height:500px'></div>")
        .expect("write");
    drop(writer);
    outside.wait_loaded();
    outside.key(Key::Enter, PLAIN);
    assert_eq!(
        navigate(&mut outside).0,
        "http://site.test/f?q=kept&r=this&c=on"
    );
    assert!(
        !outside
            .said
            .iter()
            .any(|m| matches!(m, FromRenderer::Scrolled { y: 0, .. }))
    );
}

#[test]
fn tab_scrolls_to_what_it_focuses() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><a href='/a'>a</a><div style='height:2000px'></div>\
         <a href='/b' style='display:block;height:40px;background:#00ff00'>b</a>",
    );
    outside.key(Key::Tab, PLAIN);
    outside.key(Key::Tab, PLAIN);
    assert!(scrolled(&mut outside) > 1500);
    outside.wait_pixels("the link", |o| o.pixels().contains(&0x00_ff00));
    outside.key(Key::Enter, PLAIN);
    assert_eq!(navigate(&mut outside).0, "http://site.test/b");
}

#[test]
fn the_choice_of_a_select_and_the_name_of_the_pressed_button_are_sent() {
    const PAGE: &str = "<style>body { margin: 0 } input { display: block; width: 80px; \
        height: 40px } select { display: none }</style><form action=/f>\
        <select name=first><option disabled>no<option> the  one <option value=2>x</select>\
        <select name=last><option value=1 selected>x<option value=2 selected>y</select>\
        <select name=many multiple><option value=a selected>x<optgroup><option>y<option selected>z\
        </optgroup></select><select name=none multiple><option>x</select>\
        <select name=off disabled><option>x</select><select><option>x</select>\
        <input type=submit name=go value=one><input type=submit name=go value=two></form>";
    let choices = "first=the+one&last=2&many=a&many=z";
    let mut outside = Outside::page();
    outside.load(PAGE);
    outside.click(10.0, 60.0);
    let url = format!("http://site.test/f?{choices}&go=two");
    assert_eq!(navigate(&mut outside).0, url);
    outside.click(10.0, 20.0);
    let url = format!("http://site.test/f?{choices}&go=one");
    assert_eq!(navigate(&mut outside).0, url);
    outside.load("<form action=/f><input type=submit name=go value=key></form>");
    outside.key(Key::Tab, PLAIN);
    outside.key(Key::Character(' '), PLAIN);
    assert_eq!(navigate(&mut outside).0, "http://site.test/f?go=key");
}

#[test]
fn a_text_area_that_arrives_in_parts_is_whole_in_the_end() {
    let mut outside = Outside::page();
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit("http://site.test/", Some("text/html"), BodySource::Pipe, 0),
        vec![reader.into()],
    );
    let first = "<body style='margin:0'><form action='/f'><input type=submit style='display:block;\
        width:80px;height:40px'><div style='height:99px;background:#ff0000'></div>\
        <textarea name=t>first ";
    writer.write_all(first.as_bytes()).expect("write");
    outside.wait_pixels("the first part", |o| o.pixel(50, 90) == 0xff_0000);
    writer
        .write_all(b"second</textarea></form>")
        .expect("write");
    drop(writer);
    outside.wait_loaded();
    outside.click(10.0, 20.0);
    assert_eq!(
        navigate(&mut outside).0,
        "http://site.test/f?t=first+second"
    );
}
