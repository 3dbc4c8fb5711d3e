// Checks the imports in js/: each layer uses only what lies below it, and no file needs itself.

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root } from './lib/paths.mjs';
import { filesBelow } from './lib/stage.mjs';

const boundary = /^js\/wasm\//;
const api = /^js\/[^/]+\.(ts|wasm(\?module)?)$/;

/** A file belongs to the first layer whose `files` it fits, and may import what fits one of `uses`. */
const layers = [
  { files: boundary, uses: [boundary, /^js\/(arguments|constants|errors|handshake-error|types)\.ts$/] },
  { files: api, uses: [api, boundary] },
  { files: /^js\/inspect\//, uses: [/^js\/inspect\//, api, boundary] },
  { files: /^js\/websocket\//, uses: [/^js\/websocket\//, /^sansocket$/] },
  // What has no platform of its own in its name is shared; an adapter does not know the others.
  { files: /^js\/adapters\//, uses: [/^js\/adapters\//, /^js\/websocket\//, /^sansocket$/] },
  { files: /^js\/server\//, uses: [/^js\/(server|adapters|websocket)\//, /^sansocket$/, /^node:/] },
  { files: /^js\/client\//, uses: [/^js\/(client|adapters|websocket)\//, /^sansocket$/, /^node:/] },
  // The constants are small; what has the module inside is imported when it is needed.
  { files: /^js\/cli\//, uses: [/^js\/cli\//, /^js\/inspect\//, /^js\/constants\.ts$/, /^sansocket$/, /^node:/] },
];

/** What a source imports: `{ target, typesOnly }`, relative paths resolved to the file in js/. */
function importsOf(file) {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const pattern =
    /\b(import|export)\s+(type\s)?[^'"`;()]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(pattern)].map(([, , typesOnly, from, bare]) => {
    const path = from ?? bare;
    const relative = path.startsWith('.') ? posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts') : path;
    return { target: relative, typesOnly: typesOnly !== undefined };
  });
}

/** The first way from a file back to itself, over imports that exist at run time. */
function cycleIn(graph) {
  const done = new Set();
  const visit = (file, way) => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const { target, typesOnly } of graph.get(file) ?? []) {
      const found = typesOnly ? undefined : visit(target, [...way, file]);
      if (found) return found;
    }
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

process.chdir(root);
const files = filesBelow(['js']).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const faults = [];
for (const [file, imports] of graph) {
  const layer = layers.find((candidate) => candidate.files.test(file));
  if (!layer) faults.push(`${file} belongs to no layer: tools/layers.mjs has the list`);
  for (const { target } of layer ? imports : []) {
    if (!layer.uses.some((use) => use.test(target))) faults.push(`${file} may not import ${target}`);
  }
}
const cycle = cycleIn(graph);
if (cycle) faults.push(`a cycle of imports: ${cycle.join(' → ')}`);

for (const fault of faults) console.error(fault);
console.log(`${files.length} files of js/: ${faults.length} faults in their imports`);
process.exitCode = faults.length > 0 || files.length === 0 ? 1 : 0;
