// `npm run docs`: writes the pages of docs/ that are made from the code.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderRefusals } from './refusals.ts';

const page = fileURLToPath(new URL('../docs/refusals.md', import.meta.url));
writeFileSync(page, renderRefusals());
console.log(`Wrote ${page}`);
