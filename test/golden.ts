// Reads recorded numbers of the reference systems (test/golden/README.md says where they come from).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** The gzipped JSON `test/golden/<name>.json.gz`; "Infinity", "-Infinity" and "NaN" stand for these numbers. */
export const golden = <T>(name: string): T =>
  JSON.parse(gunzipSync(readFileSync(new URL(`./golden/${name}.json.gz`, import.meta.url))).toString(), (_, value) =>
    value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : value,
  ) as T
