import { once } from 'node:events';
import { connect } from 'node:net';
import { answerReader } from './answer-reader.ts';

export interface JsonAnswer {
  status: number;
  text: string;
}

/** One connection that is kept open: a request after the other, cheap enough to share its cores with the shop. */
export interface ShopConnection {
  post(path: string, headers: string, body: string): Promise<JsonAnswer>;
  close(): void;
}

const READ_BYTES = 65_536;

/** Rejects what is under way when the connection breaks. */
export async function openShopConnection(url: string): Promise<ShopConnection> {
  const { hostname, port, host } = new URL(url);
  let waiting: { resolve(answer: JsonAnswer): void; reject(error: Error): void } | undefined;
  const reader = answerReader(
    (status, text) => {
      const told = waiting;
      waiting = undefined;
      told?.resolve({ status, text });
    },
    { keepsText: true },
  );
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback(count: number, bytes: Uint8Array): boolean {
      reader.push(bytes as Buffer, count);
      return true;
    },
  };
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
  await once(socket, 'connect');
  const breakOff = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('error', breakOff);
  socket.on('close', () => breakOff(new Error('the connection was closed')));
  return {
    post(path, headers, body) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${headers}` +
            `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      });
    },
    close: () => void socket.destroy(),
  };
}
