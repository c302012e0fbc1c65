// Packs the engine for a page in one file, in Node.
import { gzipSync } from 'node:zlib'
import { toBase64 } from '../../engine/base/base64.ts'
import type { PageEngine } from './fillPage.ts'

interface EngineFiles {
  /** The engine's script (build/engineCore.ts). */
  script: Uint8Array
  /** The .wasm file with SIMD and without threads, which a page from disk cannot start. */
  wasm: Uint8Array
  /** The compressed digits. */
  digits: Uint8Array
}

/** Compresses and encodes the engine and its files. */
export const packEngine = ({ script, wasm, digits }: EngineFiles): PageEngine => ({
  engine: toBase64(gzipSync(script, { level: 9 })),
  assets: { wasm: toBase64(gzipSync(wasm, { level: 9 })), digits: toBase64(digits) },
})
