"""The page in a real Chromium, on a desktop's and on a phone's screen; DIGITEDGE_SHOTS=DIR keeps pictures to look at."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from camera_servers import wait_until
from preview_factory import live_frame, open_browser, running_camera

from digitedge.camera.live import Controls, Health
from digitedge.camera.preview import PreviewServer

SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}
PICTURE_RECT = "const r = document.getElementById('overlay').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]"
ALL = "[...document.querySelectorAll"
SHOWN = "document.getElementById('live').naturalWidth > 0 && document.querySelectorAll('.digit').length"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(program):
    program("chromium")
    program("chromedriver")
    with open_browser() as opened:
        yield opened


@pytest.fixture(params=SCREENS)
def page(request, browser):
    """The page of a running camera, on one of the screens."""
    preview = PreviewServer("127.0.0.1", 0, controls=Controls())
    with running_camera(preview, live_frame()):
        browser.show(f"http://127.0.0.1:{preview.port}/", *SCREENS[request.param])
        browser.until(SHOWN)
        yield browser, preview, request.param
        _keep_picture(browser, f"{request.function.__name__}-{request.param}")
    preview.close()


def _keep_picture(browser, name):
    if folder := os.environ.get("DIGITEDGE_SHOTS"):
        Path(folder, f"{name}.png").write_bytes(browser.screenshot())


def text(browser, element_id):
    return browser.script(f"return document.getElementById('{element_id}').innerText")


def test_the_page_shows_all_that_is_known_and_fits_the_screen(page):
    browser, _, screen = page
    live = live_frame()
    assert browser.script(f"return {ALL}('#numbers li span')].map(n => n.textContent)") == [n.text for n in live.numbers]
    tops = browser.script(f"return {ALL}('.digit')].map(n => [...n.querySelectorAll('.top div')].map(d => d.textContent))")
    assert [top[0][0] for top in tops] == [str(digit.digit) for digit in live.digits]
    assert {len(top) for top in tops} == {3}
    assert tops[0][0].endswith("99.8 %")
    patches = browser.script(f"return {ALL}('.digit img')].map(i => [i.complete, i.naturalWidth])")
    assert patches == [[True, 28]] * len(live.digits)
    for stage in live.stage_ms:
        assert stage in text(browser, "stages")
    assert text(browser, "health") == "good"
    browser.until("document.getElementById('rate').innerText.includes('fps')")
    width = browser.script("return document.documentElement.scrollWidth")
    number_px = browser.script("return parseFloat(getComputedStyle(document.querySelector('#numbers li')).fontSize)")
    assert width <= SCREENS[screen][0]
    assert number_px >= 36
    heights = browser.script(f"return {ALL}('button')].filter(b => !b.hidden).map(b => b.offsetHeight)")
    assert min(heights) >= 44  # a finger's width


def test_the_picture_lives_and_has_boxes(page):
    browser, preview, _ = page
    pixel = """const c = document.createElement('canvas'); c.width = 640; c.height = 480; const g = c.getContext('2d');
        g.drawImage(document.getElementById('live'), 0, 0, 640, 480);
        return [...g.getImageData({}, {}, 1, 1).data].slice(0, 3)"""
    x, y, width, _ = live_frame().digits[0].box_xywh
    on_box, on_paper = browser.script(pixel.format(x + width // 2, y)), browser.script(pixel.format(30, 30))
    assert on_box[1] > on_box[0] + 30  # green, softened by JPEG's coarse colour
    assert max(on_paper) - min(on_paper) < 8
    made = preview.shown.jpegs.made
    deadline = time.monotonic() + 20
    while preview.shown.jpegs.made < made + 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert preview.shown.jpegs.made >= made + 5


def test_a_region_drawn_with_the_finger_reaches_the_loop(page):
    browser, preview, screen = page
    browser.click("choose")
    left, top, width, height = browser.script(PICTURE_RECT)
    start_xy, end_xy = (left + 0.25 * width, top + 0.25 * height), (left + 0.75 * width, top + 0.5 * height)
    browser.drag(start_xy, end_xy, "touch" if screen == "phone" else "mouse")
    browser.until("!document.getElementById('whole').hidden")
    x, *_ = box = preview.shown.controls.roi_xywh
    assert box == pytest.approx((160, 120, 320, 120), abs=4)  # the finger moves in whole pixels of the screen
    assert browser.script("return document.querySelector('.region').getAttribute('x')") == str(x)
    _keep_picture(browser, f"region-{screen}")
    browser.click("whole")
    browser.until("document.getElementById('whole').hidden")
    assert preview.shown.controls.roi_xywh is None


def test_paused_the_picture_stands_still_and_the_board_encodes_nothing(page):
    browser, preview, _ = page
    browser.click("pause")
    deadline = time.monotonic() + 20
    while preview.shown.watchers and time.monotonic() < deadline:
        time.sleep(0.05)
    made, frames = preview.shown.jpegs.made, preview.shown.counters.frames
    while preview.shown.counters.frames < frames + 10:
        time.sleep(0.02)
    assert (preview.shown.watchers, preview.shown.jpegs.made) == (0, made)
    assert browser.script("return document.getElementById('still').width") == 640
    assert text(browser, "health") == "paused"
    browser.click("pause")
    browser.until("document.getElementById('health').innerText === 'good' && !document.getElementById('live').hidden")
    assert wait_until(lambda: preview.shown.watchers == 2)  # the picture's stream may come after the first event


def test_a_snapshot_is_saved_as_a_file(page, tmp_path):
    browser, _, _ = page
    browser.devtools("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.click("snapshot")
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("digitedge-*.jpg")) and time.monotonic() < deadline:
        time.sleep(0.05)
    (saved,) = tmp_path.glob("digitedge-*.jpg")
    assert saved.read_bytes()[:2] == b"\xff\xd8"


def test_a_lost_camera_and_a_lost_board_are_told_and_the_page_comes_back_by_itself(browser):
    preview = PreviewServer("127.0.0.1", 0)
    preview.tick(Health("good", 0, 0, 30.0))
    preview.deliver(replace(live_frame(), digits=(), numbers=()))
    browser.show(f"http://127.0.0.1:{preview.port}/", *SCREENS["phone"])
    browser.until("document.getElementById('health').innerText === 'good'")
    assert browser.script("return document.getElementById('choose').hidden")  # nobody takes a region here
    browser.until("document.getElementById('live').naturalWidth > 0")  # a single frame is shown at once
    preview.tick(Health("down", 0, 1, 0.0, "The camera fell silent."))
    browser.until("document.getElementById('word').innerText === 'The camera fell silent.'")
    _keep_picture(browser, "camera-lost")
    preview.close()
    browser.until("document.getElementById('health').innerText === 'no connection'")
    again = PreviewServer("127.0.0.1", preview.port)
    with running_camera(again, live_frame()):
        browser.until("document.getElementById('health').innerText === 'good'", 30)
        browser.until("document.getElementById('live').naturalWidth > 0", 30)
        made = again.shown.jpegs.made
        deadline = time.monotonic() + 20
        while again.shown.jpegs.made <= made and time.monotonic() < deadline:
            time.sleep(0.05)
        assert again.shown.jpegs.made > made
    again.close()


def test_a_digit_told_by_what_stands_around_is_shown_as_what_it_was_read_as(browser):
    live = live_frame()
    first, *others = live.page.digits
    other = (first.digit + 1) % 10
    probabilities = first.probabilities.copy()
    probabilities[other] = 0.1
    changed = replace(first, digit=other, probabilities=probabilities)
    preview = PreviewServer("127.0.0.1", 0)
    with running_camera(preview, replace(live, page=replace(live.page, digits=(changed, *others)))):
        browser.show(f"http://127.0.0.1:{preview.port}/", *SCREENS["desktop"])
        browser.until(SHOWN)
        bold = browser.script(f"return {ALL}('.digit')].map(n => n.querySelector('.read span').textContent)")
        assert bold == [str(other), *(str(digit.digit) for digit in others)]
        notes = browser.script(f"return {ALL}('.digit')].map(n => n.title)")
        assert f"Read as {other}" in notes[0] and not any(notes[1:])
        _keep_picture(browser, "changed-by-surroundings")
    preview.close()


def test_the_token_is_taken_from_the_address_and_not_left_in_it(browser):
    preview = PreviewServer("0.0.0.0", 0)
    with running_camera(preview, live_frame()):
        browser.show(f"http://127.0.0.1:{preview.port}/", *SCREENS["phone"])
        assert "token" in browser.script("return document.body.innerText")
        browser.show(f"http://127.0.0.1:{preview.port}/?token={preview.token}", *SCREENS["phone"])
        browser.until(SHOWN)
        assert preview.token not in browser.script("return location.href + document.cookie")
    preview.close()


def test_dark_rooms_get_a_dark_page_and_letters_stay_readable(page):
    browser, _, _ = page
    for scheme, is_dark in (("dark", True), ("light", False)):
        browser.devtools("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        ground = browser.script("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        letters = browser.script("return getComputedStyle(document.body).color.match(/\\d+/g).map(Number)")
        assert (sum(ground) < sum(letters)) == is_dark
        assert abs(sum(ground) - sum(letters)) > 400
        _keep_picture(browser, f"{scheme}-{page[2]}")
