// Files that come with the product: data sets, and checkpoints that workflows name. Read only when a node wants them.
import { messageOf, NodeError } from '../engine/plan/fault.ts'
import type { ShippedFile } from '../engine/plan/op.ts'

/** Where each file is; undefined: it is not part of this build. */
export interface ShippedAddresses {
  files: Record<ShippedFile, string | undefined>
  /** By SHA-256. */
  checkpoints: Record<string, string>
}

export interface Shipped {
  /** The bytes of a file, unpacked. Throws NodeError, saying where it should be. */
  file(name: ShippedFile): Promise<Uint8Array>
  /** The bytes of a checkpoint, or undefined if none of this SHA-256 is shipped. Throws NodeError if it cannot be read. */
  checkpoint(sha256: string): Promise<Uint8Array | undefined>
}

/** How bytes are read from an address. Throws Error: what went wrong, in a few words. */
export type ReadAddress = (address: string) => Promise<Uint8Array>

/** The files at these addresses, which may change while the engine starts. */
export function shippedFrom(addresses: () => ShippedAddresses, read: ReadAddress = fetchBytes): Shipped {
  const reading = async (title: string, address: string) => {
    try {
      return await unpacked(await read(address))
    } catch (error) {
      throw unread(title, address, messageOf(error))
    }
  }
  return {
    async file(name) {
      const address = addresses().files[name]
      if (address === undefined) throw name === 'digits' ? unread('digits', 'this build', 'it is left out') : noMnist()
      return reading(titleOf(name), address)
    },
    async checkpoint(sha256) {
      const { checkpoints } = addresses()
      return Object.hasOwn(checkpoints, sha256) ? reading('The checkpoint', checkpoints[sha256]!) : undefined
    },
  }
}

/** The same addresses, with MNIST in a folder of the host's: the four files under their own names, with .gz. */
export const withMnist = ({ files, checkpoints }: ShippedAddresses, folder: string): ShippedAddresses => ({
  checkpoints,
  files: {
    digits: files.digits,
    ...(Object.fromEntries(mnistFiles.map((name) => [name, `${folder.replace(/\/?$/, '/')}${name}.gz`])) as Record<
      (typeof mnistFiles)[number],
      string
    >),
  },
})

/** The files of MNIST as its makers named them. */
export const mnistFiles = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const satisfies ShippedFile[]

/** From paths `.../name.sha256.zip` to addresses: from hashes to addresses. Other paths are left out. */
export const checkpointsByHash = (addresses: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(addresses).flatMap(([path, address]) => {
      const sha256 = /\.([0-9a-f]{64})\.zip$/.exec(path)?.[1]
      return sha256 ? [[sha256, address]] : []
    }),
  )

const titleOf = (name: ShippedFile) => (name === 'digits' ? 'The digits' : `MNIST (${name})`)

const unread = (title: string, address: string, reason: string) =>
  new NodeError({
    message: `${title} could not be fetched from ${address}: ${reason}.`,
    cure: 'Check the connection and run again; if this page is your own, check that the file is there.',
  })

const noMnist = () =>
  new NodeError({
    message: 'MNIST does not come with this build (it has 12 MB), and nobody has said where it is.',
    cure: 'Put its four files (train-images-idx3-ubyte.gz and so on) into a folder of your page and say where: register(LiteGraph, { assets: { mnist: "mnist/" } }).',
  })

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((error: unknown) => {
    throw new Error(error instanceof Error ? error.message : 'no connection')
  })
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd())
  return new Uint8Array(await response.arrayBuffer())
}

/** Some servers send .gz as it is, some say that it is an encoding and the browser unpacks it: the first bytes tell. */
async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
