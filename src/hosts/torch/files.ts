// The files of a program for PyTorch. All names are those of the program: no text of a workflow can
// replace the program, a module or another file.
import {
  fileNameKey,
  freeFileName,
  isSafeFileName,
  safeFileName,
  splitFileName,
  type SafeFileName,
} from '../../engine/base/fileName.ts'
import { quoteValue } from '../../engine/base/quote.ts'
import { canonicalZip } from '../../engine/checkpoint/archive.ts'
import { modules } from './library.ts'

/** A file beside the program. */
export interface Companion {
  name: SafeFileName
  bytes: Uint8Array
}

/** Ending of a table or of numbers that `support.py` writes beside a picture. */
export type Beside = '.csv' | '.npy'

const moduleFiles = (): Companion[] =>
  [...modules].map(([name, text]) => ({
    name: safeFileName(name),
    bytes: new TextEncoder().encode(text),
  }))

/** True for the name of a module, which a program cannot have. */
export const isModuleName = (name: string): boolean =>
  [...modules.keys()].some((module) => fileNameKey(module) === fileNameKey(name))

/**
 * Packs files into a ZIP without folders.
 * @throws Error for a name that is not plain, or that two files have
 */
export function zipFiles(files: readonly Companion[]): Uint8Array {
  const packed = new Map<string, Uint8Array>()
  const keys = new Set<string>()
  for (const { name, bytes } of files) {
    if (!isSafeFileName(name)) throw new Error(`${quoteValue(name)} is no plain file name.`)
    if (keys.has(fileNameKey(name)))
      throw new Error(`Two files of the export have the name ${quoteValue(name)}.`)
    keys.add(fileNameKey(name))
    packed.set(name, bytes)
  }
  return canonicalZip(packed)
}

/** Names of companions that results could have as well. */
const companionName = /^(?:network(?:-\d+)?\.start|checkpoint-[0-9a-f]{8}(?:-\d+)?)\.zip$/i

/** Companions of a program, and the names of its results, which may be in the same folder. */
export class ExportFiles {
  private readonly files: Companion[] = []
  /** Names of files that are added later, and of results. */
  private readonly reserved = new Set<string>()

  /** @param own names of the program, and of its notebook */
  constructor(private readonly own: readonly string[]) {}

  /** All files, with the modules at the end. */
  withModules(): Companion[] {
    return [...this.files, ...moduleFiles()]
  }

  /** Names that nothing else may have. */
  private taken(): string[] {
    const companions = this.files.map(({ name }) => name)
    return [...this.own, ...modules.keys(), ...companions, ...this.reserved]
  }

  /**
   * Adds a file.
   * @throws Error for a name that is not plain, or that another file has
   */
  add(name: SafeFileName, bytes: Uint8Array): SafeFileName {
    if (!isSafeFileName(name)) throw new Error(`${quoteValue(name)} is no plain file name.`)
    if (this.taken().map(fileNameKey).includes(fileNameKey(name)))
      throw new Error(`Two files of the export have the name ${quoteValue(name)}.`)
    this.files.push({ name, bytes })
    return name
  }

  /** Adds a file under a name of the program, with a number if needed. */
  addNumbered(wanted: string, bytes: Uint8Array): SafeFileName {
    return this.add(freeFileName(safeFileName(wanted), this.taken()), bytes)
  }

  /** Reserves a name of the program for a file that {@link fill} adds. */
  reserve(wanted: string): SafeFileName {
    const name = freeFileName(safeFileName(wanted), this.taken())
    this.reserved.add(name)
    return name
  }

  /** Adds a file whose name was reserved. */
  fill(name: SafeFileName, bytes: Uint8Array) {
    if (!this.reserved.delete(name)) throw new Error(`${quoteValue(name)} was not reserved.`)
    this.add(name, bytes)
  }

  /** Reserves the name of a result, from a text of the workflow, and that of the file beside it. */
  result(wanted: string, beside?: Beside): SafeFileName {
    const safe = safeFileName(wanted)
    const plain = companionName.test(safe) ? safeFileName(`result-${safe}`) : safe
    const [, ending] = splitFileName(plain)
    const taken = this.taken()
    const others = taken.flatMap((each) => {
      const [stem, own] = splitFileName(each)
      return own === beside ? [stem + ending] : []
    })
    const name = freeFileName(plain, [...taken, ...others])
    this.reserved.add(name)
    if (beside) this.reserved.add(splitFileName(name)[0] + beside)
    return name
  }
}
