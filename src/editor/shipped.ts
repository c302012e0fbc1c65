// Checkpoints that come with the product: they need not be kept to be found.
import { checkpointsByHash } from '../nodes/shipped.ts'

const addresses = checkpointsByHash(
  import.meta.glob<string>('/assets/checkpoints/*.zip', { query: '?url', import: 'default', eager: true }),
)

export const isShipped = (sha256: string): boolean => Object.hasOwn(addresses, sha256)

/** The bytes, or undefined if it does not come with the product or cannot be fetched. */
export async function shippedCheckpoint(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!isShipped(sha256)) return undefined
  const response = await fetch(addresses[sha256]!).catch(() => undefined)
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}
