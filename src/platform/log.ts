import pino from 'pino';

export type Log = pino.Logger;

/** Keys whose values never reach a log, at any depth and in any spelling (`Order-Access`, `order_access`). */
const SECRET_KEY = new RegExp(
  [
    '^(proxy)?authorization$|^(set)?cookie$|^(order)?access$|^pass$|token$|password$|secret$|hash$|signature$',
    '^cvc$|^cvv$|^pan$|^card$|^cardnumber$|^x?adminkey$|^apikey$',
  ].join('|'),
);
const HIDDEN = '[hidden]';
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;

/** A secret in a link (`?access=…`) or in a database address (`postgres://user:secret@host`). */
const SECRET_IN_URL = /([?&#](?:access|token|pass|password|secret|key|signature)=)[^&#\s"']+/gi;
const PASSWORD_IN_URL = /(:\/\/[^:@/\s]*:)[^@/\s]+@/g;
const CARD_NUMBER = /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g;

/**
 * JSON lines on stdout: every value is escaped by JSON, so no input can forge a line. Written asynchronously, and
 * flushed when the process exits (pino registers the stream with `process.on('exit')`).
 */
export function createLog(options: { level: string; name?: string; destination?: pino.DestinationStream }): Log {
  const log = pino(
    {
      level: options.level,
      name: options.name ?? 'doorbuster',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Own code instead of pino's `redact`: its paths need one wildcard pattern a key and depth and know one spelling.
      formatters: {
        level: label => ({ level: label }),
        log: fields => hidden(fields, 0) as Record<string, unknown>,
      },
      serializers: { err: error => hidden(pino.stdSerializers.err(error as Error), 0) },
      hooks: {
        logMethod(args, method) {
          const texts = args as unknown[];
          for (let i = 0; i < texts.length; i++)
            if (typeof texts[i] === 'string') texts[i] = hiddenText(texts[i] as string);
          method.apply(this, args);
        },
      },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false }),
  );
  // pino asks `formatters.bindings` for the root alone. Children inherit this method from it.
  const { child } = log;
  log.child = function (this: Log, bindings, ...rest) {
    return child.call(this, hidden(bindings, 0) as pino.Bindings, ...rest);
  } as typeof log.child;
  return log;
}

function hidden(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return hiddenText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // An error stays itself on the first pass, for pino's serializer of `err` to read its stack and causes.
  if (value instanceof Error) return depth <= 1 ? value : hidden(pino.stdSerializers.err(value), depth);
  if (depth >= DEPTH_MAX) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map(item => hidden(item, depth + 1));
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'raw') continue;
    result[key] = isSecret(key) && member !== undefined && member !== null ? HIDDEN : hidden(member, depth + 1);
  }
  return result;
}

function isSecret(key: string): boolean {
  return SECRET_KEY.test(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function hiddenText(text: string): string {
  let result = text;
  if (result.includes('=')) result = result.replaceAll(SECRET_IN_URL, `$1${HIDDEN}`);
  if (result.includes('://')) result = result.replaceAll(PASSWORD_IN_URL, `$1${HIDDEN}@`);
  if (result.length >= 13) result = result.replaceAll(CARD_NUMBER, digits => (isCardNumber(digits) ? HIDDEN : digits));
  return result;
}

/** Luhn's check digit: tells a card number from other long numbers, nine times of ten. */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]/g, '');
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
