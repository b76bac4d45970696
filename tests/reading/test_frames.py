import cv2
import numpy as np

from digitedge.reading.frames import without_lines


def _boxes(mask: np.ndarray, more_than: int) -> list[tuple[int, ...]]:
    """Return x, y, width, height of the pieces that have more pixels than that."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    return [tuple(stat[:4]) for stat in stats[1:] if stat[cv2.CC_STAT_AREA] > more_than]


def test_a_grid_goes_and_a_stroke_across_it_stays_whole() -> None:
    mask = np.zeros((300, 300), np.uint8)
    for position in (20, 110, 200, 290):
        cv2.line(mask, (20, position), (290, position), 255, 3)
        cv2.line(mask, (position, 20), (position, 290), 255, 3)
    stroke = np.zeros_like(mask)
    cv2.line(stroke, (150, 80), (162, 150), 255, 5)
    mask |= stroke
    rest = without_lines(mask, mask, mask, None, 90)
    assert rest is not None
    large = _boxes(rest, 60)
    assert len(large) == 1
    x, y, w, h = large[0]
    assert (x, y) >= (140, 70) and w <= 30 and 60 <= h <= 85


def test_a_tilted_rule_goes_too() -> None:
    mask = np.zeros((200, 400), np.uint8)
    cv2.line(mask, (10, 90), (390, 110), 255, 2)  # 3 degrees
    rest = without_lines(mask, mask, mask, None, 90)
    assert rest is not None
    assert cv2.countNonZero(rest) < 0.1 * cv2.countNonZero(mask)


def test_a_thick_stroke_is_no_line() -> None:
    mask = np.zeros((300, 300), np.uint8)
    cv2.line(mask, (150, 20), (150, 280), 255, 24)
    assert without_lines(mask, mask, mask, None, 90) is None


def test_a_thick_frame_goes_and_the_digit_that_stands_on_it_stays() -> None:
    mask = np.zeros((300, 400), np.uint8)
    cv2.line(mask, (20, 200), (380, 203), 255, 11)
    cv2.putText(mask, "2", (150, 196), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, 7)
    rest = without_lines(mask, mask, mask, None, 90)
    assert rest is not None
    x, _, width, height = cv2.boundingRect(rest[:193])
    assert x > 145 and x + width < 200 and height > 38
    assert cv2.countNonZero(rest[197:]) < 0.1 * cv2.countNonZero(mask[197:])


def test_a_rule_that_is_broken_in_the_mask_is_followed_where_it_is_fainter() -> None:
    mask, weak = np.zeros((100, 400), np.uint8), np.zeros((100, 400), np.uint8)
    for start in (10, 90, 170, 250):
        cv2.line(mask, (start, 50), (start + 50, 50), 255, 2)  # gaps of 30 pixels
    assert without_lines(mask, mask, mask, None, 90) is None
    cv2.line(weak, (10, 50), (300, 50), 255, 3)
    rest = without_lines(mask, mask, weak, None, 90)
    assert rest is not None
    assert cv2.countNonZero(rest) == 0


def test_the_sides_of_small_cells_go_and_the_digit_that_leans_on_one_stays() -> None:
    mask = np.zeros((80, 200), np.uint8)
    for row in (20, 50):
        cv2.line(mask, (20, row), (170, row), 255, 2)
    for column in range(20, 171, 25):
        cv2.line(mask, (column, 20), (column, 50), 255, 2)
    digit = np.zeros_like(mask)
    cv2.ellipse(digit, (56, 35), (10, 11), 0, 0, 360, 255, 3)  # over the side at 45
    mask |= digit
    assert cv2.connectedComponents(mask)[0] == 2  # all of it one piece
    rest = without_lines(mask, mask, mask, mask, 90)
    assert rest is not None
    large = _boxes(rest, 20)
    assert len(large) == 1
    x, y, w, h = large[0]
    assert abs(x + w / 2 - 56) <= 3 and w >= 18 and abs(y + h / 2 - 35) <= 3 and h >= 20


def test_a_digits_own_strokes_are_no_sides() -> None:
    mask = np.zeros((80, 200), np.uint8)
    cv2.line(mask, (10, 60), (190, 60), 255, 2)
    for ends in (((80, 28), (80, 60)), ((60, 60), (60, 30)), ((60, 30), (72, 30))):  # a 1 and a 7 that stand on a rule
        cv2.line(mask, *ends, 255, 3)
    rest = without_lines(mask, mask, mask, mask, 90)
    assert rest is not None
    assert rest[35:55, 80].all() and rest[35:55, 60].all()


def test_ink_much_darker_than_a_rule_was_not_drawn_with_it() -> None:
    strength = np.zeros((80, 300), np.uint8)
    cv2.line(strength, (10, 40), (290, 40), 40, 2)
    cv2.line(strength, (100, 40), (140, 40), 200, 3)  # the bar of a 2 along the rule
    mask = np.where(strength > 10, 255, 0).astype(np.uint8)
    rest = without_lines(strength, mask, mask, None, 90)
    assert rest is not None
    assert rest[40, 102:138].all()
    assert not rest[:, 10:90].any() and not rest[:, 150:].any()


def test_a_soft_rule_that_bends_twice_goes_and_the_digit_on_it_stays() -> None:
    x = np.linspace(10, 590, 117)
    y = 120 + 2.2 * np.sin(x / 60) + 0.01 * x
    strength = np.zeros((200, 600), np.uint8)
    cv2.polylines(strength, [np.rint(np.stack([x, y], axis=1) * 16).astype(np.int32)], False, 200, 2, cv2.LINE_AA, 4)
    strength = cv2.GaussianBlur(strength, (0, 0), 1.0)
    cv2.putText(strength, "2", (300, 118), cv2.FONT_HERSHEY_SIMPLEX, 2, 250, 6, cv2.LINE_AA)
    mask = cv2.compare(strength, 40, cv2.CMP_GT)
    rest = without_lines(strength, mask, mask, mask, 90)
    assert rest is not None
    ((x_left, top, width, height),) = _boxes(rest, 25)
    assert x_left > 290 and x_left + width < 360 and top > 70 and height > 40
