/** `npm start`: reads the configuration, starts the shop, says where it is, and stops it when told to. */

import { limits } from '#limits';
import { FolderInUse } from '#platform/postgres';
import { banner } from './banner.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { type Shop, startShop } from './shop.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

function configure(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    process.exit(78);
  }
}

async function start(config: Config): Promise<Shop> {
  try {
    return await startShop(config);
  } catch (error) {
    const isExpected = error instanceof ConfigError || error instanceof FolderInUse || isPortInUse(error);
    complain(isExpected ? explain(error as Error, config) : `The shop could not start: ${(error as Error).stack}`);
    process.exit(1);
  }
}

function isPortInUse(error: unknown): boolean {
  return (error as { code?: string }).code === 'EADDRINUSE';
}

function explain(error: Error, config: Config): string {
  if (!isPortInUse(error)) return error.message;
  return `Port ${config.port} is taken by another program. Choose another one: PORT=${config.port + 1} npm start`;
}

/** The first signal stops gracefully; one that comes more than a second later means it, and so does the time limit. */
function stopOnSignals(shop: Shop): void {
  let stoppingSince: number | undefined;
  const stop = (why: string) => {
    const nowMs = performance.now();
    if (stoppingSince !== undefined) {
      if (nowMs - stoppingSince > 1_000) process.exit(1);
      return;
    }
    stoppingSince = nowMs;
    say(`\nStopping (${why}): finishing what was accepted …`);
    setTimeout(() => process.exit(1), limits.stopGraceMs * 3).unref();
    shop.stop().then(
      () => {
        say('Stopped.');
        process.exit(0);
      },
      error => {
        complain(`The shop did not stop cleanly: ${(error as Error).stack}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGHUP', () => stop('SIGHUP'));
  // The bootstrap that started us has died.
  process.on('disconnect', () => stop('its parent has ended'));
  process.channel?.unref();
}

const config = configure();
const shop = await start(config);
stopOnSignals(shop);
say(banner(config, shop));
shop.firstStart.onProgress(say);
