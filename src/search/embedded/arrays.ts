export type Values = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
/** What a structure is made of, by name: as it is written to disk and read again. */
export type Saved = Record<string, Values>;

/** `room` with the values of `array` at its beginning. */
export function wider<Array extends { set(values: Array): void }>(array: Array, room: Array): Array {
  room.set(array);
  return room;
}

/** What several structures are made of, told apart by their names. */
export function withPrefix(prefix: string, saved: Saved): Saved {
  return Object.fromEntries(Object.entries(saved).map(([name, array]) => [`${prefix} ${name}`, array]));
}

export function partOf(prefix: string, saved: Saved): Saved {
  const own = Object.entries(saved).filter(([name]) => name.startsWith(`${prefix} `));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length + 1), array]));
}
