// How large the cells of the panels are.

const LARGEST_CELL = 52; // px
const TALLEST = 360; // px, of all panels above each other
const TALLEST_KERNEL = 200; // px
const NARROW = 620; // px: below, the panels stand under each other
const GAPS = 150; // px, for the signs between the panels

/**
 * Side of a cell of each kind of panel, in px: as large as the room allows, the output on the scale of the input.
 * @returns {{ input: number, kernel: number, sum: number, output: number }}
 */
export function cellSizes(view) {
  const { data, root } = view;
  view.width = root.clientWidth || 800;
  const narrow = view.width < NARROW;
  root.classList.toggle("narrow", narrow);
  const room = narrow ? view.width : view.width - GAPS;
  const channels = data.padded.shape[0];
  const tall = narrow ? TALLEST : TALLEST / Math.min(channels, 3);
  const share = shares(narrow, Boolean(data.channel_sums));
  const fit = ([rows, columns], part, height) => Math.min(LARGEST_CELL, (room * part) / columns, height / rows);
  const input = fit(data.padded.shape.slice(1), share.input, tall);
  const kernel = Math.max(
    channels > 2 ? 14 : 18,
    fit(data.settings.kernel_size, share.kernel, Math.min(tall, TALLEST_KERNEL)),
  );
  const sum = fit(data.sums.shape.slice(1), share.sum, tall);
  return { input, kernel, sum, output: Math.min(fitOutput(data.sums.shape, share.output, fit), Math.max(input, 30)) };
}

/** Parts of the width that the panels get, depending on whether there are sums of the channels. */
function shares(narrow, sums) {
  if (narrow) return { input: 0.97, kernel: 0.55, sum: 0.97, output: 0.95 };
  return sums
    ? { input: 0.3, kernel: 0.16, sum: 0.2, output: 0.32 }
    : { input: 0.42, kernel: 0.16, sum: 0.2, output: 0.4 };
}

/** More than two output maps stand in two columns. */
function fitOutput([maps, rows, columns], share, fit) {
  const perRow = maps > 2 ? 2 : 1;
  return fit([rows, columns], share / perRow, TALLEST / Math.ceil(maps / perRow));
}
