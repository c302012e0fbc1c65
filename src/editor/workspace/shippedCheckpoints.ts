// Checkpoints that come with the editor and need not be stored in the browser.
import { checkpointsByHash } from '../../storage/shippedFiles.ts'

const addresses = checkpointsByHash(
  import.meta.glob<string>('/assets/checkpoints/*.zip', {
    query: '?url',
    import: 'default',
    eager: true,
  }),
)

export const isShipped = (sha256: string): boolean => Object.hasOwn(addresses, sha256)

/** Returns the bytes of a checkpoint, or undefined if it is not shipped or cannot be fetched. */
export async function shippedCheckpoint(
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!isShipped(sha256)) return undefined
  const response = await fetch(addresses[sha256]).catch(() => undefined)
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}
