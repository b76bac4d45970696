import pytest
import typer

from digitedge.cli.options import parse_box, reader_settings


def test_a_region_is_four_whole_numbers() -> None:
    assert parse_box("100, 50,320,240", "--roi") == (100, 50, 320, 240)
    assert reader_settings("1,2,3,4", 0.7).roi_xywh == (1, 2, 3, 4)
    assert reader_settings(None, None).roi_xywh is None


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "0,0,0,5", "-1,0,5,5", "1,2,3,4,5"])
def test_anything_else_is_refused_also_the_empty_text_of_an_unset_variable(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="expected"):
        reader_settings(text, None)
