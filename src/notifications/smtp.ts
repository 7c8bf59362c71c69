import { createTransport } from 'nodemailer';
import { limits } from '#limits';

export interface OutgoingMail {
  mail_id: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  created_at: string;
}

export interface Smtp {
  /** Resolves when the mail server has taken it. */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

export const SMTP_CONNECTIONS_MAX = 5;
/** Of one mail in all: a server that answers a byte at a time never meets the socket's time-out. */
const SEND_MAX_MS = 3 * limits.mailTimeoutMs;

/** The mail server, by a few connections that are kept. */
export function connectSmtp(options: { smtpUrl: string; mailFrom: string; publicUrl: string }): Smtp {
  const { mailFrom, publicUrl } = options;
  const transport = createTransport({
    url: options.smtpUrl,
    pool: true,
    maxConnections: SMTP_CONNECTIONS_MAX,
    connectionTimeout: limits.mailTimeoutMs,
    greetingTimeout: limits.mailTimeoutMs,
    socketTimeout: limits.mailTimeoutMs,
    dnsTimeout: limits.mailTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { hostname } = new URL(publicUrl);
  return {
    async send({ mail_id, recipient, subject, text, html, created_at }) {
      await transport.sendMail({
        from: mailFrom,
        // As an object it is taken as one address, whatever it holds.
        to: { name: '', address: recipient },
        subject,
        text,
        html,
        date: created_at,
        messageId: `<${mail_id}@${hostname}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.timeout(SEND_MAX_MS),
      });
    },
    close: () => transport.close(),
  };
}

/** What is said of a recipient for good; a refused sender or a full mailbox may be mended. */
const REFUSED_FOR_GOOD: readonly unknown[] = [550, 551, 553];

/** Another try would be told the same. */
export function isRecipientRefused(error: unknown): boolean {
  const { command, responseCode } = (error ?? {}) as { command?: unknown; responseCode?: unknown };
  return command === 'RCPT TO' && REFUSED_FOR_GOOD.includes(responseCode);
}
