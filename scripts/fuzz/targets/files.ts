// What binary files must withstand: every reader of the page and of the command line.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { deflateSync, strFromU8, strToU8 } from 'fflate'
import { readBackup } from '../../../src/editor/backup/backupZip.ts'
import { BackupError } from '../../../src/editor/backup/error.ts'
import { classifyFiles } from '../../../src/editor/drops/classify.ts'
import { OpenedFile } from '../../../src/editor/storage/openedFile.ts'
import { ArchiveError } from '../../../src/engine/archive/error.ts'
import { archiveLimits } from '../../../src/engine/archive/limits.ts'
import { openZip, type Zip } from '../../../src/engine/archive/zip.ts'
import { describeCheckpoint } from '../../../src/engine/checkpoint/describe.ts'
import { CheckpointError } from '../../../src/engine/archive/checkpointError.ts'
import { readArrays, SafetensorsError } from '../../../src/engine/archive/safetensors.ts'
import { DatasetError, readImages, toDataset } from '../../../src/engine/datasets/file.ts'
import { readHeader } from '../../../src/engine/datasets/formats.ts'
import { readIdx } from '../../../src/engine/datasets/idx.ts'
import { ImportError } from '../../../src/engine/datasets/import.ts'
import type { Picture } from '../../../src/engine/datasets/resize.ts'
import { importDataset } from '../../../src/storage/importDataset.ts'
import { parseWorkflow, pngWithWorkflow, WorkflowError } from '../../../src/workflow/index.ts'
import { isBundle, unpackBundle } from '../../../src/workflow/bundle.ts'
import { bundleFromHash } from '../../../src/workflow/link.ts'
import { LINK_MARK } from '../../../src/workflow/linkMark.ts'
import { readPngWorkflow } from '../../../src/workflow/pngRead.ts'
import {
  mutateBytes,
  mutatePng,
  mutateSafetensors,
  mutateZip,
  type Mutate,
} from '../../../test/hostile/binaries.ts'
import * as seeds from '../binarySeeds.ts'
import { createMemoryBrowser } from '../memoryBrowser.ts'
import { mutants, type SingleTarget, type Timed } from '../target.ts'
import { checkError, checkMessage, refusalOrResult, Violation } from '../violation.ts'

const NO_NODES = new Map<string, never>()

const accepted = (result: unknown) => (result === undefined ? 'refused' : 'accepted')

/** Reads the text of a workflow that was found in a file. */
function readText(text: string, timed: Timed) {
  const parsed = refusalOrResult([WorkflowError], text, () =>
    timed('parseWorkflow', () => parseWorkflow(text, NO_NODES)),
  )
  for (const notice of parsed?.notices ?? []) checkMessage(notice, text)
  return parsed
}

function checkBundle(bytes: Uint8Array, timed: Timed) {
  timed('isBundle', () => isBundle(bytes))
  const bundle = refusalOrResult([WorkflowError], '', () =>
    timed('unpackBundle', () => unpackBundle(bytes)),
  )
  return accepted(bundle && readText(bundle.workflow, timed))
}

/** Mutates the bundle in a link, its compression, or the characters of the link. */
const mutateLink: Mutate = (valid, chance) => {
  switch (chance.below(4)) {
    case 0:
      return mutateBytes(valid, chance)
    case 1: {
      const packed = mutateBytes(deflateSync(valid), chance)
      return linkOf(packed)
    }
    default:
      return linkOf(deflateSync(mutateZip(valid, chance)))
  }
}

const linkOf = (packed: Uint8Array): Uint8Array =>
  strToU8(LINK_MARK + Buffer.from(packed).toString('base64url'))

function checkLink(bytes: Uint8Array, timed: Timed) {
  const hash = strFromU8(bytes, true)
  const bundle = refusalOrResult([WorkflowError], hash, () =>
    timed('bundleFromHash', () => bundleFromHash(hash)),
  )
  return bundle ? checkBundle(bundle, timed) : 'refused'
}

function checkPng(bytes: Uint8Array, timed: Timed) {
  const text = refusalOrResult([WorkflowError], '', () =>
    timed('readPngWorkflow', () => readPngWorkflow(bytes)),
  )
  const written = refusalOrResult([WorkflowError], '', () =>
    timed('pngWithWorkflow', () => pngWithWorkflow(bytes, '{"nodes":[]}')),
  )
  if (written && readPngWorkflow(written) !== '{"nodes":[]}')
    throw new Violation('reopen', 'A workflow written into an image cannot be read')
  return accepted(text !== undefined && readText(text, timed))
}

function checkCheckpoint(bytes: Uint8Array, timed: Timed) {
  const zip = refusalOrResult([ArchiveError], '', () =>
    timed('openZip', () => openZip(bytes, archiveLimits.files)),
  )
  const input = zip ? jsonOf(zip) : ''
  const description = refusalOrResult([CheckpointError], input, () =>
    timed('describeCheckpoint', () => describeCheckpoint(bytes)),
  )
  for (const text of [description?.title ?? '', ...(description?.notices ?? [])])
    checkMessage(text, input)
  for (const [name, text] of description?.rows ?? []) checkMessage(`${name} ${text}`, input)
  return accepted(description)
}

/** The JSON files of a ZIP, whose texts messages may contain. */
const jsonOf = (zip: Zip): string =>
  [...zip.entries.keys()]
    .filter((path) => path.endsWith('.json'))
    .map((path) => {
      try {
        return strFromU8(zip.read(path, 1e6))
      } catch {
        return ''
      }
    })
    .join('\n')

/** The reason that an entry was left out: no message of the JavaScript engine. */
function checkReason(reason: string) {
  checkMessage(reason)
  if (
    /^(?!The file is not JSON).*in JSON at position|^Unexpected|^Cannot |is not a function/.test(
      reason,
    )
  )
    throw new Violation('errors', `An entry failed by an error of the program: ${reason}`)
}

async function checkBackup(bytes: Uint8Array, timed: Timed) {
  const { parts } = createMemoryBrowser()
  try {
    const report = await timed('readBackup', () =>
      readBackup(new OpenedFile(new Blob([bytes as Uint8Array<ArrayBuffer>])), parts, () => {}),
    )
    for (const { reason } of report.failed) checkReason(englishText(reason))
    // What was imported can be listed and exported again.
    for (const part of Object.values(parts)) {
      await part.items()
      for (const entry of await part.entries()) await entry.bytes()
    }
    return 'accepted'
  } catch (error) {
    checkError(error, [BackupError, ArchiveError], '')
    return 'refused'
  }
}

function checkDataset(bytes: Uint8Array, timed: Timed) {
  refusalOrResult([SafetensorsError], '', () => timed('readArrays', () => readArrays(bytes)))
  const images = refusalOrResult([DatasetError], '', () =>
    timed('readImages', () => readImages(bytes)),
  )
  if (images) timed('toDataset', () => toDataset(images))
  return accepted(images)
}

/** A decoder that trusts the header, as far as the limits of the import allow. */
const decode = async (bytes: Uint8Array): Promise<Picture & { close(): void }> => {
  const { width = 1, height = 1 } = readHeader(bytes) ?? {}
  if (width > 64 || height > 64) throw new Error('A large image')
  const rows = (_: number, count: number) => new Uint8ClampedArray(4 * width * count)
  return { width, height, rows, close() {} }
}

async function checkImages(bytes: Uint8Array, timed: Timed) {
  const file = new File([bytes as Uint8Array<ArrayBuffer>], 'x')
  await timed('classifyFiles', () => classifyFiles([{ path: 'x', file }]))
  const name = bytes[0] === 0x50 ? 'x.zip' : 'x.png'
  const source = { path: name, size: bytes.length, read: async () => bytes }
  const options = { width: 4, height: 4, channels: 3, fit: 'stretch', labels: false } as const
  try {
    const { report } = await timed('importDataset', () =>
      importDataset({ name: 'x', files: [source], options, decode }),
    )
    for (const { reason } of report.skipped) checkMessage(reason)
    return 'accepted'
  } catch (error) {
    checkError(error, [ImportError], '')
    return 'refused'
  }
}

function checkIdx(bytes: Uint8Array, timed: Timed) {
  const ranks = [1, 3].map((rank) =>
    refusalOrResult([DatasetError], '', () => timed('readIdx', () => readIdx(bytes, rank))),
  )
  return accepted(ranks.find((each) => each !== undefined))
}

/** A share of all files, so that they together take as many mutants as workflows. */
const SHARE = 1 / 8

const target = (
  generate: SingleTarget['generate'],
  check: (bytes: Uint8Array, timed: Timed) => unknown,
): SingleTarget => ({
  generate,
  share: SHARE,
  check: async (bytes, timed) => check(bytes, timed),
})

const mutateImage: Mutate = (valid, chance) =>
  (valid[0] === 0x89 ? mutatePng : valid[0] === 0x50 ? mutateZip : mutateBytes)(valid, chance)

const bundleSeeds = () => seeds.bundleSeeds(seeds.workflowText())

export const createFileTargets = {
  link: () => target(mutants(bundleSeeds().slice(0, 1), mutateLink), checkLink),
  png: () => target(mutants(seeds.pngSeeds(seeds.workflowText()), mutatePng), checkPng),
  bundle: () => target(mutants(bundleSeeds(), mutateZip), checkBundle),
  checkpoint: () => target(mutants(seeds.checkpointSeeds(), mutateZip), checkCheckpoint),
  backup: async () =>
    target(mutants(await seeds.backupSeeds(seeds.workflowText()), mutateZip), checkBackup),
  dataset: () => target(mutants(seeds.datasetSeeds(), mutateSafetensors), checkDataset),
  images: () => target(mutants(seeds.imageSeeds(), mutateImage), checkImages),
  idx: () => target(mutants(seeds.idxSeeds(), mutateBytes), checkIdx),
}
