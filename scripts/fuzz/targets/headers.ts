// Headers alone: small safetensors files and ZIP directories, millions of which fit in a run.
import { zipSync } from 'fflate'
import { ArchiveError } from '../../../src/engine/archive/error.ts'
import { archiveLimits } from '../../../src/engine/archive/limits.ts'
import { openZip } from '../../../src/engine/archive/zip.ts'
import {
  readArrays,
  SafetensorsError,
  writeSafetensors,
} from '../../../src/engine/archive/safetensors.ts'
import {
  mutateBytes,
  mutateSafetensors,
  mutateZipHeaders,
  type Mutate,
} from '../../../test/hostile/binaries.ts'
import { mutants, type QuickTarget } from '../target.ts'
import { refusalOrResult } from '../violation.ts'

const either =
  (first: Mutate, second: Mutate): Mutate =>
  (valid, chance) =>
    (chance.below(2) ? first : second)(valid, chance)

const header = (
  seeds: readonly Uint8Array[],
  mutate: Mutate,
  check: QuickTarget['check'],
): QuickTarget => ({ isQuick: true, generate: mutants(seeds, mutate), share: 2.5, check })

export const headerTargets = {
  'safetensors-header': () =>
    header(
      [
        writeSafetensors(new Map([['w', { shape: [1], data: Float32Array.of(1) }]])),
        writeSafetensors(
          new Map([
            ['a', { shape: [2], data: Int32Array.of(1, 2) }],
            ['b', { shape: [1, 2], data: Uint8Array.of(1, 2) }],
          ]),
        ),
      ],
      either(mutateSafetensors, mutateBytes),
      (bytes) => void refusalOrResult([SafetensorsError], '', () => readArrays(bytes)),
    ),
  'zip-header': () =>
    header(
      [
        zipSync({ a: Uint8Array.of(1) }, { level: 0 }),
        zipSync({ 'unet/config.json': Uint8Array.of(123, 125), 'b/': new Uint8Array() }),
      ],
      either(mutateZipHeaders, mutateBytes),
      (bytes) =>
        void refusalOrResult([ArchiveError], '', () => openZip(bytes, archiveLimits.files)),
    ),
}
