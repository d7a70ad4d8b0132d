// Strokes are drawn on a canvas of 28x28 pixels, shown enlarged; Python gets them after each stroke.

const SIDE = 28;
const THICKNESS = { pen: 2.4, eraser: 4 }; // pixels

export default function ({ data, parentElement, setTriggerValue }) {
  const pad = (parentElement.drawingPad ??= create(parentElement.querySelector(".pad"), data.pixels));
  pad.tell = () => setTriggerValue("drawn", pixelsOf(pad.pen));
}

function create(root, pixels) {
  const canvas = root.querySelector("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const pad = { root, canvas, pen, tell: () => {} };
  clear(pen);
  if (pixels) restore(pen, pixels);
  let last = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(canvas, event);
    stroke(pad, last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const moved of event.getCoalescedEvents?.() ?? [event]) {
      const next = place(canvas, moved);
      stroke(pad, last, next);
      last = next;
    }
  });
  const end = () => {
    if (last) pad.tell();
    last = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  root.querySelector("button").addEventListener("click", () => {
    clear(pen);
    pad.tell();
  });
  return pad;
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
}

function stroke({ pen, root }, from, to) {
  const ink = root.querySelector("input:checked").value;
  pen.strokeStyle = ink === "pen" ? "#fff" : "#000";
  pen.lineWidth = THICKNESS[ink];
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(to[0] + 0.01, to[1]); // a dot is a very short line
  pen.stroke();
}

function clear(pen) {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, SIDE, SIDE);
}

function restore(pen, pixels) {
  const image = pen.createImageData(SIDE, SIDE);
  pixels.forEach((value, k) => image.data.set([value, value, value, 255], 4 * k));
  pen.putImageData(image, 0, 0);
}

function pixelsOf(pen) {
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, k) => data[4 * k]);
}
