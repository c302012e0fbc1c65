// Files by their address, for links, lessons and embeds.
import { CuredError } from '../../engine/base/errors.ts'
import { dropMessages } from '../texts/dropMessages.ts'
import type { TaskControl } from '../storage/fileMessages.ts'
import { fetchWithReader } from '../storage/fileReader.ts'

/**
 * Loads the file at an address, which may be relative to the page.
 * @throws Error with a cure: not found, not readable from here, too large, no answer,
 * cut, too slow, cancelled
 */
export async function fetchFile(address: string, control?: TaskControl): Promise<File> {
  const url = resolveAddress(address)
  const blob = await fetchWithReader(url.href, control)
  return new File([blob], addressFileName(url))
}

/** The last part of the path. */
export function addressFileName({ pathname, hostname }: URL): string {
  const last = pathname.split('/').findLast(Boolean) ?? hostname
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

/**
 * Returns the absolute address of a file. Pages of GitHub about a file become the file itself.
 * @throws Error for other protocols than http and https
 */
export function resolveAddress(address: string, base: string = document.baseURI): URL {
  let url: URL | undefined
  try {
    url = new URL(address, base)
  } catch {
    // Reported below.
  }
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CuredError(dropMessages.badAddress({ text: address }), dropMessages.checkAddress())
  return rawAddress(url) ?? url
}

/** The address of the contents of a file that a page of GitHub shows. */
function rawAddress({ hostname, pathname }: URL): URL | undefined {
  const [, owner, repository, view, ...rest] = pathname.split('/')
  if (hostname === 'github.com' && (view === 'blob' || view === 'raw') && rest.length > 1)
    return new URL(`https://raw.githubusercontent.com/${[owner, repository, ...rest].join('/')}`)
  if (hostname === 'gist.github.com' && repository && view === undefined)
    return new URL(`https://gist.githubusercontent.com/${owner}/${repository}/raw`)
  return undefined
}
