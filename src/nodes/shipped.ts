// Files that come with the product.
import type { ShippedFile } from '../engine/plan/op.ts'

/** The bytes of a file that comes with the product. Throws Error, saying where it should be. */
export async function shipped(name: ShippedFile): Promise<Uint8Array> {
  throw new Error(`${name} is not shipped yet.`)
}
