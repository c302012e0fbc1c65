// Files that ship with the product: data sets, and checkpoints of workflows. Read on demand.
import { type MessageText, getText } from '../engine/base/catalogue.ts'
import { MessageError } from '../engine/base/errors.ts'
import { ArchiveError } from '../engine/archive/error.ts'
import { isGzip } from '../engine/archive/signatures.ts'
import { archiveLimits } from '../engine/archive/limits.ts'
import { getErrorText, NodeError } from '../engine/messages/fault.ts'
import type { ShippedFile } from '../engine/plan/op.ts'
import { dataMessages, dataWords } from '../messages/data.ts'

/** The address of each file; undefined if this build does not contain it. */
export interface ShippedAddresses {
  files: Record<ShippedFile, string | undefined>
  /** By SHA-256. */
  checkpoints: Record<string, string>
}

export interface ShippedFiles {
  /**
   * The bytes of a file, decompressed.
   * @throws NodeError with the address if the file cannot be read
   */
  file(name: ShippedFile): Promise<Uint8Array>
  /**
   * The bytes of a checkpoint, or undefined if none of this SHA-256 is shipped.
   * @throws NodeError if it cannot be read
   */
  checkpoint(sha256: string): Promise<Uint8Array | undefined>
}

/** Reads the bytes at an address. Throws an Error with the reason in a few words. */
export type ReadAddress = (address: string) => Promise<Uint8Array>

/** Reads files from `addresses`, which may change while the engine starts. */
export function createShippedFiles(
  addresses: () => ShippedAddresses,
  read: ReadAddress = fetchBytes,
): ShippedFiles {
  const readAsset = async (title: MessageText, address: string) => {
    let bytes: Uint8Array
    try {
      bytes = await read(address)
    } catch (error) {
      throw unreadableFile(title, address, getErrorText(error))
    }
    try {
      return await unpackGzip(bytes)
    } catch (error) {
      throw error instanceof ArchiveError ? damagedAsset(title, address, error) : error
    }
  }
  return {
    async file(name) {
      const address = addresses().files[name]
      if (address === undefined) throw missingFile(name)
      return readAsset(fileTitle(name), address)
    },
    async checkpoint(sha256) {
      const { checkpoints } = addresses()
      return Object.hasOwn(checkpoints, sha256)
        ? readAsset(dataWords.checkpoint(), checkpoints[sha256])
        : undefined
    },
  }
}

/** Replaces the addresses of MNIST by the four files, with suffix .gz, in a folder of the host. */
export const withMnist = (
  { files, checkpoints }: ShippedAddresses,
  folder: string,
): ShippedAddresses => ({
  checkpoints,
  files: {
    digits: files.digits,
    emoji: files.emoji,
    ...(Object.fromEntries(
      mnistFiles.map((name) => [name, `${folder.replace(/\/?$/, '/')}${name}.gz`]),
    ) as Record<(typeof mnistFiles)[number], string>),
  },
})

/** The files of MNIST under their original names. */
export const mnistFiles = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const satisfies ShippedFile[]

/** Maps hashes to addresses, from a map of paths `.../name.sha256.zip`. Ignores other paths. */
export const checkpointsByHash = (addresses: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(addresses).flatMap(([path, address]) => {
      const sha256 = /\.([0-9a-f]{64})\.zip$/.exec(path)?.[1]
      return sha256 ? [[sha256, address]] : []
    }),
  )

function fileTitle(name: ShippedFile): MessageText {
  switch (name) {
    case 'digits':
      return dataWords.digits()
    case 'emoji':
      return dataWords.emoji()
    default:
      return dataWords.mnist({ file: name })
  }
}

const unreadableFile = (title: MessageText, address: string, reason: MessageText) =>
  new NodeError({
    message: dataMessages.notFetched({ title, address, reason }),
    cure: dataMessages.checkConnection(),
  })

const damagedAsset = (title: MessageText, address: string, error: ArchiveError) => {
  const problem = getText(error, 'message')
  const message = dataMessages.assetDamaged({ title, address, problem })
  return new NodeError({ message, cure: getText(error, 'cure') })
}

/** Error about a file that this build does not contain. */
function missingFile(name: ShippedFile): NodeError {
  switch (name) {
    case 'digits':
      return new NodeError({
        message: dataMessages.digitsLeftOut(),
        cure: dataMessages.checkConnection(),
      })
    case 'emoji':
      return new NodeError({ message: dataMessages.emojiLeftOut(), cure: dataMessages.useEditor() })
    default:
      return new NodeError({ message: dataMessages.mnistLeftOut(), cure: dataMessages.addMnist() })
  }
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch(() => {
    throw new MessageError(dataMessages.offline())
  })
  if (!response.ok)
    throw new MessageError(
      dataMessages.serverAnswer({ status: `${response.status} ${response.statusText}`.trimEnd() }),
    )
  return new Uint8Array(await response.arrayBuffer())
}

/**
 * Decompresses a .gz file. Some servers declare gzip as an encoding, and then the browser has
 * already decompressed it, so the first bytes decide. Throws ArchiveError.
 */
async function unpackGzip(bytes: Uint8Array): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes
  const { gunzipBounded } = await import('../engine/archive/gzip.ts')
  return gunzipBounded(bytes, archiveLimits.gzip)
}
