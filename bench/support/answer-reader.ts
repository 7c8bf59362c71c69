/** Cuts the answers out of one connection's bytes: just enough of HTTP/1.1, so that reading costs little. */
export interface AnswerReader {
  /** The bytes from 0 to `end` of a buffer that is used again afterwards. */
  push(bytes: Buffer, end: number): void;
}

type Body = { kind: 'none' } | { kind: 'length'; left: number } | { kind: 'chunks'; left: number; line: string };

const HEAD_END = '\r\n\r\n';
const HEAD_CHARACTERS_MAX = 65_536;
/** After a chunk's bytes stand two more. */
const LINE_END_BYTES = 2;

/**
 * `onAnswer` is told each answer's status when its last byte is there, and its text where `keepsText`: that of a body
 * with a length, as our JSON has. Throws at what is no HTTP/1.1.
 */
export function answerReader(
  onAnswer: (status: number, text: string) => void,
  { keepsText = false }: { keepsText?: boolean } = {},
): AnswerReader {
  let head = '';
  let status = 0;
  let body: Body = { kind: 'none' };
  let text = '';

  function readHead(bytes: Buffer, from: number, end: number): number {
    const before = head.length;
    head += bytes.toString('latin1', from, end);
    const at = head.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length));
    if (at < 0) {
      if (head.length > HEAD_CHARACTERS_MAX) throw new Error('an answer whose head does not end');
      return end;
    }
    status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new Error(`no answer of HTTP/1.1: ${head.slice(0, 80)}`);
    body = bodyOf(status, head.slice(0, at + 2));
    head = '';
    return from + at + HEAD_END.length - before;
  }

  function readBody(bytes: Buffer, from: number, end: number): number {
    if (body.kind === 'chunks') return readChunks(body, bytes, from, end);
    if (body.kind === 'none') return from;
    const taken = Math.min(body.left, end - from);
    body.left -= taken;
    if (keepsText) text += bytes.toString('latin1', from, from + taken);
    return from + taken;
  }

  return {
    push(bytes, end) {
      let at = 0;
      while (at < end) {
        if (status === 0) at = readHead(bytes, at, end);
        if (status === 0) return;
        at = readBody(bytes, at, end);
        if (!isWhole(body)) continue;
        const [told, said] = [status, text];
        status = 0;
        body = { kind: 'none' };
        text = '';
        onAnswer(told, said);
      }
    },
  };
}

function bodyOf(status: number, head: string): Body {
  if (status === 204 || status === 304) return { kind: 'none' };
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) return { kind: 'length', left: Number(length) };
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return { kind: 'chunks', left: 0, line: '' };
  throw new Error('an answer that ends with its connection');
}

function isWhole(body: Body): boolean {
  if (body.kind === 'none') return true;
  // The last chunk is the empty one: -1 marks that it was read to its end.
  return body.kind === 'length' ? body.left === 0 : body.left === -1;
}

/** A chunk is its size in hexadecimal on a line, that many bytes, and the end of a line. Trailers aren't expected. */
function readChunks(body: { left: number; line: string }, bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && body.left !== -1) {
    if (body.left > 0) {
      const taken = Math.min(body.left, end - at);
      body.left -= taken;
      at += taken;
      continue;
    }
    body.line += String.fromCharCode(bytes[at]!);
    at += 1;
    const isLast = /^0[^\r\n]*\r\n\r\n$/.test(body.line);
    if (isLast) body.left = -1;
    const size = Number.parseInt(body.line, 16);
    if (!body.line.endsWith('\r\n') || isLast || size === 0) continue;
    if (Number.isNaN(size)) throw new Error(`no size of a chunk: ${body.line}`);
    body.left = size + LINE_END_BYTES;
    body.line = '';
  }
  return at;
}
