// Which maps of a layer each map of the next one is made of, as the anatomy of the network says.

import { range } from "../shared/arrays.js";

/**
 * @typedef {{ source: string, groups: number | null, first: number, maps: number }} Connection
 * @typedef {{ name: string, size: number[], connections: Connection[] }} Part
 * @typedef {{ part: string, map: number }} Place
 * @typedef {{ from: Place, to: Place }} Edge
 */

/**
 * The edges to a map, from those that it is made of.
 * @param {Map<string, Part>} parts
 * @param {Place} place
 * @returns {Edge[]}
 */
export function edgesTo(parts, { part, map }) {
  return parts.get(part).connections.flatMap((connection) =>
    read(connection, map, parts.get(connection.source).size[0]).map((other) => ({
      from: { part: connection.source, map: other },
      to: { part, map },
    })),
  );
}

/**
 * The edges from a map, to those that are made of it.
 * @param {Map<string, Part>} parts
 * @param {Place} place
 * @returns {Edge[]}
 */
export function edgesFrom(parts, { part, map }) {
  const readers = [...parts.values()].filter(({ connections }) => connections.some(({ source }) => source === part));
  return readers.flatMap((reader) =>
    range(reader.size[0])
      .flatMap((other) => edgesTo(parts, { part: reader.name, map: other }))
      .filter(({ from }) => from.part === part && from.map === map),
  );
}

/** The maps of a source that a map reads by one connection. */
function read({ groups, first, maps }, map, ofSource) {
  const place = map - first;
  if (groups === null || place < 0 || place >= maps) return [];
  const group = Math.floor((place * groups) / maps);
  const size = ofSource / groups;
  return range(size).map((k) => group * size + k);
}

/**
 * The column of each part: behind all that it reads.
 * @param {Part[]} parts each after those that it reads
 * @returns {Map<string, number>}
 */
export function depths(parts) {
  const found = new Map();
  for (const { name, connections } of parts) {
    found.set(name, 1 + Math.max(-1, ...connections.map(({ source }) => found.get(source))));
  }
  return found;
}
