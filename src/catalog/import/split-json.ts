import { NotReadable, RECORD_LENGTH_MAX, type SourceRecord, TOO_LONG } from './source-record.ts';

/** A JSON array of objects, one object, or objects one after the other; elements are cut out without being parsed. */
export async function* splitJson(pieces: AsyncIterable<string>): AsyncGenerator<SourceRecord[]> {
  const cutter = elementCutter();
  for await (const piece of pieces) {
    const records = cutter.push(piece);
    if (records.length > 0) yield records;
  }
  yield cutter.end();
}

/** Follows only strings, brackets and commas: what stands between them is for `JSON.parse`. */
function elementCutter() {
  let mode: 'before' | 'array' | 'objects' | 'after' = 'before';
  let line = 1;
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  let held = '';
  let heldLength = 0;
  let startLine = 0;
  let records: SourceRecord[] = [];

  function keep(text: string): void {
    heldLength += text.length;
    if (heldLength <= RECORD_LENGTH_MAX) held += text;
  }

  function emit(): void {
    if (heldLength > RECORD_LENGTH_MAX) records.push({ line: startLine, error: TOO_LONG });
    else records.push({ line: startLine, json: held });
    held = '';
    heldLength = 0;
    startLine = 0;
  }

  /** A character outside of any element; answers whether an element begins with it. */
  function begin(char: string): boolean {
    if (char === ' ' || char === '\t' || char === '\r' || char === '\n') return false;
    if (mode === 'array') {
      if (char === ']') mode = 'after';
      return char !== ']' && char !== ',';
    }
    if (mode === 'before' && char === '[') {
      mode = 'array';
      return false;
    }
    if (mode === 'after' || char !== '{') {
      throw new NotReadable(line, `this is no JSON of products: ${JSON.stringify(char)} stands outside of any object`);
    }
    mode = 'objects';
    return true;
  }

  /** A character of an element, texts aside; 'with' and 'before' say that the element ends there. */
  function follow(char: string): 'on' | 'with' | 'before' {
    if (char === '"') isInText = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (depth === 0) return char === ',' || char === ']' ? 'before' : 'on';
    else if (char === '}' || char === ']') {
      depth -= 1;
      return depth === 0 ? 'with' : 'on';
    }
    return 'on';
  }

  function followText(char: string): void {
    if (isEscaped) isEscaped = false;
    else if (char === '\\') isEscaped = true;
    else if (char === '"') isInText = false;
  }

  function push(piece: string): SourceRecord[] {
    records = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const char = piece[at]!;
      if (char === '\n') line += 1;
      if (startLine === 0) {
        if (!begin(char)) continue;
        startLine = line;
        from = at;
      }
      if (isInText) {
        followText(char);
        continue;
      }
      const end = follow(char);
      if (end === 'on') continue;
      keep(piece.slice(from, end === 'with' ? at + 1 : at));
      emit();
      if (end === 'before') begin(char);
    }
    if (startLine > 0) keep(piece.slice(from));
    return records;
  }

  return {
    push,
    end(): SourceRecord[] {
      if (mode === 'before') throw new NotReadable(1, 'this is no JSON: the file is empty');
      if (mode === 'array' || startLine > 0) throw new NotReadable(line, 'the JSON text ends in the middle');
      return [];
    },
  };
}
