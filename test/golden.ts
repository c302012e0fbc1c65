// Reads recorded numbers of the reference systems (see test/golden/README.md).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/**
 * Reads `test/golden/<name>.json.gz`; "Infinity", "-Infinity" and "NaN" are
 * converted to numbers.
 */
export const golden = <T>(name: string): T =>
  JSON.parse(
    gunzipSync(readFileSync(new URL(`./golden/${name}.json.gz`, import.meta.url))).toString(),
    (_, value) =>
      value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : value,
  ) as T
