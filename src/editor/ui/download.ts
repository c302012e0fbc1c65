// Download of files from the page.
import type { SafeFileName } from '../../engine/base/fileName.ts'

/** Starts a browser download. */
export function download({
  name,
  mime,
  bytes,
}: {
  name: SafeFileName
  mime: string
  bytes: Uint8Array<ArrayBuffer> | Blob | string
}) {
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
