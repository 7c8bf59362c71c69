import type { Config } from './config.ts';
import { demoLogins } from './demo/people.ts';
import type { Shop } from './shop.ts';

/** What `npm start` prints when the shop answers. */
export function banner(config: Config, shop: Shop): string {
  if (shop.url === undefined) {
    const names = [...config.modules].join(', ');
    return `Doorbuster: ${names} ${shop.rpcUrl === undefined ? 'run here' : `by rpc at ${shop.rpcUrl}`}`;
  }
  const lines = [
    '',
    '  Doorbuster is open',
    '',
    `  shop        ${shop.url}/`,
    `  admin       ${shop.url}/admin`,
    `  sellers     ${shop.url}/seller`,
    `  API reader  ${shop.url}/docs`,
    config.production ? '' : `  mailbox     ${shop.url}/dev/mail`,
    '',
    `  admin key   ${config.secrets.adminKey}`,
  ];
  if (config.demo) {
    lines.push('', '  demo logins');
    for (const { email, password, role } of demoLogins) lines.push(`    ${role.padEnd(9)} ${email}  ${password}`);
  }
  return `${lines.join('\n')}\n`;
}
