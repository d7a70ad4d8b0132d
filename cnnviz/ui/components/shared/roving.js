// Many buttons, one stop of the Tab key: the arrow keys go from one to the next.

/**
 * The Tab key reaches one of the buttons, the arrow keys all of them. Call it again when they are others.
 * @param {HTMLElement} root that holds the buttons
 * @param {HTMLElement[]} buttons row by row
 * @param {() => number} columns how many stand beside each other
 * @param {HTMLElement} [first] the one that the Tab key reaches
 */
export function rove(root, buttons, columns, first = buttons[0]) {
  const stop = (reached) => {
    for (const button of buttons) button.tabIndex = button === reached ? 0 : -1;
  };
  stop(first);
  root.onclick = ({ target }) => {
    const pressed = buttons.find((button) => button.contains(target));
    if (pressed) stop(pressed);
  };
  root.onkeydown = (event) => {
    const from = buttons.indexOf(event.target);
    const wanted = from < 0 ? undefined : placeOf(event.key, from, columns(), buttons.length);
    if (wanted === undefined) return;
    event.preventDefault(); // else the window scrolls
    stop(buttons[wanted]);
    buttons[wanted].focus();
  };
}

/** The number of the button that a key goes to; undefined when it is no key of these. */
function placeOf(key, from, columns, count) {
  const start = from - (from % columns);
  const places = {
    ArrowLeft: Math.max(from - 1, 0),
    ArrowRight: Math.min(from + 1, count - 1),
    ArrowUp: from < columns ? from : from - columns,
    ArrowDown: from + columns < count ? from + columns : from,
    Home: start,
    End: Math.min(start + columns, count) - 1,
  };
  return places[key];
}
