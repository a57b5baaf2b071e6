import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaFiles } from './schemaFiles.js';

// Run after a change of a schema: tsx test/support/writeSchemas.ts. A unit test says when that was forgotten.
const folder = fileURLToPath(new URL('../../src/store/schema/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of schemaFiles()) writeFileSync(`${folder}${name}`, text);
