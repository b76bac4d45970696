import cv2
import numpy as np

from digitedge.reading.lines import without_lines


def test_a_grid_goes_and_a_stroke_across_it_stays_whole() -> None:
    mask = np.zeros((300, 300), np.uint8)
    for position in (20, 110, 200, 290):
        cv2.line(mask, (20, position), (290, position), 255, 3)
        cv2.line(mask, (position, 20), (position, 290), 255, 3)
    stroke = np.zeros_like(mask)
    cv2.line(stroke, (150, 80), (162, 150), 255, 5)
    mask |= stroke
    rest = without_lines(mask, mask, 90)
    assert rest is not None
    count, _, stats, _ = cv2.connectedComponentsWithStats(rest)
    large = [tuple(stat[:4]) for stat in stats[1:count] if stat[cv2.CC_STAT_AREA] > 60]
    assert len(large) == 1
    x, y, w, h = large[0]
    assert (x, y) >= (140, 70) and w <= 30 and 60 <= h <= 85


def test_a_tilted_rule_goes_too() -> None:
    mask = np.zeros((200, 400), np.uint8)
    cv2.line(mask, (10, 90), (390, 110), 255, 2)  # 3 degrees
    rest = without_lines(mask, mask, 90)
    assert rest is not None
    assert cv2.countNonZero(rest) < 0.1 * cv2.countNonZero(mask)


def test_a_thick_stroke_is_no_line() -> None:
    mask = np.zeros((300, 300), np.uint8)
    cv2.line(mask, (150, 20), (150, 280), 255, 24)
    assert without_lines(mask, mask, 90) is None


def test_a_rule_that_is_broken_in_the_mask_is_followed_where_it_is_fainter() -> None:
    mask, weak = np.zeros((100, 400), np.uint8), np.zeros((100, 400), np.uint8)
    for start in (10, 90, 170, 250):
        cv2.line(mask, (start, 50), (start + 50, 50), 255, 2)  # gaps of 30 pixels
    assert without_lines(mask, mask, 90) is None
    cv2.line(weak, (10, 50), (300, 50), 255, 3)
    rest = without_lines(mask, weak, 90)
    assert rest is not None
    assert cv2.countNonZero(rest) == 0
