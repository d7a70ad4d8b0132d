// One step of Back undoes one gesture. Streamlit makes a step of each change of the address: of every tick while a slider
// is dragged or a key is held, and of the parameters that a page adds to the address by which its menu has opened it.

/**
 * From now on the changes of the address that one gesture brings are one step of the history.
 * @param {Window} window
 */
export function joinSteps(window) {
  const { history } = window;
  const push = history.pushState.bind(history);
  let gestures = 0;
  let last = 0; // the gesture that made the newest step
  const begin = (event) => {
    if (!event.repeat) gestures += 1; // a key that is held repeats itself
  };
  window.addEventListener("pointerdown", begin, true);
  window.addEventListener("keydown", begin, true);
  history.pushState = (...step) => {
    if (last === gestures) history.replaceState(...step);
    else push(...step);
    last = gestures;
  };
}

joinSteps(window);
