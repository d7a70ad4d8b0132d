"""Links as a browser sends them: damaged, doubled, of bytes that are no text, and none at all by the menu."""

from __future__ import annotations

import pytest

LINKS = {
    "convolution?stride_rows=2&amp;stride_columns=2&amp;lock=false": None,  # read as it was meant
    "convolution?Stride_Rows=2": None,
    "convolution?stride_rows=2&stride_rows=3": "'stride_rows' stands more than once in this address",
    "convolution?krenel=1": "'krenel' in this address means nothing on this page.",
    "convolution?%00=%ff&%ff%fe=1": "in this address mean nothing on this page.",
    "convolution?stride_rows=%ff": "stride rows must be a whole number from",
    "predictions?run=..%2F..%2Fetc%2Fpasswd": "There is no run of the name in this address",
    "training?epochs=%3Cscript%3Ealert(1)%3C/script%3E": "epochs must be a whole number from 1 to 50",
    "?no_such_thing=1": "'no_such_thing' in this address means nothing on this page.",
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_read_or_what_is_wrong_is_told(page, app_url, link):
    page.goto(f"{app_url}/{link}")
    page.get_by_role("heading", level=1).wait_for()
    notices = page.get_by_test_id("stAlert")
    if LINKS[link] is None:
        page.wait_for_function("/[?&]stride_rows=2/.test(location.search) && !/amp|Stride/.test(location.search)")
        assert notices.count() == 0
    else:
        notices.filter(has_text=LINKS[link]).first.wait_for()
    assert page.get_by_test_id("stException").count() == 0


def test_the_menu_brings_no_word_of_the_page_before(page, app_url):
    page.goto(f"{app_url}/predictions?show=all&label=3&page=2")
    for name in ("Network", "Embedding", "Training", "Convolution", "Start"):
        page.locator("header").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(f"**/{name.lower() if name != 'Start' else ''}*")
        page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
        assert page.get_by_text("on this page.").count() == 0
