// The maps of stacked layers. data.fields[level][below] = {size, jump, start}: what unit u of a level sees of a map
// below it, along either axis: `size` cells from start + jump * u on; cells outside of the map are padding.

const TALLEST = 190; // px
const SMALLEST = 26; // px

export default function ({ data, parentElement }) {
  const view = (parentElement.stackView ??= create(parentElement.querySelector(".view")));
  view.data = data;
  build(view);
}

function create(root) {
  const view = { root, grids: [], data: null };
  const levels = root.querySelector(".levels");
  levels.addEventListener("pointermove", (event) => {
    const level = view.grids.findIndex(({ svg }) => svg === event.target.closest("svg"));
    const unit = view.grids[level]?.under(event);
    if (unit) show(view, level, unit);
  });
  levels.addEventListener("pointerleave", () => show(view, view.grids.length - 1, middle(view)));
  levels.addEventListener("keydown", (event) => press(view, event));
  return view;
}

function middle({ data }) {
  const centre = Math.floor((data.levels.at(-1).side - 1) / 2);
  return { row: centre, column: centre };
}

function build(view) {
  const { levels } = view.data;
  const largest = Math.max(...levels.map(({ side }) => side));
  view.grids = levels.map(({ side, name, channels }, level) => {
    const cell = Math.max((TALLEST * Math.sqrt(side / largest)) / side, SMALLEST / side);
    const grid = makeGrid({ rows: side, columns: side, cell, value: () => 0, scale: 1, font: 0 });
    grid.reveal();
    const words = `${name}: ${plural(channels, "channel")} of ${side} by ${side}. Arrow keys move the unit.`;
    for (const [key, text] of Object.entries({ role: "application", tabindex: "0", "aria-label": words })) grid.svg.setAttribute(key, text);
    grid.svg.dataset.level = level;
    return grid;
  });
  const figures = levels.map(({ name, channels, side }, level) => {
    const figure = element("figure", "level");
    const caption = element("figcaption", "");
    caption.append(element("b", "", name), ` ${channels} × ${side} × ${side}`);
    figure.append(view.grids[level].box, caption);
    return figure;
  });
  view.root.querySelector(".levels").replaceChildren(...figures);
  show(view, levels.length - 1, middle(view));
}

/** What a unit sees of a map below: first and last cell along rows and columns, as far as the map goes. */
function seen({ data }, level, below, unit) {
  const { size, jump, start } = data.fields[level][below];
  const last = data.levels[below].side - 1;
  const along = (place) => [Math.max(0, start + jump * place), Math.min(last, start + jump * place + size - 1)];
  return { rows: along(unit.row), columns: along(unit.column), size };
}

function show(view, level, unit) {
  view.unit = { level, ...unit };
  view.grids.forEach((grid, below) => grid.mark(below > level ? [] : [field(grid, seen(view, level, below, unit), below === level)]));
  const { rows, columns, size } = seen(view, level, 0, unit);
  const inside = rows[1] < rows[0] || columns[1] < columns[0] ? "only padding" : `rows ${rows[0]} to ${rows[1]}, columns ${columns[0]} to ${columns[1]}`;
  const name = level ? `A unit after layer ${level}` : "A pixel of the input";
  view.root.querySelector(".note").textContent = `${name}, row ${unit.row}, column ${unit.column}, sees ${size} × ${size} pixels of the input: ${inside}${clipped(rows, columns, size) ? "; the rest is padding" : ""}.`;
}

const clipped = (rows, columns, size) => rows[1] - rows[0] + 1 < size || columns[1] - columns[0] + 1 < size;

function field({ cell }, { rows, columns }, isUnit) {
  const place = { x: columns[0] * cell, y: rows[0] * cell, width: Math.max(0, columns[1] - columns[0] + 1) * cell, height: Math.max(0, rows[1] - rows[0] + 1) * cell };
  const mark = shape("rect", { ...place, class: `mark ${isUnit ? "unit" : "seen"}` });
  Object.assign(mark.dataset, { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] });
  return mark;
}

function press(view, event) {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const level = view.grids.findIndex(({ svg }) => svg === event.target);
  if (level < 0 || !(event.key in moves)) return;
  const { side } = view.data.levels[level];
  const from = view.unit.level === level ? view.unit : { row: 0, column: 0 };
  const [down, right] = moves[event.key];
  const within = (place) => Math.max(0, Math.min(side - 1, place));
  show(view, level, { row: within(from.row + down), column: within(from.column + right) });
  event.preventDefault();
}
