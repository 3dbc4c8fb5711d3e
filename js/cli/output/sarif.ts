/** Violations as SARIF 2.1.0, which code scanning of GitHub and others takes. */

import { version } from '../../constants.js';
import { catalogue, type Level, sectionName, sectionUrl } from '../../inspect/catalogue.js';
import type { ViolationRecord } from '../../inspect/records.js';
import { visibleJson } from '../../inspect/visible.js';

const LEVELS: Readonly<Record<Level, string>> = { error: 'error', warn: 'warning', note: 'note' };

/** Collects violations; the log is one object, so that it can be written at the end only. */
export class Sarif {
  readonly #results: object[] = [];

  take({ id, level, text, conn, n, dir, at, close }: ViolationRecord, file: string): void {
    this.#results.push({
      ruleId: id,
      ruleIndex: catalogue.findIndex((rule) => rule.id === id),
      level: LEVELS[level],
      message: {
        text: `${text}, at byte ${at} of ${dir === 'c2s' ? 'the client' : 'the server'}${n === null ? '' : `, in frame ${n}`}`,
      },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: uriOf(file) } },
          logicalLocations: [{ name: n === null ? `connection ${conn}` : `frame ${n}`, kind: 'element' }],
        },
      ],
      properties: { conn, n, dir, at, close },
    });
  }

  text(): string {
    const rules = catalogue.map(({ id, level, rule, more, rfc }) => ({
      id,
      shortDescription: { text: rule },
      fullDescription: { text: more },
      help: { text: rfc === undefined ? more : `${more} See ${sectionName(rfc)}.` },
      ...(rfc === undefined ? {} : { helpUri: sectionUrl(rfc) }),
      defaultConfiguration: { level: LEVELS[level] },
    }));
    const driver = { name: 'sansocket', semanticVersion: version, rules };
    const log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results: this.#results }],
    };
    return `${visibleJson(log, 2)}\n`;
  }
}

/** A path as a reference of RFC 3986. */
function uriOf(file: string): string {
  return file.split(/[\\/]/).map(encodeURIComponent).join('/');
}
